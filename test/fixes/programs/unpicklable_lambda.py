# fix: process-pool-unpicklable
# safety: unsafe
# before: failed: .*|.*PicklingError.*|.*Error.*
# after: \[0, 1, 4, 9\]
from concurrent.futures import ProcessPoolExecutor


def main():
    with ProcessPoolExecutor(2) as pool:
        print(list(pool.map(lambda number: number * number, range(4))))


if __name__ == "__main__":
    main()
