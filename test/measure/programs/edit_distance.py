from concurrent.futures import ThreadPoolExecutor


FIRST = "the kitten sat quietly on the mat in the hall" * 5
SECOND = "the sitting cat was quiet on that old door mat" * 3


def task(n):
    previous = list(range(len(SECOND) + 1))
    for i, a in enumerate(FIRST, 1):
        current = [i]
        for j, b in enumerate(SECOND, 1):
            cost = 0 if a == b else 1
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost))
        previous = current
    return previous[-1]


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
