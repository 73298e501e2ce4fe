# fix: oversubscribed-native-threads
# safety: unsafe
# run: never
"""Matrices."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np


def product(_):
    a = np.zeros((2000, 2000))
    return a @ a


with ThreadPoolExecutor(4) as pool:
    print(len(list(pool.map(product, range(16)))), os.sep)
