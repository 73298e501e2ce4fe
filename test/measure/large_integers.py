#!/usr/bin/env python3
"""What arithmetic with large integers takes, by how many digits of 30 bits they have.

usage: PYTHON large_integers.py [--seconds 0.02] > integers-3.13.json
       python3 large_integers.py --table integers-3.8.json integers-3.9.json … > server/src/estimate/costs/integer-costs.json

The first form prints, for each operation, nanoseconds of processor time at each of `SIZES`: the lower quartile of repeats, what the loop around it takes
taken off. The second makes the table of the cost model from that, as fast as the machine of operation-costs.json.
"""
import argparse
import json
import math
import pathlib
import statistics
import sys
import time

SIZES = [2, 8, 32, 128, 512, 2048]

# name | statement. `a` and `b` have n digits, `c` has 2 n, `s` is `a` as text, `one` has one digit, `f` is a number whose factorial has n digits.
OPERATIONS = """
add|a + b
multiply|a * b
divide|c // b
divideByDigit|a // one
power|3 ** e
toText|str(a)
ofText|int(s)
modularPowerBit|pow(a, b, m)
squareRoot|isqrt(a)
greatestDivisor|gcd(a, b)
factorial|factorial(f)
"""

# What operation-costs.json has of the same: by how much the machine is slower now.
ALSO_THERE = {"bigIntMultiply": "large * large", "mathGcd": "gcd(x, 462)", "stringOfInt": "str(y)", "mathSqrt": "root(2.5)"}


def names_of(digits):
    bits = 30 * digits
    state = 12345
    made = []
    for length in (bits, bits, 2 * bits, bits):
        value = 0
        for _ in range(length // 30):
            state = (state * 1103515245 + 12345) % (1 << 31)
            value = value << 30 | state >> 1 | 1
        made.append(value | 1 << (length - 1))
    a, b, c, m = made
    factor = 1
    while math.lgamma(factor + 1) / math.log(2) < bits:
        factor += 1
    isqrt = getattr(math, "isqrt", None)
    return {"a": a, "b": b, "c": c, "m": m | 1, "one": 123456789, "s": str(a), "e": int(bits / math.log2(3)), "f": factor,
            "isqrt": isqrt, "gcd": math.gcd, "factorial": math.factorial}


def nanoseconds(statement, names, seconds):
    exec("def run(count):\n    for _ in range(count):\n        %s\ndef bare(count):\n    for _ in range(count):\n        pass\n" % statement, names)
    run, bare = names["run"], names["bare"]
    run(1)
    count = 1
    while True:
        start = time.process_time_ns()
        run(count)
        if time.process_time_ns() - start > seconds * 1e8 or count > 1_000_000:
            break
        count *= 3
    times = []
    end = time.perf_counter() + seconds
    while len(times) < 7 or time.perf_counter() < end:
        start = time.process_time_ns()
        run(count)
        middle = time.process_time_ns()
        bare(count)
        times.append((2 * middle - start - time.process_time_ns()) / count)
        if len(times) >= 3 and time.perf_counter() > end + 4 * seconds:
            break
    return sorted(times)[len(times) // 4]


def measure(seconds):
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(0)
    found = {}
    for line in OPERATIONS.strip().splitlines():
        name, statement = line.split("|")
        if "isqrt" in statement and not hasattr(math, "isqrt"):
            continue
        found[name] = []
        for size in SIZES if name != "modularPowerBit" else SIZES[:-2]:
            ns = nanoseconds(statement, names_of(size), seconds)
            found[name].append(ns / (30 * size) if name == "modularPowerBit" else ns)
    shared = {"large": 123456789012345678901234567890, "x": 1071, "y": 12345, "gcd": math.gcd, "root": math.sqrt}
    also = {name: nanoseconds(statement, dict(shared), seconds) for name, statement in ALSO_THERE.items()}
    without_gil = not getattr(sys, "_is_gil_enabled", lambda: True)()
    json.dump({"python": sys.version.split()[0] + "t" * without_gil, "operations": found, "also": also}, sys.stdout)
    print()


def rounded(ns):
    return float("%.3g" % ns) if ns < 100 else int(float("%.3g" % ns))


def table(files):
    costs = json.loads((pathlib.Path(__file__).parent / "../../server/src/estimate/costs/operation-costs.json").read_text())["versions"]
    records = {}
    for file in files:
        record = json.loads(pathlib.Path(file).read_text())
        records[".".join(record["python"].split(".")[:2]) + ("t" if record["python"].endswith("t") else "")] = record
    # Four calls of one version tell it no better than by a third; all versions run on the same machine.
    slower = statistics.median(ns / costs[version]["operations"][name][1] for version, record in records.items() for name, ns in record["also"].items())
    print("slower than when operations were measured: %.2f" % slower, file=sys.stderr)
    builds = [record["python"] for record in records.values()]
    versions = {version: {name: [rounded(ns / slower) for ns in row] for name, row in record["operations"].items()} for version, record in records.items()}
    print("{")
    print(' "how": "test/measure/large_integers.py; nanoseconds of processor time for each of `digits` of 30 bits, as fast as the machine of operation-costs.json",')
    print(' "builds": %s,' % json.dumps(builds))
    print(' "digits": %s,' % json.dumps(SIZES))
    print(' "versions": {')
    print(",\n".join("  %s: %s" % (json.dumps(name), json.dumps(row, separators=(",", ":"))) for name, row in versions.items()))
    print(" }\n}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.02)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("files", nargs="*")
    given = parser.parse_args()
    if given.table:
        table(given.files)
    else:
        measure(given.seconds)


if __name__ == "__main__":
    main()
