#!/usr/bin/env python3
"""How many of its four threads a `ThreadPoolExecutor` starts for four tasks of bytecode: JSON, one row for each length.

usage: PYTHON pool_workers.py TARGET=PYTHON [TARGET=PYTHON ...] > ../simulation/validation/pool-workers/all.json

An executor starts a thread for a task only while none is idle (`_idle_semaphore` in concurrent/futures/thread.py), and who submits waits for the
interpreter lock between two tasks: by then, short tasks are done. `started` says how often each number of threads was seen in so many pools.
"""
import json
import platform
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

LENGTHS = (20_000, 100_000, 1_000_000, 5_000_000, 20_000_000, 100_000_000)


def task(rounds):
    total = 0
    for i in range(rounds):
        total += i
    return total


def rounds_of(ns):
    """As many rounds as take that long, by the thread's own clock."""
    begin = time.thread_time_ns()
    task(200_000)
    return max(1, int(ns * 200_000 / (time.thread_time_ns() - begin)))


def main():
    if len(sys.argv) > 1:
        rows = {}
        for pair in sys.argv[1:]:
            target, python = pair.split("=", 1)
            rows[target] = json.loads(subprocess.check_output([python, __file__]))
        print(json.dumps({"by": "test/measure/pool_workers.py", "measured": time.strftime("%Y-%m-%d"), "targets": rows}, indent=1))
        return
    lengths = []
    for ns in LENGTHS:
        started = {}
        for _ in range(20 if ns < 50_000_000 else 6):
            with ThreadPoolExecutor(4) as pool:
                list(pool.map(task, [rounds_of(ns)] * 4))
                count = len(pool._threads)
            started[count] = started.get(count, 0) + 1
        lengths.append({"taskNs": ns, "started": started})
    print(json.dumps({"python": platform.python_version(), "lengths": lengths}))


if __name__ == "__main__":
    main()
