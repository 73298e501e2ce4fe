# fix: wait-while-locked
# safety: unsafe
# before: lost
# after: kept
import threading
import time

lock = threading.Lock()
done = []


def work():
    time.sleep(0.02)
    with lock:
        done.append(1)


def stop():
    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    with lock:
        done.append(0)
        worker.join()


stopper = threading.Thread(target=stop, daemon=True)
stopper.start()
stopper.join(0.3)
print("lost" if stopper.is_alive() else "kept")
