# fix: process-pool-tiny-task
# safety: unsafe
from concurrent.futures import ProcessPoolExecutor


def digits(number):
    total = 0
    for power in range(20):
        total += number >> power & 1
    return total


def main():
    with ProcessPoolExecutor(2) as pool:
        print(sum(pool.map(digits, range(10_000))))


if __name__ == "__main__":
    main()
