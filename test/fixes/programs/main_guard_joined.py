# fix: missing-main-guard
# safety: safe
# before: .*
# after: \[0, 1, 4, 9, 16\]
import sys
from concurrent.futures import ProcessPoolExecutor


def square(number):
    return number * number


pool = ProcessPoolExecutor(2)
results = list(pool.map(square, range(5)))
pool.shutdown()

if __name__ == "__main__":
    # What is shown in the end.
    print(results, file=sys.stdout)
