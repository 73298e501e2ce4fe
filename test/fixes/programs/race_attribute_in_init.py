# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
import threading
import time


class Slow(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other):
        time.sleep(0.001)
        return Slow(int(self) + int(other))

    __radd__ = __add__


class Statistics:
    """Counts what comes by."""

    def __init__(self, name):
        self.name = name
        self.seen = Slow(0)

    def note(self):
        self.seen += 1
        return self.name


def work(statistics):
    for _ in range(10):
        statistics.note()


statistics = Statistics("requests")
threads = [threading.Thread(target=work, args=(statistics,)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if statistics.seen == 40 else "lost")
