# fix: non-atomic-shared-update
# refused: takes a lock
import threading

log_lock = threading.Lock()
lines = []
count = 0


def log(text):
    with log_lock:
        lines.append(text)
    return 1


def work():
    global count
    before = count
    log("counting")
    count = before + 1


for _ in range(4):
    threading.Thread(target=work).start()
