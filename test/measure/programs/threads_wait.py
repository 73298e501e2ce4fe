# parts: time.sleep=wait
import threading
import time


def task(seconds):
    time.sleep(seconds)
    return seconds


ITEMS = [0.08] * 6


def main():
    threads = [threading.Thread(target=task, args=(item,)) for item in ITEMS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
