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


beats = Slow(0)


def beat():
    global beats
    for _ in range(20):
        beats += 1


timers = [threading.Timer(0.001, beat) for _ in range(3)]
for timer in timers:
    timer.start()
for timer in timers:
    timer.join()
print("kept" if beats == 60 else "lost")
