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


class Database:
    _instance = None

    @classmethod
    def get(cls):
        if cls._instance is None:
            cls._instance = Registry()
        return cls._instance


def work():
    start.wait()
    Database.get().callbacks.append(1)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(made) == 1 else "lost")
