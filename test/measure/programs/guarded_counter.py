import threading
from concurrent.futures import ThreadPoolExecutor


LOCK = threading.Lock()
COUNTS = {"done": 0}


def task(rounds):
    for i in range(rounds):
        with LOCK:
            COUNTS["done"] += 1
    return rounds


ITEMS = [30_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
