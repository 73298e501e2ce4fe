from concurrent.futures import ThreadPoolExecutor


def task(n):
    total = 0
    for i in range(1_500):
        total += i * n
    return total


ITEMS = range(600)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
