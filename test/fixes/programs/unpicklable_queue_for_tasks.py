# fix: process-pool-unpicklable
# safety: unsafe
# before: .*Error.*
# after: \[0, 1, 4\]
import multiprocessing


def work(number, results):
    results.put(number * number)


def main():
    results = multiprocessing.Queue()
    with multiprocessing.Pool(2) as pool:
        for number in range(3):
            pool.apply(work, (number, results))
    print(sorted(results.get() for _ in range(3)))


if __name__ == "__main__":
    main()
