# parts: re.sub=held
import re
from concurrent.futures import ThreadPoolExecutor


PAGE = "<p class='a'>hello <b>world</b></p>\n" * 5_000


def task(n):
    return len(re.sub(r"<[^>]+>", "", PAGE))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
