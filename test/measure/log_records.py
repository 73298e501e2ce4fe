"""What a record of `logging` takes, and what threads make of it that log through one handler.

    python log_records.py [--output FILE] [--only NAME ...]

Each shape is what a logger is given. Of `record_ns`, the least of REPEATS runs counts, the loop around it taken off. `speedup_2` and `speedup_4` are
those of two and four threads that run a task each against the same tasks one after the other, the median of REPEATS runs; between two records a task
computes for about so many nanoseconds as `between_ns` says. With --output, rows of other interpreters are kept.
"""

import argparse
import io
import logging
import os
import tempfile
import threading
import time

from kept_rows import interpreter, keep, speedups

REPEATS, SECONDS = 5, 0.03
THREADS = [2, 4]
BETWEEN = [0, 40, 400]
LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
SOURCE = """
def task(number):
    value = number
    for n in range(ROUNDS):
        CALL
        for _ in range(BETWEEN):
            value = (value * 75 + 74) % 251
    return value
"""


def to_file():
    return logging.FileHandler(tempfile.mkstemp()[1])


def with_format(handler, line):
    handler.setFormatter(logging.Formatter(line))
    return handler


SHAPES = {
    "below the level": (lambda: logging.StreamHandler(io.StringIO()), "log.debug('item %d of %s', n, 'list')"),
    "below the level, an f-string": (lambda: logging.StreamHandler(io.StringIO()), "log.debug(f'item {n} of list')"),
    "asked before": (lambda: logging.StreamHandler(io.StringIO()), "log.isEnabledFor(10)"),
    "no handler takes it": (lambda: with_level(logging.StreamHandler(io.StringIO()), 40), "log.info('item %d of %s', n, 'list')"),
    "NullHandler": (logging.NullHandler, "log.info('item %d of %s', n, 'list')"),
    "text in memory": (lambda: logging.StreamHandler(io.StringIO()), "log.info('item %d of %s', n, 'list')"),
    "/dev/null": (lambda: logging.StreamHandler(open(os.devnull, "w")), "log.info('item %d of %s', n, 'list')"),
    "/dev/null, with the time": (lambda: with_format(logging.StreamHandler(open(os.devnull, "w")), LINE), "log.info('item %d of %s', n, 'list')"),
    "file": (to_file, "log.info('item %d of %s', n, 'list')"),
    "file, no arguments": (to_file, "log.info('one more item')"),
    "file, with the time": (lambda: with_format(to_file(), LINE), "log.info('item %d of %s', n, 'list')"),
    "exception to a file": (to_file, "failing(log)"),
    "print": (lambda: logging.NullHandler(), "print('item', n, 'of', 'list', file=sink)"),
}


def with_level(handler, level):
    handler.setLevel(level)
    return handler


def failing(log):
    try:
        raise ValueError("of no use")
    except ValueError:
        log.exception("item failed")


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def together(task, count):
    threads = [threading.Thread(target=task, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def one_by_one(task, count):
    for n in range(count):
        together(lambda _: task(n), 1)


def loaded(call, between, rounds, log):
    space = {"log": log, "failing": failing, "sink": open(os.devnull, "w")}
    text = SOURCE.replace("ROUNDS", str(rounds)).replace("BETWEEN", str(between)).replace("CALL", call)
    exec(compile(text, "program", "exec"), space)
    return space["task"]


def sized(call, between, log):
    """As many rounds as take SECONDS."""
    rounds, took = 20, 0
    while took < SECONDS / 2:
        task = loaded(call, between, rounds, log)
        task(0)
        took = seconds(lambda: task(0))
        rounds = int(rounds * max(1.1, min(10, SECONDS / took)))
    return rounds


def round_ns(call, between, log):
    rounds = sized(call, between, log)
    task = loaded(call, between, rounds, log)
    return min(seconds(lambda: task(0)) for _ in range(REPEATS)) / rounds * 1e9


def measured(name):
    handler, call = SHAPES[name]
    log = logging.Logger("measured", logging.INFO)
    log.addHandler(handler())
    for between in BETWEEN:
        bare = round_ns("pass", between, log)
        rounds = sized(call, between, log)
        task = loaded(call, between, rounds, log)
        row = {"name": name, "between_ns": round(bare), "record_ns": round(round_ns(call, between, log) - bare)}
        for count in THREADS:
            alone, parallel = [], []
            for _ in range(REPEATS):
                alone.append(seconds(lambda: one_by_one(task, count)))
                parallel.append(seconds(lambda: together(task, count)))
            row.update(speedups(count, alone, parallel))
        yield row


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output")
    options.add_argument("--only", nargs="*", default=list(SHAPES))
    chosen = options.parse_args()
    about = interpreter()
    rows = []
    for name in chosen.only:
        for row in measured(name):
            rows.append({**row, **about})
            print(rows[-1], flush=True)
    if chosen.output:
        keep(rows, chosen.output, "log_records.py", lambda row: row["python"] == about["python"] and row["name"] in chosen.only, lambda row: (row["name"], row["python"], row["between_ns"]))


if __name__ == "__main__":
    main()
