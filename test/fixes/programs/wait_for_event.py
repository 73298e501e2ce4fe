# fix: polling-loop
# safety: unsafe
import threading
import time

ready = threading.Event()
found = []


def work():
    while not ready.is_set():
        time.sleep(0.01)
    found.append("go")


thread = threading.Thread(target=work)
thread.start()
ready.set()
thread.join()
print(found)
