# fix: inconsistent-lock
# safety: unsafe
# before: done 0
# after: done 0
import threading
import time


class Slow(int):
    """A number that lets other threads run while it is added to; a lock is then held as long, which makes the fix an unsafe one."""

    def __add__(self, other):
        time.sleep(0.001)
        return Slow(int(self) + int(other))

    __radd__ = __add__


class Account:
    def __init__(self):
        self._lock = threading.Lock()
        # gil: guarded-by(self._lock)
        self.balance = Slow(0)

    def deposit(self, amount):
        with self._lock:
            self.balance += amount

    def reset(self):
        self.balance = Slow(0)


account = Account()


def work():
    account.deposit(1)
    account.reset()


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("done", account.balance)
