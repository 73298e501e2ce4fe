from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass


@dataclass
class Point:
    x: float
    y: float
    def moved(self, dx, dy):
        return Point(self.x + dx, self.y + dy)


def task(rounds):
    point = Point(0.0, 0.0)
    for i in range(rounds):
        point = point.moved(0.5, -0.25)
    return point.x


ITEMS = [25_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
