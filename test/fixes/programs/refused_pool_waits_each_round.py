# fix: executor-per-call
# refused: waits for its work by leaving
import os
from concurrent.futures import ThreadPoolExecutor


def show(number):
    print(number)


def show_all(batches):
    for batch in batches:
        with ThreadPoolExecutor(4) as pool:
            for number in batch:
                pool.submit(show, number)
        print("next")


show_all([list(range(int(size))) for size in os.environ.get("SIZES", "23")])
