"""Counts the primes below several limits, one task for each, in a pool of threads."""

from concurrent.futures import ThreadPoolExecutor

LIMITS = [40_000] * 8


def is_prime(n):
    if n < 2:
        return False
    for divisor in range(2, int(n**0.5) + 1):
        if n % divisor == 0:
            return False
    return True


def count_primes(limit):
    found = 0
    for n in range(limit):
        if is_prime(n):
            found += 1
    return found


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        print(sum(pool.map(count_primes, LIMITS)))


if __name__ == "__main__":
    main()
