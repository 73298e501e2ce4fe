# fix: process-pool-unpicklable
# safety: unsafe
# target: cpython-3.14
# start: spawn
# before: .*Error.*
# after: 3
import multiprocessing
import threading


class Counter:
    def __init__(self, start):
        self.start = start
        self.lock = threading.Lock()

    def run(self):
        with self.lock:
            print(self.start + 1, flush=True)


def main():
    counter = Counter(2)
    worker = multiprocessing.Process(target=counter.run)
    worker.start()
    worker.join()


if __name__ == "__main__":
    main()
