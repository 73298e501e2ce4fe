# fix: lock-not-released
# refused: may come back without the lock
import threading

lock = threading.Lock()
items = []


def take():
    if not lock.acquire(timeout=1):
        return None
    if not items:
        return None
    item = items.pop()
    lock.release()
    return item
