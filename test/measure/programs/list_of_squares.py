from concurrent.futures import ThreadPoolExecutor


def task(limit):
    values = [n * n for n in range(limit) if n % 3]
    return sum(values)


ITEMS = [120_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
