# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import os
from multiprocessing.dummy import Pool


def heavy(size):
    total = 0
    for number in range(size):
        total += number * number % 7
    return os.getpid(), total


def main():
    with Pool(2) as pool:
        results = pool.map(heavy, [400_000] * 8)
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))


if __name__ == "__main__":
    main()
