from concurrent.futures import ThreadPoolExecutor


def is_wanted(n):
    return n % 2 == 0 and n % 3 != 0


def task(limit):
    return sum(map(lambda n: n * n, filter(is_wanted, range(limit))))


ITEMS = [90_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
