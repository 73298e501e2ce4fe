# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: \[10, 11, 14\]
from multiprocessing import Pool


def shifted(numbers, offset):
    def shift(number):
        """Squares, from the offset on."""
        return number * number + offset

    with Pool(2) as pool:
        return pool.map(shift, numbers)


if __name__ == "__main__":
    print(shifted([0, 1, 2], 10))
