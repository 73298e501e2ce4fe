# fix: thread-lock-across-processes
# refused: `count`, which the worker calls, uses it
import threading
from multiprocessing import Process, Value

lock = threading.Lock()


def count(total):
    with lock:
        total.value += 1


def work(total):
    for _ in range(1000):
        count(total)


if __name__ == "__main__":
    total = Value("i", 0)
    workers = [Process(target=work, args=(total,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(total.value)
