# fix: thread-lock-across-processes
# safety: unsafe
# before: .*
# after: 40
import os
import tempfile
from multiprocessing import Process
from threading import Lock

PATH = os.environ.get("LOG_PATH", os.path.join(tempfile.gettempdir(), "gilscope-lines-%d" % os.getppid()))
guard = Lock()


def work():
    for _ in range(10):
        with guard:
            with open(PATH, "a") as log:
                log.write("line\n")


def main():
    os.environ["LOG_PATH"] = PATH
    workers = [Process(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with open(PATH) as log:
        print(len(log.readlines()))
    os.remove(PATH)


if __name__ == "__main__":
    main()
