# fix: inconsistent-lock
# safety: unsafe
# before: lost
# after: kept
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
        self.balance = Slow(0)
        self.guard = threading.Lock()

    def deposit(self, amount):
        with self.guard:
            self.balance += amount

    def withdraw(self, amount):
        # The bank wants this to be quick.
        self.balance += -amount


account = Account()


def saver():
    for _ in range(10):
        account.deposit(3)


def spender():
    for _ in range(10):
        account.withdraw(1)


threads = [threading.Thread(target=target) for target in (saver, spender, saver, spender)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if account.balance == 40 else "lost")
