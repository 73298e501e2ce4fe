import itertools
from concurrent.futures import ThreadPoolExecutor


def task(length):
    best = 0
    for order in itertools.permutations(range(length)):
        score = 0
        for position, value in enumerate(order):
            score += position * value
        if score > best:
            best = score
    return best


ITEMS = [8] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
