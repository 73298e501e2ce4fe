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


class Users:
    def __init__(self):
        self.by_name = SlowDict()

    def register(self, name, user):
        if name in self.by_name:
            raise ValueError(name)
        self.by_name[name] = user


users = Users()
taken = []


def work(user):
    start.wait()
    try:
        users.register("ada", user)
    except ValueError:
        return
    taken.append(user)


threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(taken) == 1 else "lost")
