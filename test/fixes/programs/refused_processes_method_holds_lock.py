# fix: cpu-bound-in-thread
# refused: has `lock`, a `threading.Lock`, which cannot be pickled (`threading.Lock()` in `Mixer.__init__` of main.py)
import threading
from concurrent.futures import ThreadPoolExecutor


class Mixer:
    def __init__(self):
        self.lock = threading.Lock()

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
