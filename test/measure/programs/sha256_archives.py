# parts: hashlib.sha256=native
import hashlib
from concurrent.futures import ThreadPoolExecutor


ARCHIVE = bytes(12_000_000)


def task(n):
    return hashlib.sha256(ARCHIVE).hexdigest()


ITEMS = range(10)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
