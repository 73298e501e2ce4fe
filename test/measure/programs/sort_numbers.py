# parts: sorted=held
from concurrent.futures import ThreadPoolExecutor


NUMBERS = [i * 7919 % 100_003 for i in range(150_000)]


def task(n):
    return sorted(NUMBERS)[n]


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
