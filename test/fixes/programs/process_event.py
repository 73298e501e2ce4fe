# fix: thread-lock-across-processes
# safety: unsafe
# before: waited in vain
# after: ready
import multiprocessing
import threading

ready = threading.Event()


def work():
    ready.set()


def main():
    worker = multiprocessing.Process(target=work)
    worker.start()
    print("ready" if ready.wait(3) else "waited in vain")
    worker.join()


if __name__ == "__main__":
    main()
