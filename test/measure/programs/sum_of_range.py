# parts: sum=held
from concurrent.futures import ThreadPoolExecutor


def task(limit):
    return sum(range(limit))


ITEMS = [900_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
