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


class Ticket:
    issued = Slow(0)

    @classmethod
    def issue(cls):
        cls.issued += 1


def work():
    for _ in range(10):
        Ticket.issue()


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if Ticket.issued == 40 else "lost")
