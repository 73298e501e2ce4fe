# fix: executor-per-call
# refused: which each round sets
from concurrent.futures import ThreadPoolExecutor


def double(number):
    return number * 2


def resize_all(batches):
    for batch in batches:
        with ThreadPoolExecutor(len(batch)) as pool:
            print(list(pool.map(double, batch)))


resize_all([[1, 2], [3]])
