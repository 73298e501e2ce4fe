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


class Database:
    _instance = None

    @classmethod
    def get(cls):
        if cls._instance is None:
            cls._instance = Registry()
        return cls._instance


def work():
    Database.get().callbacks.append(1)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(made) == 1 else "lost")
