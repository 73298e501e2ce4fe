# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import os
from concurrent.futures import ThreadPoolExecutor


class Mixer:
    @staticmethod
    def mix(size):
        total = 0
        for number in range(size):
            total += number * number % 7
        return os.getpid(), total


if __name__ == "__main__":
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(Mixer.mix, [400_000] * 8))
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))
