# fix: thread-lock-across-processes
# safety: unsafe
# before: (?!240000$)[0-9]+
# after: 240000
import threading
from multiprocessing import Process, Value

lock = threading.Lock()


def work(total, rounds):
    for _ in range(rounds):
        with lock:
            total.value += 1


if __name__ == "__main__":
    total = Value("i", 0, lock=False)
    workers = [Process(target=work, args=(total, 60000)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(total.value)
