# parts: re.findall=held
import re
from concurrent.futures import ThreadPoolExecutor


TEXT = "user=anna id=%d pass=secret; user=bob id=77 pass=qwerty; " * 25_000


def task(n):
    return len(re.findall(r"id=(\d+)", TEXT))


ITEMS = range(12)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
