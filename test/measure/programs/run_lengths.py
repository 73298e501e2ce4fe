from concurrent.futures import ThreadPoolExecutor


TEXT = "aaabbbbccddddddeffffgg" * 4_000


def task(n):
    runs = []
    previous = ""
    count = 0
    for letter in TEXT:
        if letter == previous:
            count += 1
        else:
            if count:
                runs.append((previous, count))
            previous = letter
            count = 1
    return len(runs)


ITEMS = range(12)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
