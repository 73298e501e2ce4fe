# fix: thread-lock-across-processes
# target: cpython-3.13
# safety: unsafe
# before: (?!240000$)[0-9]+
# after: 240000
import multiprocessing
import threading


class Work:
    def __init__(self, total):
        self.total = total
        self.lock = threading.Lock()

    def run(self):
        for _ in range(60000):
            with self.lock:
                self.total.value += 1


def main():
    total = multiprocessing.Value("i", 0, lock=False)
    work = Work(total)
    workers = [multiprocessing.Process(target=work.run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(total.value)


if __name__ == "__main__":
    main()
