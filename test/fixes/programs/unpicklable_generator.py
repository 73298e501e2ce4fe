# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: 30
from concurrent.futures import ProcessPoolExecutor


def total(numbers):
    return sum(numbers)


def main(count):
    with ProcessPoolExecutor(2) as pool:
        print(pool.submit(total, (number * number for number in range(count))).result())


if __name__ == "__main__":
    main(5)
