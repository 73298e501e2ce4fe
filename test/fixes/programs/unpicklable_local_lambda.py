# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: \[0, 2, 4\]
from multiprocessing import Pool


def main(factor):
    scale = lambda number: number * factor
    with Pool(2) as pool:
        print(pool.map(scale, range(3)))


if __name__ == "__main__":
    main(2)
