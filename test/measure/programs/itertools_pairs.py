import itertools
from concurrent.futures import ThreadPoolExecutor


POINTS = [(i * 37 % 101, i * 53 % 103) for i in range(330)]


def task(n):
    closest = 1_000_000
    for (ax, ay), (bx, by) in itertools.combinations(POINTS, 2):
        distance = (ax - bx) ** 2 + (ay - by) ** 2
        if 0 < distance < closest:
            closest = distance
    return closest


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
