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


counter = Slow(0)


def work():
    global counter
    for _ in range(10):
        counter += 1


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if counter == 40 else "lost")
