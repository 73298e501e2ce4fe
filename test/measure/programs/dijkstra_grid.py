import heapq
from concurrent.futures import ThreadPoolExecutor


SIZE = 75
COST = [[(x * 31 + y * 17) % 9 + 1 for x in range(SIZE)] for y in range(SIZE)]


def task(start):
    best = {(start, 0): 0}
    queue = [(0, start, 0)]
    while queue:
        cost, x, y = heapq.heappop(queue)
        if cost > best[(x, y)]:
            continue
        for nx, ny in ((x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)):
            if 0 <= nx < SIZE and 0 <= ny < SIZE:
                total = cost + COST[ny][nx]
                if total < best.get((nx, ny), 1_000_000):
                    best[(nx, ny)] = total
                    heapq.heappush(queue, (total, nx, ny))
    return best[(SIZE - 1, SIZE - 1)]


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
