"""Fetches pages in threads and keeps statistics that the threads share."""

import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor


class Statistics:
    def __init__(self):
        self.lock = threading.Lock()
        self.pages = 0
        self.bytes = 0

    def add(self, body):
        self.pages += 1
        with self.lock:
            self.bytes += len(body)


def fetch(url, statistics):
    with urllib.request.urlopen(url, timeout=10) as response:
        statistics.add(response.read())


def fetch_all(urls):
    statistics = Statistics()
    with ThreadPoolExecutor(max_workers=16) as pool:
        for url in urls:
            pool.submit(fetch, url, statistics)
    return statistics


if __name__ == "__main__":
    done = fetch_all(["https://www.python.org/"] * 4)
    print(done.pages, "pages,", done.bytes, "bytes")
