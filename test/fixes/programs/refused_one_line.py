# fix: non-atomic-shared-update
# refused: shares its line
import threading

count = 0


def work():
    global count; count += 1


for _ in range(4):
    threading.Thread(target=work).start()
