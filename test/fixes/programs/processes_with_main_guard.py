# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
"""Squares, in threads."""

import os
from concurrent.futures import ThreadPoolExecutor


def heavy(size):
    total = 0
    for number in range(size):
        total += number * number % 7
    return os.getpid(), total


sizes = [400_000] * 8
text = """
    kept
"""
with ThreadPoolExecutor(max_workers=2) as pool:
    results = list(pool.map(heavy, sizes))
count = len({pid for pid, _ in results})
text = """
    kept, too
"""
print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results), repr(text))
