#!/usr/bin/env python3
"""How often a thread that mostly waits gets its turn beside threads that run nothing but bytecode: the convoy effect, as JSON.

usage: PYTHON beside_computing.py > beside.json        (about ten seconds; two cores and nothing else running)

Each row is what `besideComputing` in test/simulation/validation/*.json holds: what the waiting thread does, measured alone, and how
many rounds a second it manages beside one or two computing threads at a switch interval. CPython 3.8 to 3.15; POSIX; standard library only.
"""
import json
import os
import platform
import socket
import sys
import threading
import time

SECONDS = 0.5


def rounds_per_second(operation, computing_threads, interval):
    sys.setswitchinterval(interval)
    stop = False

    def compute():
        n = 0
        while not stop:
            for i in range(1000):
                n += i

    threads = [threading.Thread(target=compute) for _ in range(computing_threads)]
    for thread in threads:
        thread.start()
    rounds = 0
    begin = time.perf_counter()
    while time.perf_counter() < begin + SECONDS:
        operation()
        rounds += 1
    took = time.perf_counter() - begin
    stop = True
    for thread in threads:
        thread.join()
    sys.setswitchinterval(0.005)
    return rounds / took


def echo_process():
    """A socket whose other end answers each byte from another process."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        while True:
            data = theirs.recv(1)
            if not data:
                os._exit(0)
            theirs.send(data)
    theirs.close()
    return ours


def main():
    channel = echo_process()

    def echo():
        channel.send(b"x")
        channel.recv(1)

    operations = {"sleep(0)": lambda: time.sleep(0), "sleep(1 ms)": lambda: time.sleep(0.001), "echo over a socket pair": echo}
    rows = []
    for name, operation in operations.items():
        alone_ns = 1e9 / rounds_per_second(operation, 0, 0.005)
        # What it runs itself between its waits; a guess that matters little, since both are far shorter than a switch interval.
        running_ns = 3000 if operation is echo else 1000
        if alone_ns < 20000:
            continue
        for computing_threads, interval in ((1, 0.005), (1, 0.0005), (2, 0.005)):
            rows.append(
                {
                    "name": name,
                    "computingThreads": computing_threads,
                    "switchIntervalNs": round(interval * 1e9),
                    "steps": [{"waitNs": round(alone_ns - running_ns)}, {"compute": {"interpreterNs": running_ns}}],
                    "perSecond": round(rounds_per_second(operation, computing_threads, interval), 1),
                }
            )
    channel.close()
    print(json.dumps({"python": platform.python_version(), "cores": os.cpu_count(), "besideComputing": rows}, indent=1))


if __name__ == "__main__":
    main()
