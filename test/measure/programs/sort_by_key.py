# parts: sorted=held
from concurrent.futures import ThreadPoolExecutor


ROWS = [("name%d" % (i * 7919 % 10_007), i * 31 % 977) for i in range(60_000)]


def task(n):
    return sorted(ROWS, key=lambda row: row[1])[0]


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
