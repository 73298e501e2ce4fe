#!/usr/bin/env python3
"""How much of one core's speed each of several busy workers has: JSON.

usage: PYTHON core_scaling.py [--workers 1,2,4,8,16] [--repeats 3] > scaling.json

Cores that are two threads of one core share its arithmetic, all of them share caches, memory and clock. Each kind of work takes about 40 ms
alone; a row says what one worker's part took, the median of workers, when so many do it at once; processes, and threads in a build without a
GIL. POSIX.
"""
import hashlib
import json
import multiprocessing
import os
import platform
import sys
import threading
import time


def bytecode(rounds):
    total = 0
    for i in range(rounds):
        total += i % 7 * 3
    return total


def digest(rounds):
    data = bytes(1 << 16)
    for _ in range(rounds):
        hashlib.sha256(data).digest()


def objects(rounds):
    """Small objects all over a few megabytes: what caches and the memory allocator do."""
    for _ in range(rounds):
        table = {i: [i, str(i)] for i in range(8_000)}
        sum(len(text) for _, text in table.values())


def copying(rounds):
    """Memory that no cache holds, without fresh pages."""
    source, target = memoryview(bytearray(32 << 20)), memoryview(bytearray(32 << 20))
    begin = time.perf_counter_ns()
    for _ in range(rounds):
        target[:] = source
    return time.perf_counter_ns() - begin


def fresh(rounds):
    """Pages that the system has to make."""
    for _ in range(rounds):
        bytearray(8 << 20)


KINDS = {"bytecode": bytecode, "digest": digest, "objects": objects, "copying": copying, "fresh pages": fresh}


def took(function, rounds):
    begin = time.perf_counter_ns()
    inner = function(rounds)
    return inner if function is copying else time.perf_counter_ns() - begin


def rounds_for(function):
    rounds = 1
    while took(function, rounds) < 10_000_000:
        rounds *= 2
    return max(1, round(rounds * 40_000_000 / took(function, rounds)))


def together_in_processes(function, rounds, workers):
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(workers), context.SimpleQueue()

    def run():
        barrier.wait()
        results.put(took(function, rounds))

    some = [context.Process(target=run) for _ in range(workers)]
    for process in some:
        process.start()
    times = [results.get() for _ in some]
    for process in some:
        process.join()
    return sorted(times)[workers // 2]


def together_in_threads(function, rounds, workers):
    barrier, times = threading.Barrier(workers), []

    def run():
        barrier.wait()
        times.append(took(function, rounds))

    some = [threading.Thread(target=run) for _ in range(workers)]
    for thread in some:
        thread.start()
    for thread in some:
        thread.join()
    return sorted(times)[workers // 2]


def main():
    import argparse

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--workers", default="1,2,4,8,16")
    options.add_argument("--repeats", type=int, default=3)
    arguments = options.parse_args()
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    ways = {"processes": together_in_processes, **({} if has_gil else {"threads": together_in_threads})}
    rows = []
    for kind, function in KINDS.items():
        rounds = rounds_for(function)
        for way, together in ways.items():
            for workers in map(int, arguments.workers.split(",")):
                ns = min(together(function, rounds, workers) for _ in range(arguments.repeats))
                rows.append({"kind": kind, "way": way, "workers": workers, "ns": ns})
    print(json.dumps({"python": platform.python_version() + ("" if has_gil else "t"), "cores": os.cpu_count(), "rows": rows}))


if __name__ == "__main__":
    main()
