# fix: fork-with-threads
# target: cpython-3.13
# refused: `work` uses `table`, which `main` changes
import multiprocessing
import threading
import time

table = {}


def wait():
    time.sleep(1)


def work(name):
    print(table[name], flush=True)


def main():
    table["a"] = 1
    threading.Thread(target=wait).start()
    worker = multiprocessing.Process(target=work, args=("a",))
    worker.start()
    worker.join()


if __name__ == "__main__":
    main()
