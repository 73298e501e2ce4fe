"""What a lock that many short tasks share costs a pool, by how often each task takes it.

    python locks_in_tasks.py [--output FILE]

SECTIONS sections under a lock, in tasks of so many each, are run by pools of two and four threads: `shared_2` and `shared_4` are how many times as long
they take under one lock as when each thread has one of its own, the median of REPEATS pairs of runs. `inside_ns` and `outside_ns` are about what a
section takes, and what is between two of them; the loops in them are such in which the interpreter looks whether another thread wants to run.
"""

import argparse
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from kept_rows import interpreter, keep

REPEATS, SECTIONS = 7, 6000
THREADS = [2, 4]
EACH = [1, 5, 20, 50, 100, 200, 1000]
LOOPS = [(3, 3), (3, 60), (30, 30)]
SOURCE = """
def task(locks):
    lock = locks[get_ident()]
    value = 1
    for _ in range(EACH):
        with lock:
            for _ in range(INSIDE):
                value = (value * 75 + 74) % 251
        for _ in range(OUTSIDE):
            value = (value * 75 + 74) % 251
    return value
"""


class Shared(dict):
    """One lock for every thread."""

    def __missing__(self, key):
        return self.setdefault("shared", threading.Lock())


class Own(Shared):
    def __missing__(self, key):
        return self.setdefault(key, threading.Lock())


def loaded(each, inside, outside):
    space = {"get_ident": threading.get_ident}
    text = SOURCE.replace("EACH", str(each)).replace("INSIDE", str(inside)).replace("OUTSIDE", str(outside))
    exec(compile(text, "program", "exec"), space)
    return space["task"]


def seconds(task, each, locks, threads):
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(task, [locks] * threads))
        start = time.perf_counter()
        list(pool.map(task, [locks] * (SECTIONS // each)))
        return time.perf_counter() - start


def measured(each, inside, outside):
    task = loaded(each, inside, outside)
    row = {"each": each}
    for name, of in (("inside_ns", (inside, 0)), ("outside_ns", (0, outside))):
        timed = loaded(2000, *of)
        start = time.perf_counter()
        timed(Own())
        row[name] = round((time.perf_counter() - start) / 2000 * 1e9)
    for threads in THREADS:
        pairs = [(seconds(task, each, Own(), threads), seconds(task, each, Shared(), threads)) for _ in range(REPEATS)]
        row[f"own_{threads}_ms"] = round(statistics.median(own for own, _ in pairs) * 1e3, 1)
        row[f"shared_{threads}"] = round(statistics.median(shared / own for own, shared in pairs), 2)
    return row


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output")
    chosen = options.parse_args()
    about = interpreter()
    rows = []
    for inside, outside in LOOPS:
        for each in EACH:
            rows.append({**measured(each, inside, outside), **about})
            print(rows[-1], flush=True)
    if chosen.output:
        keep(rows, chosen.output, "locks_in_tasks.py", lambda row: row["python"] == about["python"], lambda row: (row["python"], row["inside_ns"], row["outside_ns"], row["each"]))


if __name__ == "__main__":
    main()
