# parts: hashlib.md5=native
import hashlib
from concurrent.futures import ThreadPoolExecutor


BLOB = bytes(range(251)) * 4_000


def task(n):
    digests = []
    for i in range(8):
        digests.append(hashlib.md5(BLOB).hexdigest())
    return digests


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
