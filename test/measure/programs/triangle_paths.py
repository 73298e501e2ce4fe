from concurrent.futures import ThreadPoolExecutor


def task(rows):
    triangle = [[(row * 7 + column * 3) % 10 for column in range(row + 1)] for row in range(rows)]
    best = triangle[-1]
    for row in range(rows - 2, -1, -1):
        best = [triangle[row][i] + max(best[i], best[i + 1]) for i in range(row + 1)]
    return best[0]


ITEMS = [260] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
