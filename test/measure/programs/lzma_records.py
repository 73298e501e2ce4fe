# parts: lzma.compress=native
import lzma
from concurrent.futures import ThreadPoolExecutor


RECORDS = b"".join(b"%08d,%d\n" % (i, i * i % 1_001) for i in range(6_000))


def task(n):
    return len(lzma.compress(RECORDS, preset=1))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
