from concurrent.futures import ThreadPoolExecutor


def task(seed):
    state = seed
    highest = 0
    for _ in range(70_000):
        state = (state * 1103515245 + 12345) % 2147483648
        if state > highest:
            highest = state
    return highest


ITEMS = [1, 22, 333, 4444, 55555, 666666, 7777777, 88888888]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
