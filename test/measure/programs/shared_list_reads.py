from concurrent.futures import ThreadPoolExecutor


PRICES = list(range(1_000))


def task(rounds):
    total = 0
    for _ in range(rounds):
        for price in PRICES:
            total += price
    return total


ITEMS = [500] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
