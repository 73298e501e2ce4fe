# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
import threading

import state


def work():
    for _ in range(10):
        state.level += 1


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if state.level == 40 else "lost")
