# fix: check-then-act
# safety: unsafe
# before: kept|lost
# after: kept
import sys
import threading

sys.setswitchinterval(1e-6)
jobs = list(range(3000))
errors = []
done = []


def work():
    while jobs:
        job = jobs.pop()
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
print("kept" if not errors and len(set(done)) == 3000 else "lost")
