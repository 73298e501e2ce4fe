# fix: executor-per-call
# safety: unsafe
import os
from concurrent.futures import ThreadPoolExecutor


def double(number):
    return number * 2


def resize_all(batches):
    for batch in batches:
        with ThreadPoolExecutor(4) as pool:
            print(list(pool.map(double, batch)))
        print("next")


resize_all([list(range(int(size))) for size in os.environ.get("SIZES", "230")])
