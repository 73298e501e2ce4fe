# fix: missing-main-guard
# refused: `def show():`, needs `results`
from concurrent.futures import ProcessPoolExecutor


def square(number):
    return number * number


with ProcessPoolExecutor(2) as pool:
    results = list(pool.map(square, range(5)))


def show():
    print(results)


show()
