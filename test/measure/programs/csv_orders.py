import csv
import io
from concurrent.futures import ThreadPoolExecutor


TEXT = "\n".join("%d,%s,%d,%.2f" % (i, "customer", i % 50, i * 0.25) for i in range(8_000))


def task(n):
    total = 0.0
    for row in csv.reader(io.StringIO(TEXT)):
        total += int(row[2]) * float(row[3])
    return total


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
