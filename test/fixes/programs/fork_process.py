# fix: fork-with-threads
# target: cpython-3.13
# safety: unsafe
# before: stuck
# after: 6
import multiprocessing
import threading
import time

lock = threading.Lock()


def hold():
    with lock:
        time.sleep(1)


def work(number):
    with lock:
        print(number * 2, flush=True)


def main():
    holder = threading.Thread(target=hold)
    holder.start()
    time.sleep(0.2)
    worker = multiprocessing.Process(target=work, args=(3,))
    worker.start()
    worker.join(2.5)
    if worker.is_alive():
        print("stuck")
        worker.terminate()
    holder.join()


if __name__ == "__main__":
    main()
