# parts: time.sleep=wait
import threading
import time
from concurrent.futures import ThreadPoolExecutor


LOCK = threading.Lock()


def task(n):
    time.sleep(0.006)
    with LOCK:
        time.sleep(0.002)
    return n


ITEMS = range(24)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
