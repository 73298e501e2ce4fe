# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
import time
from threading import Thread


class Slow(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other):
        time.sleep(0.001)
        return Slow(int(self) + int(other))

    __radd__ = __add__


total = Slow(0)


def add(amount):
    global total
    total = total + amount  # what has come in so far


threads = [Thread(target=add, args=(5,)) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print('kept' if total == 40 else 'lost')
