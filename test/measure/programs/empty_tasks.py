from concurrent.futures import ThreadPoolExecutor


def task(n):
    return n


ITEMS = range(2_000)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
