# fix: non-atomic-shared-update
# safety: safe
# before: lost|kept
# after: kept
import threading
import time

level = 0


def raise_level():
    global level
    before = level
    raised = before + 1
    level = raised


class Pause(threading.Thread):
    def run(self):
        for _ in range(200000):
            raise_level()


interval = __import__("sys").setswitchinterval
interval(1e-6)
threads = [Pause() for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if level == 800000 else "lost")
