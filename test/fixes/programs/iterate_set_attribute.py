# fix: mutation-during-iteration
# safety: safe
# before: lost
# after: kept
import threading
import time


class Registry:
    def __init__(self):
        self.names = {"a", "b", "c"}
        self.seen = []
        self.errors = []
        self.going = threading.Event()

    def collect(self):
        self.going.wait()
        self.names.add("d")

    def slow(self, name):
        self.going.set()
        time.sleep(0.005)
        return name.upper()

    def report(self):
        try:
            self.seen = [self.slow(name) for name in self.names]
        except RuntimeError as error:
            self.errors.append(error)


registry = Registry()
threads = [threading.Thread(target=registry.collect), threading.Thread(target=registry.report)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("lost" if registry.errors else "kept")
