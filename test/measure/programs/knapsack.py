from concurrent.futures import ThreadPoolExecutor


WEIGHTS = [3, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59]
VALUES = [4, 9, 15, 16, 22, 25, 30, 36, 41, 46, 50, 56, 57, 66, 72]


def task(capacity):
    best = [0] * (capacity + 1)
    for weight, value in zip(WEIGHTS, VALUES):
        for room in range(capacity, weight - 1, -1):
            candidate = best[room - weight] + value
            if candidate > best[room]:
                best[room] = candidate
    return best[capacity]


ITEMS = [8_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
