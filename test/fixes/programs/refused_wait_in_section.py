# fix: non-atomic-shared-update
# refused: `time.sleep()` in `work` would wait while the lock is held
import threading
import time

level = 0


def work():
    global level
    before = level
    time.sleep(0.1)
    level = before + 1


for _ in range(4):
    threading.Thread(target=work).start()
