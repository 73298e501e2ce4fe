import threading


def task(rounds):
    total = 0
    for i in range(rounds):
        total += i % 3 * 2
    return total


ITEMS = [400_000] * 4


def main():
    threads = [threading.Thread(target=task, args=(item,)) for item in ITEMS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
