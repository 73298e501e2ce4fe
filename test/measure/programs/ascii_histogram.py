from concurrent.futures import ThreadPoolExecutor


TEXT = "It was the best of times, it was the worst of times. " * 4_000


def task(n):
    counts = [0] * 128
    for letter in TEXT:
        counts[ord(letter)] += 1
    return max(counts)


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
