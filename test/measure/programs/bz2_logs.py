# parts: bz2.compress=native
import bz2
from concurrent.futures import ThreadPoolExecutor


LOG = b"".join(b"2024-05-%02d 12:%02d:%02d INFO worker %d finished job %d\n" % (i % 28, i % 60, i * 7 % 60, i % 9, i * 31) for i in range(3_000))


def task(n):
    return len(bz2.compress(LOG))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
