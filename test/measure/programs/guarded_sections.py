import threading
from concurrent.futures import ThreadPoolExecutor


LOCK = threading.Lock()
RESULTS = []


def work(rounds):
    total = 0
    for i in range(rounds):
        total += i * i % 7
    return total


def task(rounds):
    own = work(rounds)
    with LOCK:
        RESULTS.append(own + work(rounds // 4))
    return own


ITEMS = [120_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
