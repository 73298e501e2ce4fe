# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import os
from concurrent.futures import ThreadPoolExecutor


def main(offset):
    def heavy(size):
        """What each worker does."""
        total = 0
        for number in range(size):
            # Seven is enough.
            total += (number + offset) * number % 7
        return os.getpid(), total

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(heavy, [400_000] * 8))
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))


if __name__ == "__main__":
    main(5)
