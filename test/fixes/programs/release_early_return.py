# fix: lock-not-released
# safety: safe
# before: lost
# after: kept
import threading

lock = threading.Lock()
items = []


def take():
    lock.acquire()
    if not items:
        return None
    item = items.pop()
    lock.release()
    return item


take()
print("lost" if lock.locked() else "kept")
items.append(3)
if not lock.locked():
    print(take())
