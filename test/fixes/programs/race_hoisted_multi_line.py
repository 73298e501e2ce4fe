# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
import threading
import time

total = 0


def price(item, count=1):
    time.sleep(0.002)
    return item * count


def work():
    global total
    for item in (1, 2, 3):
        total += price(
            item,  # of one kind
            count=2,
        )


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()

print("kept" if total == 48 else "lost")
