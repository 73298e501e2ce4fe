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


hits = Slow(0)
misses = Slow(0)


def note(found):
    global hits, misses
    if found:
        hits += 1
    else:
        misses += 1


def work():
    for number in range(10):
        note(number % 2)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if (hits, misses) == (20, 20) else "lost")
