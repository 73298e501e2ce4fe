from concurrent.futures import ThreadPoolExecutor


def task(rounds):
    total = 0
    for i in range(rounds):
        name = "user-" + str(i)
        total += len(name.upper().replace("-", "_"))
    return total


ITEMS = [40_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
