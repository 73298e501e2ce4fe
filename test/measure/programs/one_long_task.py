from concurrent.futures import ThreadPoolExecutor


def task(rounds):
    total = 0
    for i in range(rounds):
        total ^= i * 31
    return total


ITEMS = [20_000, 20_000, 900_000, 20_000, 20_000, 20_000, 20_000, 20_000]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
