from concurrent.futures import ThreadPoolExecutor


def task(size):
    x = y = 0
    dx, dy = 0, -1
    visited = []
    for _ in range(size * size):
        if -size < x <= size and -size < y <= size:
            visited.append((x, y))
        if x == y or (x < 0 and x == -y) or (x > 0 and x == 1 - y):
            dx, dy = -dy, dx
        x, y = x + dx, y + dy
    return len(visited)


ITEMS = [260] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
