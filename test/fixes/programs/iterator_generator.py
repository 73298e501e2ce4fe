# fix: shared-iterator
# safety: safe
# before: lost
# after: kept
import threading
import time


def numbers():
    for number in range(20):
        time.sleep(0.001)
        yield number


source = numbers()
taken = []
errors = []


def take():
    for _ in range(5):
        item = next(source)
        taken.append(item)


def guarded():
    try:
        take()
    except ValueError as error:
        errors.append(error)


threads = [threading.Thread(target=guarded) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if not errors and sorted(taken) == list(range(20)) else "lost")
