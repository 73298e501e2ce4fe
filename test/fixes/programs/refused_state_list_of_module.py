# fix: process-state-lost
# refused: through a `multiprocessing.Queue`
from multiprocessing import Process

results = []


def work(number):
    results.append(number)


def main():
    process = Process(target=work, args=(3,))
    process.start()
    process.join()
    print(results)


if __name__ == "__main__":
    main()
