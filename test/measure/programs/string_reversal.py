from concurrent.futures import ThreadPoolExecutor


SENTENCE = "never odd or even says the small brown owl"


def is_palindrome(text):
    letters = [letter for letter in text if letter != " "]
    return letters == letters[::-1]


def task(rounds):
    found = 0
    for i in range(rounds):
        if is_palindrome(SENTENCE[i % 40:]):
            found += 1
    return found


ITEMS = [9_000] * 8


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
