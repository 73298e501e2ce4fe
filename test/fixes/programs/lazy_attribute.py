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
        time.sleep(0.005)
        return Slow(int(self) + int(other))


class Registry:
    def __init__(self):
        self.size = Slow(0) + 1
        made.append(self)
        self.callbacks = []


class App:
    def __init__(self):
        self._registry = None

    @property
    def registry(self):
        if self._registry is None:
            self._registry = Registry()
        return self._registry


app = App()


def work():
    start.wait()
    app.registry.callbacks.append(1)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(made) == 1 else "lost")
