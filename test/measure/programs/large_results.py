from concurrent.futures import ThreadPoolExecutor


def task(n):
    return [i for i in range(150_000)]


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
