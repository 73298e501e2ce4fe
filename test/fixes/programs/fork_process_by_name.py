# fix: fork-with-threads
# target: cpython-3.13
# safety: unsafe
# before: stuck
# after: 6
import threading
import time
from multiprocessing import Process, Queue

lock = threading.Lock()


def hold():
    with lock:
        time.sleep(1)


def work(number, results):
    with lock:
        results.put(number * 2)


def main():
    holder = threading.Thread(target=hold)
    holder.start()
    time.sleep(0.2)
    results = Queue()
    worker = Process(target=work, args=(3, results))
    worker.start()
    worker.join(2.5)
    if worker.is_alive():
        print("stuck")
        worker.terminate()
    else:
        print(results.get())
    holder.join()


main()
