# parts: zlib.compress=native
import zlib
from concurrent.futures import ThreadPoolExecutor


CHUNKS = [bytes((i * j * 40503 >> 7) & 63 for j in range(300_000)) for i in range(1, 9)]


def task(chunk):
    return len(zlib.compress(chunk, 6))


ITEMS = CHUNKS * 2


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
