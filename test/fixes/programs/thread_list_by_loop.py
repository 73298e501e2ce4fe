# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process
# after: [2-9] processes
import os
import tempfile
import threading


def heavy(row, folder):
    total = 0
    for first in range(500):
        for second in range(500):
            total += first * second % 7 + row
    with open(os.path.join(folder, str(os.getpid())), "a") as out:
        out.write(str(total))


def main():
    with tempfile.TemporaryDirectory() as folder:
        workers = []
        for row in range(8):
            worker = threading.Thread(target=heavy, args=(row, folder), name="worker")
            workers.append(worker)
            worker.start()
        print("started")
        for worker in workers:
            worker.join()
        count = len(os.listdir(folder))
        print(count, "process" if count == 1 else "processes")


if __name__ == "__main__":
    main()
