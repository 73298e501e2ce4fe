from concurrent.futures import ThreadPoolExecutor


def place(row, size, columns, left, right):
    if row == size:
        return 1
    found = 0
    for column in range(size):
        if column not in columns and row + column not in left and row - column not in right:
            found += place(row + 1, size, columns | {column}, left | {row + column}, right | {row - column})
    return found


def task(size):
    return place(0, size, frozenset(), frozenset(), frozenset())


ITEMS = [8] * 12


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
