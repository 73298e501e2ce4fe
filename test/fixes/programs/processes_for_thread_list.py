# fix: cpu-bound-in-thread
# safety: unsafe
# before: 1 process
# after: [2-9] processes
import os
import tempfile
import threading


def heavy(size, folder):
    total = 0
    for number in range(size):
        total += number * number % 7
    with open(os.path.join(folder, str(os.getpid())), "w") as out:
        out.write(str(total))


def main():
    with tempfile.TemporaryDirectory() as folder:
        threads = [threading.Thread(target=heavy, args=(300_000, folder)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        count = len(os.listdir(folder))
        print(count, "process" if count == 1 else "processes")


if __name__ == "__main__":
    main()
