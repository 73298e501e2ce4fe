# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
# python: 3.7
import threading
import time
from dataclasses import dataclass


class Slow(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other):
        time.sleep(0.001)
        return Slow(int(self) + int(other))

    __radd__ = __add__


@dataclass
class Progress:
    name: str
    done: int = Slow(0)
    size: int = 40

    def step(self):
        self.done += 1


progress = Progress("copy")


def work():
    for _ in range(10):
        progress.step()


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if progress.done == progress.size else "lost")
print(Progress("a", 1, 2) == Progress("a", 1, 2), repr(Progress("a", 1, 2)))
