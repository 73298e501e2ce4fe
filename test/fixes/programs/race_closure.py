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


def count_all(rounds):
    """How often the threads came by."""
    count = Slow(0)

    def work():
        nonlocal count
        for _ in range(rounds):
            count += 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return count


print("kept" if count_all(10) == 40 else "lost")
