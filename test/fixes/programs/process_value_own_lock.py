# fix: non-atomic-shared-update
# safety: safe
# before: fewer
# after: 8000
from multiprocessing import Process, Value


def slow(number):
    total = 0
    for step in range(60):
        total += step * number
    return total * 0 + number


class Step:
    def __rsub__(self, other):
        return other + slow(1)


def count(total):
    step = Step()
    for _ in range(2000):
        total.value -= step


if __name__ == "__main__":
    counted = Value("i", 0)
    workers = [Process(target=count, args=(counted,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print(counted.value if counted.value == 8000 else "fewer")
