from concurrent.futures import ThreadPoolExecutor


LINES = [str(i * 3) if i % 5 else "n/a" for i in range(25_000)]


def task(n):
    total = 0
    bad = 0
    for line in LINES:
        try:
            total += int(line)
        except ValueError:
            bad += 1
    return total, bad


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
