# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
import threading

import counters


def work():
    for _ in range(10):
        counters.tick()


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if counters.ticks == 40 else "lost")
