# fix: thread-lock-across-processes
# refused: has no counterpart of `queue.PriorityQueue`
import queue
from multiprocessing import Process

results = queue.PriorityQueue()


def work(number):
    results.put(number * number)


if __name__ == "__main__":
    worker = Process(target=work, args=(3,))
    worker.start()
    print(results.get(timeout=1))
    worker.join()
