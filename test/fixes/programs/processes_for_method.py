# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import os
from concurrent.futures import ThreadPoolExecutor


class Mixer:
    def __init__(self, modulus):
        self.modulus = modulus
        self.weights = [1, 2, 3]

    def mix(self, size):
        total = 0
        for row in range(600):
            for column in range(600):
                total += (row * column + size) % self.modulus
        return os.getpid(), total * self.weights[0]

    def run(self, sizes):
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(self.mix, sizes))


def main():
    results = Mixer(7).run([4] * 8)
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))


if __name__ == "__main__":
    main()
