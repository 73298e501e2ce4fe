# fix: non-atomic-shared-update
# refused: held
import threading


class Meter:
    def __init__(self):
        self._lock = threading.Lock()
        self.value = 0

    def set(self, value):
        with self._lock:
            self.value = value
            self._bump()

    def add(self):
        with self._lock:
            self.value += 1

    def _bump(self):
        self.value += 1

    def run(self):
        self._bump()


meter = Meter()


def work():
    meter.set(1)
    meter.run()
    meter.add()


for _ in range(4):
    threading.Thread(target=work).start()
