from concurrent.futures import ThreadPoolExecutor


PAGES = ["the rain in spain stays mainly in the plain and the sun is out " * 60 for _ in range(8)]


def task(page):
    return sum(1 for letter in page * 40 if letter in "aeiou")


ITEMS = PAGES


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
