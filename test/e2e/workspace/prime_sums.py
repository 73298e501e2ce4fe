"""Counts the primes below four limits, one limit per thread."""

from concurrent.futures import ThreadPoolExecutor

LIMITS = [20_000, 21_000, 22_000, 23_000]


def count_primes(limit):
    count = 0
    for candidate in range(2, limit):
        divisor = 2
        while divisor * divisor <= candidate:
            if candidate % divisor == 0:
                break
            divisor += 1
        else:
            count += 1
    return count


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        counts = list(pool.map(count_primes, LIMITS))
    print("primes", counts, "checksum", sum(n * c for n, c in enumerate(counts, 1)))


if __name__ == "__main__":
    main()
