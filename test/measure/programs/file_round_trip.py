# parts: save=native, load=native
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor


CONTENT = b"some line of a log file\n" * 250_000


def save(path):
    with open(path, "wb") as file:
        file.write(CONTENT)


def load(path):
    with open(path, "rb") as file:
        return file.read()


def task(n):
    path = os.path.join(tempfile.gettempdir(), "gilscope-%d-%d" % (os.getpid(), n))
    save(path)
    size = len(load(path))
    os.remove(path)
    return size


ITEMS = range(16)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
