# fix: mutation-during-iteration
# safety: safe
# before: lost
# after: kept
import threading
import time

names = {"a", "b", "c"}
started = threading.Event()
errors = []


def collect():
    started.wait()
    for name in "defgh":
        names.add(name)


def slow(name):
    started.set()
    time.sleep(0.005)
    return name.upper()


def report():
    return [slow(name) for name in names]


def guarded():
    try:
        report()
    except RuntimeError as error:
        errors.append(error)


threads = [threading.Thread(target=collect), threading.Thread(target=guarded)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("lost" if errors else "kept")
