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


_registry = None


def registry():
    """The one registry."""
    global _registry
    if _registry is not None:
        return _registry
    # Made when it is first asked for.
    _registry = Registry()
    return _registry


def work():
    registry().callbacks.append(1)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(made) == 1 else "lost")
