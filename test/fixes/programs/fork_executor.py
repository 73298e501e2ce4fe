# fix: fork-with-threads
# target: cpython-3.13
# python: 3.7
# safety: unsafe
# before: stuck
# after: 6
import os
import threading
import time
from concurrent.futures import ProcessPoolExecutor, TimeoutError

lock = threading.Lock()


def hold():
    with lock:
        time.sleep(1)


def work(number):
    with lock:
        return number * 2


def main():
    threading.Thread(target=hold).start()
    time.sleep(0.2)
    pool = ProcessPoolExecutor(1)
    try:
        print(pool.submit(work, 3).result(2.5), flush=True)
    except TimeoutError:
        print("stuck", flush=True)
        for process in pool._processes.values():
            process.terminate()
        os._exit(0)
    pool.shutdown()


if __name__ == "__main__":
    main()
