# fix: unsafe-lazy-init
# safety: unsafe
# before: lost
# after: kept
import threading
import time

start = threading.Barrier(4)
made = []


class Slow(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other):
        time.sleep(0.01)
        return Slow(int(self) + int(other))


class Registry:
    def __init__(self):
        self.size = Slow(0) + 1
        made.append(self)


_registry = None


def registry():
    global _registry
    found = _registry
    if found is None:
        found = Registry()
        _registry = found
    return found


def work():
    start.wait()
    registry()


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("kept" if len(made) == 1 else "lost")
