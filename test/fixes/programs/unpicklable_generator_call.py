# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: 6
from multiprocessing import Pool


def numbers(count):
    for number in range(count):
        yield number


def total(items):
    return sum(items)


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.apply(total, (numbers(4),)))
