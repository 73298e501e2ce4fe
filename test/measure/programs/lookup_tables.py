from concurrent.futures import ThreadPoolExecutor


TABLE = {i: i * 3 % 1_000 for i in range(1_000)}


def task(rounds):
    position = 1
    total = 0
    for _ in range(rounds):
        position = TABLE[position]
        total += position
    return total


ITEMS = [150_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
