# fix: thread-lock-across-processes
# safety: unsafe
# before: .*
# after: 40 lines
import os
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor

lock = threading.Lock()
PATH = os.environ.get("LOG_PATH", os.path.join(tempfile.gettempdir(), "gilscope-pool-%d" % os.getppid()))


def work(number):
    for _ in range(10):
        with lock:
            with open(PATH, "a") as log:
                log.write("line of %d\n" % number)


def main():
    os.environ["LOG_PATH"] = PATH
    with ProcessPoolExecutor(max_workers=2) as pool:
        list(pool.map(work, range(4)))
    with open(PATH) as log:
        print(len(log.readlines()), "lines")
    os.remove(PATH)


if __name__ == "__main__":
    main()
