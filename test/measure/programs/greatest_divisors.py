import math
from concurrent.futures import ThreadPoolExecutor


def task(limit):
    coprime = 0
    for a in range(1, limit):
        for b in range(1, limit):
            if math.gcd(a, b) == 1:
                coprime += 1
    return coprime


ITEMS = [330] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
