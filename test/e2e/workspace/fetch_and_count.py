"""Reads four pages, one per thread, and counts their words."""

import hashlib
import time
from concurrent.futures import ThreadPoolExecutor

PAGES = [f"page {number} " * 400 for number in range(4)]


def fetch(page):
    time.sleep(0.2)
    return page


def count(page):
    words = fetch(page).split()
    total = 0
    for number in range(2_000):
        total += number * len(words)
    return hashlib.sha256(page.encode()).hexdigest(), total


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        for digest, total in pool.map(count, PAGES):
            print(digest[:8], total)


if __name__ == "__main__":
    main()
