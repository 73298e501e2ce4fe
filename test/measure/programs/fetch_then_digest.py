# parts: time.sleep=wait, hashlib.sha1=native
import hashlib
import time
from concurrent.futures import ThreadPoolExecutor


BODY = b"0123456789" * 300_000


def task(page):
    time.sleep(0.01)
    return hashlib.sha1(BODY).hexdigest()


ITEMS = range(24)


def main():
    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
