# fix: fork-with-threads
# target: cpython-3.13
# refused: cannot be pickled
import multiprocessing
import threading
import time


def wait():
    time.sleep(1)


def work(file):
    print(file.name, flush=True)


def main():
    file = open("log.txt", "w")
    threading.Thread(target=wait).start()
    worker = multiprocessing.Process(target=work, args=(file,))
    worker.start()
    worker.join()


if __name__ == "__main__":
    main()
