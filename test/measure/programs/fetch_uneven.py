# parts: time.sleep=wait
import time
from concurrent.futures import ThreadPoolExecutor


def task(seconds):
    time.sleep(seconds)
    return seconds


ITEMS = [0.005, 0.01, 0.02, 0.04, 0.03, 0.005, 0.06, 0.01, 0.015, 0.025, 0.035, 0.01]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
