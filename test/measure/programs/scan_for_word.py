from concurrent.futures import ThreadPoolExecutor


TEXT = "lorem ipsum dolor sit amet consectetur adipiscing elit " * 60_000


def task(n):
    return TEXT.count("elit") + TEXT.find("zebra")


ITEMS = range(12)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
