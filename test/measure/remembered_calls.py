#!/usr/bin/env python3
"""What functools.lru_cache adds to a call: of arguments that are new, and of ones that come again. Nanoseconds of processor time a call.

    for python in 3.8 3.11 3.13; do python$python test/measure/remembered_calls.py; done
"""

import functools
import sys
import time

CALLS = 20_000


def one(a):
    return a


def two(a, b):
    return a


def nothing():
    for _ in range(CALLS):
        pass




def plain_one():
    for number in range(CALLS):
        one(number)


def plain_two():
    for number in range(CALLS):
        two(number, number)


def new_one():
    cached = functools.lru_cache(maxsize=None)(one)
    for number in range(CALLS):
        cached(number)


def new_two():
    cached = functools.lru_cache(maxsize=None)(two)
    for number in range(CALLS):
        cached(number, number)


def new_two_bounded():
    cached = functools.lru_cache(maxsize=100_000)(two)
    for number in range(CALLS):
        cached(number, number)


def again_one():
    cached = functools.lru_cache(maxsize=None)(one)
    for _ in range(CALLS):
        cached(7)


def again_two():
    cached = functools.lru_cache(maxsize=None)(two)
    for _ in range(CALLS):
        cached(7, 7)


def shortest(run, repeats=5):
    best = float("inf")
    for _ in range(repeats):
        started = time.process_time()
        run()
        best = min(best, time.process_time() - started)
    return best


def main():
    loop = shortest(nothing)
    told = {
        run.__name__: round((shortest(run) - loop) / CALLS * 1e9)
        for run in (plain_one, plain_two, new_one, new_two, new_two_bounded, again_one, again_two)
    }
    print(sys.version.split()[0], told)


if __name__ == "__main__":
    main()
