# fix: non-atomic-shared-update
# refused: `__slots__`
import threading


class Counter:
    __slots__ = ("value",)

    def __init__(self):
        self.value = 0


counter = Counter()


def work():
    counter.value += 1


for _ in range(4):
    threading.Thread(target=work).start()
