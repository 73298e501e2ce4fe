# fix: thread-lock-across-processes
# safety: unsafe
# before: .*
# after: 40 lines
import threading
from concurrent.futures import ProcessPoolExecutor

lock = threading.Lock()
PATH = "lines.log"


def work(number):
    for _ in range(10):
        with lock:
            with open(PATH, "a") as log:
                log.write("line of %d\n" % number)


def main():
    with ProcessPoolExecutor(max_workers=2) as pool:
        list(pool.map(work, range(4)))
    with open(PATH) as log:
        print(len(log.readlines()), "lines")


if __name__ == "__main__":
    main()
