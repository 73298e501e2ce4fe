# fix: cpu-bound-in-thread
# target: cpython-3.13
# python: 3.7
# safety: unsafe
# before: 1 process: (.*)
# after: [2-9] processes: (.*)
import os
import threading
from concurrent.futures import ThreadPoolExecutor


def watch(stop):
    stop.wait()


def heavy(size):
    total = 0
    for number in range(size):
        total += number * number % 7
    return os.getpid(), total


def main():
    stop = threading.Event()
    watcher = threading.Thread(target=watch, args=(stop,))
    watcher.start()
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(heavy, [400_000] * 8))
    stop.set()
    watcher.join()
    count = len({pid for pid, _ in results})
    print(count, "process:" if count == 1 else "processes:", sum(total for _, total in results))


if __name__ == "__main__":
    main()
