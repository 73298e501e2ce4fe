from concurrent.futures import ThreadPoolExecutor


COEFFICIENTS = [3.0, -2.0, 0.5, 1.25, -0.75, 4.0]


def evaluate(x):
    value = 0.0
    for coefficient in COEFFICIENTS:
        value = value * x + coefficient
    return value


def task(samples):
    total = 0.0
    for i in range(samples):
        total += evaluate(i / samples)
    return total


ITEMS = [35_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
