"""Comments that Gilscope reads, beside one that it does not."""

import threading

# an ordinary comment
lock = threading.Lock()
# gil: guarded-by(lock)
total = 0


def add(amount):
    global total
    with lock:
        total += amount  # gil: ignore[non-atomic-shared-update] the lock is held
