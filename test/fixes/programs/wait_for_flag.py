# fix: polling-loop
# safety: unsafe
import threading
import time


class Connection:
    def __init__(self):
        self.connected = False

    def open(self):
        threading.Thread(target=self._run, daemon=True).start()
        while not self.connected:
            time.sleep(0.01)
        return "open"

    def _run(self):
        self.name = "server"
        self.connected = True


connection = Connection()
print(connection.open(), connection.name)
