# fix: mutation-during-iteration
# safety: safe
# before: lost
# after: kept
import threading
import time

peers = {number: number for number in range(20)}
started = threading.Event()
errors = []


def discover():
    started.wait()
    for number in range(100, 110):
        peers[number] = number


def report():
    total = 0
    for name, number in peers.items():
        started.set()
        time.sleep(0.001)
        total += number
    return total


def guarded():
    try:
        report()
    except RuntimeError as error:
        errors.append(error)


threads = [threading.Thread(target=discover), threading.Thread(target=guarded)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("lost" if errors else "kept")
