# fix: unsafe-lazy-init
# safety: safe
# before: lost
# after: kept
import threading
import time

made = []


class Registry:
    def __init__(self):
        time.sleep(0.002)
        made.append(self)
        self.callbacks = []


class App:
    def __init__(self):
        self._registry = None

    @property
    def registry(self):
        if self._registry is None:
            self._registry = Registry()
        return self._registry


app = App()


def work():
    app.registry.callbacks.append(1)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(made) == 1 else "lost")
