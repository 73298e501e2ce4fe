# parts: time.sleep=wait
import time
from concurrent.futures import ThreadPoolExecutor


TEXT = "one two three four five six seven eight nine ten " * 700


def task(page):
    time.sleep(0.015)
    counts = {}
    for word in TEXT.split():
        counts[word] = counts.get(word, 0) + 1
    return counts


ITEMS = range(24)


def main():
    with ThreadPoolExecutor(max_workers=6) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
