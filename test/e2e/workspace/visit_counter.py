"""Counts visits from four threads, without a lock."""

import threading

visits = 0


def price():
    return 1


def record(times):
    global visits
    for _ in range(times):
        visits += price()


def main():
    threads = [threading.Thread(target=record, args=(100_000,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print("visits", visits)


if __name__ == "__main__":
    main()
