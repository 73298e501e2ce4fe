from concurrent.futures import ThreadPoolExecutor


ORDERS = [{"price": 1.5 + i % 13, "count": i % 7, "country": "DE" if i % 4 else "FR"} for i in range(80_000)]
RATES = {"DE": 0.19, "FR": 0.2}


def task(n):
    total = 0.0
    for order in ORDERS:
        net = order["price"] * order["count"]
        total += net * (1 + RATES[order["country"]])
    return total


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
