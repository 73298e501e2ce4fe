# parts: task=native
import numpy as np
from concurrent.futures import ThreadPoolExecutor


VALUES = np.random.rand(300_000)


def task(n):
    return float(np.sort(VALUES)[n])


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
