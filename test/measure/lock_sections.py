"""What threads make of many short sections under one lock, by how long they are inside it and outside between two of them.

    python lock_sections.py [--output FILE] [--lock Lock|RLock]

Each row is a pool of two or four threads that run one task each, against the same tasks one after the other: the median of REPEATS runs. The loops
inside and outside are such in which the interpreter looks whether another thread wants to run. Without a GIL, 251 is a number that threads do not count
references to; the rows of `Lock` on 3.11.7 and 3.13.0 were made with 65537 in its place, which makes no difference there. With --output, rows of other interpreters are kept.
"""

import argparse
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from kept_rows import interpreter, keep, speedups

REPEATS, SECONDS = 5, 0.025
THREADS = [2, 4]
STEPS = [2, 10, 50, 250]
SOURCE = """
def task(number):
    value = number
    for _ in range(ROUNDS):
        with lock:
            for _ in range(INSIDE):
                value = (value * 75 + 74) % 251
        for _ in range(OUTSIDE):
            value = (value * 75 + 74) % 251
    return value
"""


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def together(task, count):
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(task, range(count)))


def loaded(inside, outside, rounds, lock):
    space = {"lock": lock}
    text = SOURCE.replace("ROUNDS", str(rounds)).replace("INSIDE", str(inside)).replace("OUTSIDE", str(outside))
    exec(compile(text, "program", "exec"), space)
    return space["task"]


def measured(inside, outside, lock):
    took = 0
    rounds = 100
    while took < SECONDS / 2:
        task = loaded(inside, outside, rounds, lock)
        task(0)
        took = seconds(lambda: task(0))
        rounds = int(rounds * max(1.1, min(10, SECONDS / took)))
    task = loaded(inside, outside, rounds, lock)
    row = {"inside": inside, "outside": outside, "rounds": rounds}
    for count in THREADS:
        alone, parallel = [], []
        for _ in range(REPEATS):
            alone.append(seconds(lambda: list(map(task, range(count)))))
            parallel.append(seconds(lambda: together(task, count)))
        row["round_ns"] = round(statistics.median(alone) / count / rounds * 1e9)
        row.update(speedups(count, alone, parallel))
    return row


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output")
    options.add_argument("--lock", default="Lock", choices=["Lock", "RLock"])
    chosen = options.parse_args()
    about = {"lock": chosen.lock, **interpreter()}
    rows = []
    for inside in STEPS:
        for outside in STEPS:
            row = {**measured(inside, outside, getattr(threading, chosen.lock)()), **about}
            rows.append(row)
            print(row, flush=True)
    if chosen.output:
        keep(rows, chosen.output, "lock_sections.py", lambda row: (row["python"], row["lock"]) == (about["python"], chosen.lock), lambda row: (row["python"], row["lock"], row["inside"], row["outside"]))


if __name__ == "__main__":
    main()
