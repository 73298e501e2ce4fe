import struct
from concurrent.futures import ThreadPoolExecutor


DATA = struct.pack("<ihd", 7, 3, 2.5) * 40_000


def task(n):
    total = 0.0
    for number, kind, value in struct.iter_unpack("<ihd", DATA):
        if kind == 3:
            total += number * value
    return total


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
