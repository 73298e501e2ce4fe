# fix: thread-lock-across-processes
# safety: unsafe
# before: nothing
# after: 9
import queue
from multiprocessing import Process

results = queue.Queue()


def work(number):
    results.put(number * number)


if __name__ == "__main__":
    worker = Process(target=work, args=(3,))
    worker.start()
    try:
        print(results.get(timeout=1))
    except queue.Empty:
        print("nothing")
    worker.join()
