# fix: process-state-lost
# safety: unsafe
# before: 0
# after: 14
import multiprocessing

total = 0


def add(number):
    global total
    total += number * number


def main():
    with multiprocessing.Pool(2) as pool:
        pool.map(add, range(4))
    print(total)


if __name__ == "__main__":
    main()
