# fix: wait-while-locked
# safety: unsafe
# before: lost
# after: kept
import threading

lock = threading.Lock()
done = []


def work():
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
