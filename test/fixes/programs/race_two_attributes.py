# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
from concurrent.futures import ThreadPoolExecutor
import time


class Slow(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other):
        time.sleep(0.001)
        return Slow(int(self) + int(other))

    __radd__ = __add__


class Totals:
    def __init__(self):
        self.count = Slow(0)
        self.sum = Slow(0)

    def add(self, value):
        self.count += 1
        self.sum += value


totals = Totals()
with ThreadPoolExecutor(4) as pool:
    for number in range(20):
        pool.submit(totals.add, number)
print("kept" if (totals.count, totals.sum) == (20, 190) else "lost")
