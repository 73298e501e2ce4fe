#!/usr/bin/env python3
"""What it costs threads without a GIL that several of them count references to the same object: JSON, nanoseconds for each use.

usage: PYTHON shared_references.py [--rounds 150000] [--tries 40]

Each statement runs in a loop, in one thread alone and in two at once. Only tries count in which every thread had its core to itself from
start to end, so that a machine that is used by others gives the same numbers, only later. `extraNs` is what a thread of two takes longer.
"""
import argparse
import json
import math
import platform
import statistics
import sys
import threading
import time

COMPUTED = int("123456789")
TEXT = "".join(["com", "puted"])
OBJECT = object()
SMALL = int("7")
LIST = [int("123456789")] * 10


def python_function(x):
    return x


STATEMENTS = {
    "pass": "pass",
    "max(5, i)": "max(5, i)",
    "abs(i)": "abs(i)",
    "len(own)": "len(own)",
    "isinstance(i, int)": "isinstance(i, int)",
    "int(1.5)": "int(1.5)",
    "range(3)": "range(3)",
    "own.append(i)": "own.append(i)",
    "math.sqrt(2.5)": "math.sqrt(2.5)",
    "sqrt(2.5)": "sqrt(2.5)",
    "python_function(i)": "python_function(i)",
    "y = COMPUTED": "y = COMPUTED",
    "y = i + COMPUTED": "y = i + COMPUTED",
    "y = TEXT": "y = TEXT",
    "y = OBJECT": "y = OBJECT",
    "y = SMALL": "y = SMALL",
    "y = LIST": "y = LIST",
    "y = LIST[3]": "y = LIST[3]",
    "y = max": "y = max",
    "y = math": "y = math",
    "y = python_function": "y = python_function",
}


def function_of(statement):
    source = "def run(rounds, own):\n    y = 0\n    for i in range(rounds):\n        %s\n" % statement
    names = dict(globals(), sqrt=math.sqrt)
    exec(source, names)
    return names["run"]


def tried(function, rounds, threads):
    """Nanoseconds of the slowest thread, or None if one of them lost its core, or if they did not run at the same time."""
    # Whoever looks at the clock is on a core when the time comes; whoever sleeps is woken some time after.
    start = time.perf_counter_ns() + 4_000_000
    times = [None] * threads
    spans = [None] * threads

    def work(index):
        own = []
        while time.perf_counter_ns() < start:
            pass
        begin, own_begin = time.perf_counter_ns(), time.thread_time_ns()
        function(rounds, own)
        end, own_took = time.perf_counter_ns(), time.thread_time_ns() - own_begin
        took = end - begin
        spans[index] = (begin, end)
        times[index] = own_took if took <= own_took * 1.06 + 50_000 else None
        own.clear()

    workers = [threading.Thread(target=work, args=(index,)) for index in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    together = min(end for _, end in spans) - max(begin for begin, _ in spans)
    is_together = together >= 0.85 * max(end - begin for begin, end in spans)
    return max(times) if None not in times and is_together else None


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--rounds", type=int, default=150_000)
    arguments.add_argument("--tries", type=int, default=40)
    options = arguments.parse_args()
    rows = {}
    for name, statement in STATEMENTS.items():
        function = function_of(statement)
        function(1000, [])
        found = {1: [], 2: []}
        for _ in range(options.tries):
            for threads in found:
                took = tried(function, options.rounds, threads)
                if took is not None:
                    found[threads].append(took / options.rounds)
        if min(len(times) for times in found.values()) < 3:
            continue
        one, two = (statistics.median(times) for times in found.values())
        rows[name] = {"aloneNs": round(one, 1), "extraNs": round(two - one, 1), "tries": min(len(times) for times in found.values())}
        print("%-22s" % name, rows[name], file=sys.stderr, flush=True)
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print(json.dumps({"python": platform.python_version(), "gil": gil, "measured": time.strftime("%Y-%m-%d"), "uses": rows}, indent=1))


if __name__ == "__main__":
    main()
