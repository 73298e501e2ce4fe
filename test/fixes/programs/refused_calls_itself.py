# fix: non-atomic-shared-update
# refused: which would have to take the lock again
import threading

visited = 0


def visit(depth):
    global visited
    before = visited
    if depth:
        visit(depth - 1)
    visited = before + 1


for _ in range(4):
    threading.Thread(target=visit, args=(3,)).start()
