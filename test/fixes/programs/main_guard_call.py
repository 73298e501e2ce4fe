# fix: missing-main-guard
# safety: safe
# before: .*
# after: \[0, 1, 4, 9, 16\]
from concurrent.futures import ProcessPoolExecutor


def square(number):
    return number * number


def main():
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(square, range(5))))


main()
