from concurrent.futures import ThreadPoolExecutor


VALUES = [i * 3 for i in range(20_000)]


def find(wanted):
    low = 0
    high = len(VALUES) - 1
    while low <= high:
        middle = (low + high) // 2
        if VALUES[middle] < wanted:
            low = middle + 1
        elif VALUES[middle] > wanted:
            high = middle - 1
        else:
            return middle
    return -1


def task(start):
    found = 0
    for wanted in range(start, start + 9_000):
        if find(wanted) >= 0:
            found += 1
    return found


ITEMS = [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
