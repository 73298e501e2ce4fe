# fix: cpu-bound-in-thread
# refused: changes `results`
from concurrent.futures import ThreadPoolExecutor

results = {}


def work(number):
    total = 0
    for row in range(2000):
        for column in range(2000):
            total += row * column
    results[number] = total


def main():
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))


if __name__ == "__main__":
    main()
