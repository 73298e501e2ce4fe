# fix: process-state-lost
# safety: unsafe
# before: \[\]
# after: \[1, 2\]
from multiprocessing import Pool


class Crawler:
    def __init__(self):
        self.found = []

    def visit(self, page):
        self.found.append(len(page))

    def run(self, pages):
        with Pool(2) as pool:
            pool.map(self.visit, pages)
        return self.found


if __name__ == "__main__":
    print(Crawler().run(["a", "bc"]))
