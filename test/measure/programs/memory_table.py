from concurrent.futures import ThreadPoolExecutor


def task(size):
    table = [[0.0] * size for _ in range(size)]
    for y in range(1, size):
        for x in range(1, size):
            table[y][x] = table[y - 1][x] * 0.5 + table[y][x - 1] * 0.25 + x
    return table[-1][-1]


ITEMS = [330] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
