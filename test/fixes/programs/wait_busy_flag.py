# fix: busy-wait
# safety: unsafe
import threading


class Loader:
    def __init__(self):
        self.ready = False

    def start(self):
        threading.Thread(target=self._load, daemon=True).start()

    def _load(self):
        self.data = sum(range(1000))
        self.ready = True

    def get(self):
        while not self.ready:
            pass
        return self.data


loader = Loader()
loader.start()
print(loader.get())
