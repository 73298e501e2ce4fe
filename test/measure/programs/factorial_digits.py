from concurrent.futures import ThreadPoolExecutor


def task(limit):
    product = 1
    for i in range(2, limit):
        product *= i
    return len(str(product % 10 ** 50))


ITEMS = [5_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
