# fix: cpu-bound-in-thread
# refused: `mix` changes `self.total`
from concurrent.futures import ThreadPoolExecutor


class Mixer:
    def __init__(self):
        self.total = 0

    def mix(self, size):
        found = 0
        for row in range(600):
            for column in range(600):
                found += (row * column + size) % 7
        self.total = found
        return found

    def run(self, sizes):
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(self.mix, sizes))


if __name__ == "__main__":
    print(Mixer().run([4] * 8))
