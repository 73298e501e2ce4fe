import copy
from concurrent.futures import ThreadPoolExecutor


CATALOGUE = {"item%d" % i: {"price": i, "tags": ["a", "b", "c"], "sizes": [1, 2, 3, 4]} for i in range(1_200)}


def task(n):
    return len(copy.deepcopy(CATALOGUE))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
