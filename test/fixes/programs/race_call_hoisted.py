# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
import threading
import time

total = 0


def price(item):
    time.sleep(0.002)
    return item * 2


def buy(items):
    global total
    for item in items:
        total += price(item)


threads = [threading.Thread(target=buy, args=([1, 2, 3],)) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if total == 48 else "lost")
