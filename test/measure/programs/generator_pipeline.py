from concurrent.futures import ThreadPoolExecutor


def numbers(limit):
    for n in range(limit):
        yield n


def squares(values):
    for value in values:
        yield value * value


def odd(values):
    for value in values:
        if value % 2:
            yield value


def task(limit):
    return sum(odd(squares(numbers(limit))))


ITEMS = [60_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
