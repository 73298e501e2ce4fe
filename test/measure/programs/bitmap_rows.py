from concurrent.futures import ThreadPoolExecutor


WIDTH = 300
HEIGHT = 240


def shade(x, y):
    return (x * x + y * y) & 255


def task(offset):
    rows = []
    for y in range(HEIGHT):
        row = bytearray(WIDTH)
        for x in range(WIDTH):
            row[x] = shade(x + offset, y)
        rows.append(bytes(row))
    return len(b"".join(rows))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
