"""What `zlib.compress` takes of a text whose words are drawn from a list, by how many words that has.

usage: python packed_words.py

Prints nanoseconds a byte at levels 1, 3, 6, 7, 8 and 9.
"""
import json
import random
import sys
import time
import zlib

LEVELS = (1, 3, 6, 7, 8, 9)


def best(data, level, repeats=3):
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        zlib.compress(data, level)
        times.append(time.perf_counter_ns() - start)
    return min(times) / len(data)


def main():
    rng = random.Random(1)
    result = {"python": sys.version.split()[0]}
    for count in (3, 5, 12, 50, 500, 2_000):
        words = ["".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(3 + i % 6)) for i in range(count)]
        data = " ".join(rng.choice(words) for _ in range(17_000)).encode()[:100_000]
        result[f"{count} words"] = {str(level): round(best(data, level), 1) for level in LEVELS}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
