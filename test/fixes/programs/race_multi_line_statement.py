# fix: non-atomic-shared-update
# safety: safe
# before: lost
# after: kept
import threading
import time


class Slow(int):
    """A number that lets other threads run while it is added to."""

    def __add__(self, other):
        time.sleep(0.001)
        return Slow(int(self) + int(other))

    __radd__ = __add__


class Report:
    def __init__(self):
        self.lines = Slow(0)

    def add(self, text):
        if text:
            # Every line counts,
            # also empty ones.
            self.lines = (
                self.lines
                + text.count("""
""")
                + 1
            )
        return """
            kept as it is
        """


report = Report()


def work():
    for _ in range(10):
        report.add("a\nb")


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print("kept" if report.lines == 80 else "lost")
print(repr(report.add("")))
