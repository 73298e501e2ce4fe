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


tally = {"even": Slow(0), "odd": Slow(0)}


def work():
    for number in range(10):
        if number % 2 == 0:
            tally["even"] += 1
        elif number > 0:
            tally["odd"] += 1  # the others
        else:
            pass


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("kept" if (tally["even"], tally["odd"]) == (20, 20) else "lost")
