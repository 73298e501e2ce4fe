"""What functions written in Python take that a statement of sqlite3 calls for its rows, and what threads make of such statements.

    python sql_functions.py [--output FILE] [--only NAME ...]

Each shape is a statement over a table of ROWS rows in memory, which each thread has one of. `callback_ns` is what the statement takes for each row,
the least of REPEATS runs, without what it takes with `abs` in the function's place (with the collation `nocase`, the aggregate `total`); `body_ns` is
what the function's loop takes of that. `speedup_2` and `speedup_4` are those of two and four threads that run the statement so often, each against the
same one after the other; the median of REPEATS runs. With --output, rows of other interpreters are kept.
"""

import argparse
import sqlite3
import threading
import time

from kept_rows import interpreter, keep, speedups

REPEATS, SECONDS, ROWS = 5, 0.015, 400
THREADS = [2, 4]
STEPS = [0, 10, 100, 1000]


def function(steps):
    def called(value):
        for _ in range(steps):
            value = (value * 75 + 74) % 251
        return value

    return called


def collation(steps):
    def called(one, other):
        value = 1
        for _ in range(steps):
            value = (value * 75 + 74) % 251
        return (one > other) - (one < other)

    return called


def aggregate(steps):
    class Total:
        def __init__(self):
            self.sum = 0

        def step(self, value):
            for _ in range(steps):
                value = (value * 75 + 74) % 251
            self.sum += value

        def finalize(self):
            return self.sum

    return Total


SHAPES = {
    "function of a column": ("select sum(own(value)) from reading", "select sum(abs(value)) from reading"),
    "function of each row that is fetched": ("select own(value) from reading", "select abs(value) from reading"),
    "function in a condition": ("select count(*) from reading where own(value) > 100", "select count(*) from reading where abs(value) > 100"),
    "aggregate": ("select gathered(value) from reading", "select total(value) from reading"),
    "collation": ("select name from reading order by name collate alike limit 1", "select name from reading order by name collate nocase limit 1"),
}


def connection(steps):
    made = sqlite3.connect(":memory:", check_same_thread=False)
    made.create_function("own", 1, function(steps))
    made.create_aggregate("gathered", 1, aggregate(steps))
    made.create_collation("alike", collation(steps))
    made.execute("create table reading(value integer, name text)")
    made.executemany("insert into reading values(?, ?)", [(n % 251, "name %d" % (n * 7919 % ROWS)) for n in range(ROWS)])
    return made


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def repeated(made, statement, rounds):
    for _ in range(rounds):
        made.execute(statement).fetchall()


def together(tasks):
    threads = [threading.Thread(target=repeated, args=task) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def one_by_one(tasks):
    for task in tasks:
        together([task])


def least(run):
    return min(seconds(run) for _ in range(REPEATS))


def calls_of_collation(statement):
    """How often it is asked which of two comes first."""
    made = connection(0)
    asked = 0

    def counting(one, other):
        nonlocal asked
        asked += 1
        return (one > other) - (one < other)

    made.create_collation("alike", counting)
    made.execute(statement).fetchall()
    return asked


def measured(name):
    own, plain = SHAPES[name]
    calls = calls_of_collation(own) if name == "collation" else ROWS
    for steps in STEPS:
        connections = [connection(steps) for _ in range(max(THREADS))]
        body = function(steps)
        alone_s = least(lambda: repeated(connections[0], own, 1))
        rounds = max(1, round(SECONDS / alone_s))
        own_s = least(lambda: repeated(connections[0], own, rounds)) / rounds
        plain_s = least(lambda: repeated(connections[0], plain, rounds)) / rounds
        body_s = least(lambda: [body(7) for _ in range(1000)]) / 1000
        row = {"name": name, "calls": calls, "body_ns": round(body_s * 1e9), "callback_ns": round((own_s - plain_s) / calls * 1e9)}
        row["statement_ns"] = round(own_s / calls * 1e9)
        for count in THREADS:
            tasks = [(each, own, rounds) for each in connections[:count]]
            alone, parallel = [], []
            for _ in range(REPEATS):
                alone.append(seconds(lambda: one_by_one(tasks)))
                parallel.append(seconds(lambda: together(tasks)))
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
        keep(rows, chosen.output, "sql_functions.py", lambda row: row["python"] == about["python"] and row["name"] in chosen.only, lambda row: (row["name"], row["python"], row["body_ns"]))


if __name__ == "__main__":
    main()
