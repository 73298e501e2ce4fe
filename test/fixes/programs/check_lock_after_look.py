# fix: check-then-act
# safety: safe
# before: lost
# after: kept
import threading
import time

start = threading.Barrier(4)


class Slow(int):
    """A number that lets other threads run when it is compared."""

    def __ge__(self, other):
        found = int(self) >= int(other)
        time.sleep(0.01)
        return found


class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = Slow(100)

    def withdraw(self, amount):
        if self.balance >= amount:
            with self.lock:
                self.balance = Slow(self.balance - amount)
                return True
        return False


account = Account()
paid = []


def work():
    start.wait()
    paid.append(account.withdraw(60))


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if account.balance == 40 and paid.count(True) == 1 else "lost")
