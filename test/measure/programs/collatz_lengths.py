from concurrent.futures import ThreadPoolExecutor


def length(n):
    steps = 0
    while n != 1:
        if n % 2:
            n = 3 * n + 1
        else:
            n //= 2
        steps += 1
    return steps


def task(limit):
    longest = 0
    for n in range(1, limit):
        longest = max(longest, length(n))
    return longest


ITEMS = [2_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
