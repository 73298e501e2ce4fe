"""What operators take for integers of one, two and three digits of 30 bits.

usage: python medium_integers.py

Prints one JSON object: for each operator, nanoseconds with an integer of 14, 44 and 60 bits on its left, less an empty round of a loop.
"""
import json
import time

from kept_rows import interpreter

ROUNDS = 20_000
NUMBERS = ("12345", "0xDEADBEEF12", "0xDEADBEEF1234567")


def best(work):
    times = []
    for _ in range(7):
        start = time.perf_counter_ns()
        work()
        times.append(time.perf_counter_ns() - start)
    return min(times)


def taken(number, statement):
    names = {}
    exec(
        f"def work():\n    x = {number}\n    y = x - 1\n    for _ in range({ROUNDS}):\n        {statement}\n"
        f"def empty():\n    for _ in range({ROUNDS}):\n        pass\n",
        names,
    )
    return round((best(names["work"]) - best(names["empty"])) / ROUNDS, 1)


def main():
    statements = ["x ^ y", "x & y", "x & 0xFF", "x >> 8", "x << 3", "x + y", "x - y", "x // 7", "x % 97", "x * 3", "x == y", "x < y"]
    print(json.dumps({**interpreter(), "rows": {each: [taken(number, each) for number in NUMBERS] for each in statements}}))


if __name__ == "__main__":
    main()
