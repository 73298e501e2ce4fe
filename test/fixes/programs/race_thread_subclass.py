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


class Worker(threading.Thread):
    finished = Slow(0)

    def __init__(self, rounds):
        super().__init__()
        self.rounds = rounds

    def run(self):
        for _ in range(self.rounds):
            Worker.finished += 1


threads = [Worker(10) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if Worker.finished == 40 else "lost")
