# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: \[0, 1, 4\]
from multiprocessing import Pool


def loud(function):
    def wrapper(number):
        return function(number)

    return wrapper


@loud
def square(number):
    return number * number


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(square, range(3)))
