# fix: process-state-lost
# safety: unsafe
# before: \[\]
# after: \[0, 1, 4\]
from multiprocessing import Process


def fill(out, number):
    out.append(number * number)


def main():
    out = []
    processes = [Process(target=fill, args=(out, number)) for number in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(sorted(out))


if __name__ == "__main__":
    main()
