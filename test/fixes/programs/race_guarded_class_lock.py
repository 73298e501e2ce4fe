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


class Cache:
    def __init__(self):
        self._lock = threading.RLock()
        self._items = {}
        self.hits = Slow(0)

    def put(self, key, value):
        with self._lock:
            self._items[key] = value

    def get(self, key):
        self.hits += 1
        return self._items.get(key)


cache = Cache()


def work():
    for number in range(10):
        cache.put(number, number)
        cache.get(number)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if cache.hits == 40 else "lost")
