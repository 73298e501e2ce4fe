"""Several counters sell from one list of seats."""

import threading

seats = {"stalls": 40, "gallery": 25}
unsold = {"balcony": 40}
ledger_lock = threading.Lock()
printer_lock = threading.Lock()


def reserve(count):
    if unsold["balcony"] >= count:
        print(f"reserving {count}")
        unsold["balcony"] -= count


def sell():
    with ledger_lock:
        with printer_lock:
            print("sold", seats["stalls"])


def refund():
    with printer_lock:
        with ledger_lock:
            print("refunded", seats["gallery"])


if __name__ == "__main__":
    threads = [threading.Thread(target=reserve, args=(30,)) for _ in range(4)]
    threads += [threading.Thread(target=sell), threading.Thread(target=refund)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
