#!/usr/bin/env python3
"""How long a waiter of the GIL needs to come once the GIL is given back: JSON, share of lost returns by length of absence.

usage: PYTHON wake_up.py > wake-up.json        (about ten seconds; nothing else should run)

One thread runs bytecode, another calls native code that gives the GIL back for a known time. If the first thread wakes within that time it
takes the GIL, and the call returns a switch interval (5 ms) late; if not, the call returns at once. So the share of late returns
at an absence of t is the share of wake-ups that are faster than t. GIL builds of CPython 3.8 and later; standard library only.
"""
import hashlib
import json
import platform
import statistics
import threading
import time

CALLS = 150


def absence(length):
    """Nanoseconds that hashing so many bytes takes alone."""
    data = bytes(length)
    times = []
    for _ in range(300):
        begin = time.perf_counter_ns()
        hashlib.sha256(data)
        times.append(time.perf_counter_ns() - begin)
    return round(statistics.median(times))


def lost_share(length):
    """The share of calls that come back more than half a switch interval late while another thread computes."""
    data = bytes(length)
    stop = False
    started = threading.Event()

    def compute():
        started.set()
        n = 0
        while not stop:
            n += 1

    other = threading.Thread(target=compute)
    other.start()
    started.wait()
    lost = 0
    for _ in range(CALLS):
        begin = time.perf_counter_ns()
        hashlib.sha256(data)
        if time.perf_counter_ns() - begin > 2_500_000:
            lost += 1
        # Some bytecode between calls, so that each begins with the other thread asleep.
        for _ in range(2000):
            pass
    stop = True
    other.join()
    return lost / CALLS


def main():
    rows = []
    for length in (2048, 4096, 8192, 12288, 16384, 24576, 32768, 49152, 65536, 98304, 131072, 262144):
        rows.append({"absenceNs": absence(length), "lost": round(lost_share(length), 3)})
    print(json.dumps({"python": platform.python_version(), "rows": rows}))


if __name__ == "__main__":
    main()
