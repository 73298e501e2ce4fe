# parts: zlib.decompress=native
import zlib
from concurrent.futures import ThreadPoolExecutor


PAGE = zlib.compress(b"".join(b"<tr><td>%d</td><td>%d</td></tr>" % (i, i * i) for i in range(120_000)))


def task(n):
    return len(zlib.decompress(PAGE))


ITEMS = range(12)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
