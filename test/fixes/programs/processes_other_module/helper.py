import os
from concurrent.futures import ThreadPoolExecutor


def heavy(size):
    total = 0
    for row in range(600):
        for column in range(600):
            total += (row * column + size) % 7
    return os.getpid(), total


def run(sizes):
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(heavy, sizes))
