# fix: check-then-act
# safety: safe
# before: lost
# after: kept
import threading
import time


class Flag:
    """Something that lets other threads run when it is asked for its truth."""

    def __init__(self, value):
        self.value = value

    def __bool__(self):
        time.sleep(0.02)
        return self.value


launched = []


class Runner:
    def __init__(self):
        self.running = Flag(False)

    def start(self):
        if not self.running:
            self.running = True
            self.launch()

    def launch(self):
        launched.append(1)


runner = Runner()
threads = [threading.Thread(target=runner.start) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if len(launched) == 1 else "lost")
