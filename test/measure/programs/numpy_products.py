# parts: task=native
import numpy as np
from concurrent.futures import ThreadPoolExecutor


LEFT = np.ones((400, 400))


def task(n):
    product = LEFT @ LEFT
    return float(product[0][0])


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
