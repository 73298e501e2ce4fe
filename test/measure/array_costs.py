#!/usr/bin/env python3
"""What NumPy takes to draw an array of random numbers and to sort one: once, and for each number.

usage: PYTHON array_costs.py [--seconds 0.02]

Prints a line for each way of drawing, of a `Generator` and of a `RandomState`: nanoseconds of processor time once and for each number, from arrays of
1,000 and 100,000. Then for arrays of several kinds what sorting takes, for each of n log2 n. `reference` says how fast the machine was: what the loop of
`library_calls.py` took, of which CPython 3.11 took 82 µs on the machine of operation-costs.json.
"""
import argparse
import math
import time

import numpy

from library_calls import reference

DRAWS = {
    "random": (),
    "uniform": (0, 1),
    "normal": (0, 1),
    "standard_normal": (),
    "standard_exponential": (),
    "integers": (0, 1000),
    "randint": (0, 1000),
    "choice": (1000,),
    "exponential": (1.0,),
    "poisson": (3.0,),
    "lognormal": (0, 1),
    "gamma": (2.0, 1.0),
    "binomial": (10, 0.3),
    "beta": (2.0, 3.0),
}


def least(call, seconds, prepared=lambda: None):
    """Nanoseconds of the fastest of some calls."""
    end = time.perf_counter() + seconds
    times = []
    while len(times) < 5 or time.perf_counter() < end:
        given = prepared()
        start = time.process_time_ns()
        call(given)
        times.append(time.process_time_ns() - start)
    return min(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.02)
    seconds = parser.parse_args().seconds
    print("NumPy", numpy.__version__, "reference", min(reference() for _ in range(50)), "ns")
    for name, made in ("Generator", numpy.random.default_rng(1)), ("RandomState", numpy.random.RandomState(1)):
        for method, arguments in DRAWS.items():
            draw = getattr(made, method, None)
            if draw:
                few, many = (least(lambda _: draw(*arguments, size=size), seconds) for size in (1_000, 100_000))
                each = (many - few) / 99_000
                print("%-32s once %6.0f ns, each %6.2f ns" % (f"{name}.{method}", few - 1_000 * each, each))
    rng = numpy.random.default_rng(1)
    kinds = {
        "floats": lambda size: rng.random(size),
        "32-bit floats": lambda size: rng.random(size, dtype=numpy.float32),
        "small integers": lambda size: rng.integers(0, 1000, size),
        "large integers": lambda size: rng.integers(0, 10**12, size),
    }
    for size in 1_000, 100_000, 600_000:
        for kind, make in kinds.items():
            array = make(size)
            compared = size * math.log2(size)
            inside = least(lambda given: given.sort(), seconds, array.copy) / compared
            beside = least(lambda _: numpy.sort(array), seconds) / compared
            print("%7d %-15s sort() %.2f ns for each of n log n, numpy.sort() %.2f ns" % (size, kind, inside, beside))


if __name__ == "__main__":
    main()
