# fix: polling-loop
# refused: uses it in another way
import threading
import time


class Connection:
    def __init__(self):
        self.connected = False

    def open(self):
        threading.Thread(target=self._run, daemon=True).start()
        while not self.connected:
            time.sleep(0.01)

    def _run(self):
        self.connected = True

    def show(self):
        print("connected:", self.connected)


Connection().open()
