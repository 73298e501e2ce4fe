# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
"""What this program is about.

    import threading
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor as Pool


class Slow(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other):
        time.sleep(0.001)
        return Slow(int(self) + int(other))

    __radd__ = __add__


class Meter:
    """Adds up."""

    def __init__(self) -> None:
        """Starts with nothing."""
        self.total: int = Slow(0)

    def add(self, amount: int) -> None:
        """Adds an amount."""
        self.total += amount


meter = Meter()
with Pool(4) as pool:
    for _ in range(40):
        pool.submit(meter.add, 1)
print('kept' if meter.total == 40 else 'lost')
