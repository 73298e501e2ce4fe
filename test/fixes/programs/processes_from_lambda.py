# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import os
from concurrent.futures import ThreadPoolExecutor


def heavy(size):
    total = 0
    for row in range(600):
        for column in range(600):
            total += row * column % size
    return os.getpid(), total


def main(offset):
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda size: heavy(size + offset), [4] * 8))
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))


if __name__ == "__main__":
    main(5)
