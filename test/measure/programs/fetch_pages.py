# parts: time.sleep=wait
import time
from concurrent.futures import ThreadPoolExecutor


def task(page):
    time.sleep(0.02)
    return {"page": page}


ITEMS = range(24)


def main():
    with ThreadPoolExecutor(max_workers=8) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
