from concurrent.futures import ThreadPoolExecutor


COUNTS = {}


def task(rounds):
    for i in range(rounds):
        key = i % 100
        COUNTS[key] = COUNTS.get(key, 0) + 1
    return rounds


ITEMS = [90_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
