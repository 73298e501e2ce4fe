from concurrent.futures import ThreadPoolExecutor


def divisors(n):
    total = 0
    d = 1
    while d * d <= n:
        if n % d == 0:
            total += d
            if d * d != n:
                total += n // d
        d += 1
    return total


def task(limit):
    perfect = 0
    for n in range(2, limit):
        if divisors(n) == 2 * n:
            perfect += 1
    return perfect


ITEMS = [3_500] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
