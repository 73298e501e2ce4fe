from concurrent.futures import ThreadPoolExecutor


def task(modulus):
    seen = set()
    value = 1
    for i in range(60_000):
        value = value * 5 % modulus
        seen.add(value)
    return len(seen)


ITEMS = [10_007, 20_011, 30_011, 40_009, 50_021, 60_013, 70_001, 80_021]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
