# parts: time.sleep=wait
import threading
import time
from concurrent.futures import ThreadPoolExecutor


SLOTS = threading.Semaphore(2)


def task(n):
    with SLOTS:
        time.sleep(0.01)
    return n


ITEMS = range(24)


def main():
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
