# parts: gzip.compress=native
import gzip
from concurrent.futures import ThreadPoolExecutor


REPORT = b"".join(b"%d;%d;%d\n" % (i * 7919 % 10_007, i * 31 % 997, i) for i in range(20_000))


def task(n):
    return len(gzip.compress(REPORT))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
