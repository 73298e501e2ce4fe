# fix: cpu-bound-in-thread
# refused: it is not known whether its object's `opener`, made by `urllib.request.build_opener`, can be pickled
import urllib.request
from concurrent.futures import ThreadPoolExecutor


class Mixer:
    def __init__(self):
        self.opener = urllib.request.build_opener()

    def mix(self, size):
        found = 0
        for row in range(600):
            for column in range(600):
                found += (row * column + size) % 7
        return found

    def run(self, sizes):
        with ThreadPoolExecutor(max_workers=2) as pool:
            return list(pool.map(self.mix, sizes))


if __name__ == "__main__":
    print(Mixer().run([4] * 8))
