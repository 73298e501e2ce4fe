# fix: cpu-bound-in-thread
# refused: cannot be pickled
from concurrent.futures import ThreadPoolExecutor


def heavy(number):
    total = 0
    for row in range(2000):
        for column in range(2000):
            total += row * column
    return total + number


def main():
    log = open("log.txt", "w")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: print(heavy(number), file=log), range(8)))


if __name__ == "__main__":
    main()
