from concurrent.futures import ThreadPoolExecutor


def inside(cx, cy):
    x = y = 0.0
    for i in range(40):
        x, y = x * x - y * y + cx, 2 * x * y + cy
        if x * x + y * y > 4.0:
            return i
    return 40


def task(row):
    total = 0
    for column in range(400):
        total += inside(column / 160 - 2.0, row / 32 - 1.0)
    return total


ITEMS = range(64)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
