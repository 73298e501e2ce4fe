# fix: check-then-act
# safety: safe
# before: lost
# after: kept
import threading
import time


class SlowList(list):
    """A list that lets other threads run when it is asked whether it is empty."""

    def __len__(self):
        size = list.__len__(self)
        time.sleep(0.001)
        return size


jobs = SlowList(range(6))
errors = []


def work():
    while jobs:
        job = jobs.pop()
        done.append(job)


done = []


def guarded():
    try:
        work()
    except IndexError as error:
        errors.append(error)


threads = [threading.Thread(target=guarded) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if not errors and len(set(done)) == 6 else "lost")
