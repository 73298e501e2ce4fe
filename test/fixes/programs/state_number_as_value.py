# fix: process-state-lost
# safety: unsafe
# before: 0
# after: 40
from multiprocessing import Process

counter = 0


def work(rounds):
    global counter
    for _ in range(rounds):
        counter += 1


def main():
    processes = [Process(target=work, args=(10,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(counter)


if __name__ == "__main__":
    main()
