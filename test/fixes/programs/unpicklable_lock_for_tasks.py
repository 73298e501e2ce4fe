# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: \[0, 1, 2, 3\]
import functools
import threading
from concurrent.futures import ProcessPoolExecutor


def work(lock, number):
    with lock:
        return number


def main():
    lock = threading.Lock()
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(functools.partial(work, lock), range(4))))


if __name__ == "__main__":
    main()
