from concurrent.futures import ThreadPoolExecutor


SIZE = 40


def step(cells):
    return [
        [
            1
            if (count := sum(cells[(y + dy) % SIZE][(x + dx) % SIZE] for dy in (-1, 0, 1) for dx in (-1, 0, 1)) - cells[y][x]) == 3
            or (count == 2 and cells[y][x])
            else 0
            for x in range(SIZE)
        ]
        for y in range(SIZE)
    ]


def task(seed):
    cells = [[(x * seed + y * 3) % 2 for x in range(SIZE)] for y in range(SIZE)]
    for _ in range(6):
        cells = step(cells)
    return sum(map(sum, cells))


ITEMS = [1, 2, 3, 4, 5, 6, 7, 8]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
