# parts: collections.Counter=held
import collections
from concurrent.futures import ThreadPoolExecutor


TEXT = ("the quick brown fox jumps over the lazy dog while seven wizards brew a potion " * 2_500).strip()


def task(n):
    return collections.Counter(TEXT.split()).most_common(3)


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
