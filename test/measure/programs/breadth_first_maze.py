from concurrent.futures import ThreadPoolExecutor
from collections import deque


SIZE = 90
WALLS = {(x, y) for x in range(SIZE) for y in range(SIZE) if (x * 7 + y * 13) % 11 == 0 and (x, y) != (0, 0)}


def task(n):
    seen = {(0, 0)}
    queue = deque([(0, 0, 0)])
    farthest = 0
    while queue:
        x, y, steps = queue.popleft()
        farthest = max(farthest, steps)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            spot = (x + dx, y + dy)
            if 0 <= spot[0] < SIZE and 0 <= spot[1] < SIZE and spot not in WALLS and spot not in seen:
                seen.add(spot)
                queue.append((spot[0], spot[1], steps + 1))
    return farthest


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
