# fix: thread-lock-across-processes
# safety: unsafe
# before: .*
# after: 40
from multiprocessing import Process
from threading import Lock

PATH = "lines.log"
guard = Lock()


def work():
    for _ in range(10):
        with guard:
            with open(PATH, "a") as log:
                log.write("line\n")


def main():
    workers = [Process(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with open(PATH) as log:
        print(len(log.readlines()))


if __name__ == "__main__":
    main()
