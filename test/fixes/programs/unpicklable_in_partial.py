# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: \[3, 4, 5\]
import functools
from concurrent.futures import ProcessPoolExecutor


def main():
    def add(amount, number):
        return amount + number

    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(functools.partial(add, 3), range(3))))


if __name__ == "__main__":
    main()
