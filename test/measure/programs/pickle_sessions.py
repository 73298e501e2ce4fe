# parts: pickle.dumps=held, pickle.loads=held
import pickle
from concurrent.futures import ThreadPoolExecutor


SESSIONS = {"session%d" % i: [i, i * 2, "user%d" % (i % 100)] for i in range(12_000)}


def task(n):
    return len(pickle.loads(pickle.dumps(SESSIONS)))


ITEMS = range(8)


def main():
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, ITEMS))


if __name__ == "__main__":
    main()
