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


class Log:
	def __init__(self):
		self.lines = Slow(0)

	def write(self, text):
		for part in text.split():
			if part:
				try:
					self.lines += 1
				finally:
					pass


log = Log()


def work():
	for _ in range(5):
		log.write('a b')


threads = [threading.Thread(target=work) for _ in range(4)]
for thread in threads:
	thread.start()
for thread in threads:
	thread.join()

print('kept' if log.lines == 40 else 'lost')
