# fix: lock-not-released
# safety: unsafe
# before: lost
# after: kept
import threading


class Stock:
    def __init__(self):
        self._lock = threading.Lock()
        self.count = 10

    def take(self, number):
        self._lock.acquire()
        if number > self.count:
            self._lock.release()
            return False
        if number < 0:
            raise ValueError(number)
        self.count -= number
        self._lock.release()
        return True


stock = Stock()
print(stock.take(3), stock.take(30))
try:
    stock.take(-1)
except ValueError as error:
    print(repr(error))
print("lost" if stock._lock.locked() else "kept")
