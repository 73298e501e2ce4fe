# fix: check-then-act
# safety: unsafe
# before: kept|lost
# after: kept
import sys
import threading
from collections import deque

sys.setswitchinterval(1e-6)
jobs = deque(range(2000))
done = []
errors = []


def work():
    while len(jobs) > 0:
        job = jobs.popleft()
        done.append(job)


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
print("kept" if not errors and len(set(done)) == 2000 else "lost")
