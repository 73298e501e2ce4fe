# fix: process-state-lost
# safety: unsafe
# before: \[\]
# after: \[0, 1, 4, 9\]
from concurrent.futures import ProcessPoolExecutor

results = []


def square(number):
    """One of them."""
    found = number * number
    results.append(found)


def main():
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(square, range(4)))
    print(results)


if __name__ == "__main__":
    main()
