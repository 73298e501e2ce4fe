import math
from concurrent.futures import ThreadPoolExecutor


def task(age):
    total = 0.0
    for year in range(45_000):
        total += math.exp(-0.0001 * (year + age)) * math.sqrt(year)
    return total


ITEMS = range(16)


def main():
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
