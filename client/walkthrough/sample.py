"""A sample: four threads that compute, four that wait, and a counter that they share."""

import time
from concurrent.futures import ThreadPoolExecutor

ROUNDS = 1_000_000
finished = 0


def scramble(seed):
    """Computes in Python: threads take turns at it."""
    for _ in range(ROUNDS):
        seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed


def price():
    return 1


def fetch(page):
    """Waits, with the GIL released: threads overlap it. The counter can lose updates."""
    global finished
    time.sleep(0.5)
    finished += price()
    return page


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        print("checksum", sum(pool.map(scramble, [1, 2, 3, 4])))
    with ThreadPoolExecutor(max_workers=4) as pool:
        print("pages", list(pool.map(fetch, ["a", "b", "c", "d"])))
    print("finished", finished)


if __name__ == "__main__":
    main()
