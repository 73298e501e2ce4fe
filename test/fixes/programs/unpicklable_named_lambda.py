# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: \[1, 2, 3\]
from multiprocessing import Pool

after = lambda number: number + 1  # the next one


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(after, range(3)))
