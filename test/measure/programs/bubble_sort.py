from concurrent.futures import ThreadPoolExecutor


def task(seed):
    values = [(i * 7919 + seed) % 1009 for i in range(500)]
    for end in range(len(values) - 1, 0, -1):
        for i in range(end):
            if values[i] > values[i + 1]:
                values[i], values[i + 1] = values[i + 1], values[i]
    return values[0]


ITEMS = [1, 2, 3, 4, 5, 6, 7, 8]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
