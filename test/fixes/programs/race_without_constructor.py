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


class Steps:
    """Counts from a start that all of them share."""

    taken = Slow(0)

    def step(self):
        self.taken += 1


steps = Steps()


def work():
    for _ in range(10):
        steps.step()


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("kept" if steps.taken == 40 else "lost")
