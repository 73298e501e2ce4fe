"""What calls take that go deeper and deeper, by how deep they go and how many variables each has.

usage: python deep_calls.py

Prints one JSON object: for each depth, nanoseconds of a call and page faults of one way down.
"""
import json
import resource
import sys
import time

from kept_rows import interpreter

RUNS = 50


def narrow(n):
    if n == 0:
        return 0
    return narrow(n - 1) + 1


def wide(n, a, b, c, d, e):
    f = a
    g = b
    if n == 0:
        return f + g
    return wide(n - 1, a, b, c, d, e) + 1


def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def main():
    sys.setrecursionlimit(10_000)
    rows = []
    for function, others in ((narrow, ()), (wide, (1, 2, 3, 4, 5))):
        for depth in (100, 150, 200, 300, 500, 900):
            function(depth, *others)
            before, start = faults(), time.perf_counter_ns()
            for _ in range(RUNS):
                function(depth, *others)
            ns, pages = time.perf_counter_ns() - start, faults() - before
            rows.append({"function": function.__name__, "depth": depth, "callNs": round(ns / RUNS / depth), "faults": round(pages / RUNS, 1)})
    print(json.dumps({**interpreter(), "rows": rows}))


if __name__ == "__main__":
    main()
