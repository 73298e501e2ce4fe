# parts: task=native
import numpy as np
from concurrent.futures import ThreadPoolExecutor


POINTS = np.arange(2_000_000, dtype=float)


def task(shift):
    return float(np.sqrt((POINTS - shift) ** 2 + 1.0).sum())


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
