from concurrent.futures import ThreadPoolExecutor


MESSAGE = "Meet me at the old bridge at midnight, and bring the map. " * 1_500


def rotate(text, by):
    letters = []
    for letter in text:
        if letter.isalpha():
            base = 65 if letter.isupper() else 97
            letters.append(chr((ord(letter) - base + by) % 26 + base))
        else:
            letters.append(letter)
    return "".join(letters)


def task(by):
    return rotate(MESSAGE, by)


ITEMS = [1, 3, 5, 7, 9, 11, 13, 15]


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
