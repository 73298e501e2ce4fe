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


class Base:
    def __init__(self):
        self.count = Slow(0)


class Derived(Base):
    def __init__(self, name):
        super().__init__()
        self.name = name

    def step(self):
        self.count += 1


derived = Derived("a")


def work():
    for _ in range(10):
        derived.step()


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("kept" if derived.count == 40 else "lost")
