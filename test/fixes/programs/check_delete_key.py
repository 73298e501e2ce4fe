# fix: check-then-act
# safety: unsafe
# before: lost
# after: kept
import threading
import time

start = threading.Barrier(4)


class SlowDict(dict):
    """A dict that lets other threads run when it is asked."""

    def __contains__(self, key):
        found = dict.__contains__(self, key)
        time.sleep(0.01)
        return found


sessions = SlowDict(a=1)
errors = []


def drop(key):
    if key in sessions:
        del sessions[key]


def work():
    start.wait()
    try:
        drop("a")
    except KeyError as error:
        errors.append(error)


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("lost" if errors else "kept")
