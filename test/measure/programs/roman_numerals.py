from concurrent.futures import ThreadPoolExecutor


SYMBOLS = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]


def roman(n):
    text = ""
    for value, symbol in SYMBOLS:
        while n >= value:
            text += symbol
            n -= value
    return text


def task(limit):
    return max(len(roman(n)) for n in range(1, limit))


ITEMS = [10_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
