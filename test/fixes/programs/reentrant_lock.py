# fix: lock-reacquire
# safety: unsafe
# before: lost
# after: kept
import threading


class Store:
    def __init__(self):
        self._lock = threading.Lock()
        self.items = {}

    def put(self, key, value):
        with self._lock:
            self.items[key] = value

    def put_all(self, pairs):
        with self._lock:
            for key, value in pairs:
                self.put(key, value)


store = Store()
thread = threading.Thread(target=store.put_all, args=([("a", 1), ("b", 2)],), daemon=True)
thread.start()
thread.join(0.3)
print("lost" if thread.is_alive() else "kept")
