# fix: thread-lock-across-processes
# safety: unsafe
# target: cpython-3.14
# start: spawn
# before: .*Error.*
# after: hello
from multiprocessing import Process
from threading import Lock


def work(lock, text):
    with lock:
        print(text, flush=True)


def main():
    lock = Lock()
    worker = Process(target=work, args=(lock, "hello"))
    worker.start()
    worker.join()


if __name__ == "__main__":
    main()
