#!/usr/bin/env python3
"""When what happens in a process pool: JSON, nanoseconds since the pool began to be made.

usage: PYTHON pool_phases.py [--methods fork,forkserver,spawn] [--workers 1,2,4] [--repeats 5] > phases.json

Twice as many tasks as workers, each of 20 ms, so that every worker gets one. For each repeat: `submittedNs`, when the first `submit` had
returned and when all had; `beginNs`, when each worker began its first task; `endNs`, when the last result was there; `stoppedNs`, when the
pool was closed; `parentCpuNs` and `workerCpuNs`, processor time of the parent and of each worker before its first task. The first repeat is a
program's first pool, which starts the fork server. A file of its own that imports little, because workers import it again. POSIX.
"""
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor


def task(length_ns):
    """Who ran it, when it began, what its process had used until then."""
    begin = time.perf_counter_ns()
    used = time.process_time_ns()
    while time.perf_counter_ns() < begin + length_ns:
        pass
    return multiprocessing.current_process().pid, begin, used


def one_pool(method, workers):
    begin = time.perf_counter_ns()
    own = time.process_time_ns()
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context(method))
    futures = [pool.submit(task, 20_000_000)]
    first = time.perf_counter_ns() - begin
    futures += [pool.submit(task, 20_000_000) for _ in range(2 * workers - 1)]
    submitted = time.perf_counter_ns() - begin
    results = [future.result() for future in futures]
    end = time.perf_counter_ns() - begin
    parent = time.process_time_ns() - own
    pool.shutdown()
    stopped = time.perf_counter_ns() - begin
    firsts = {}
    for pid, since, used in results:
        if pid not in firsts or since < firsts[pid][0]:
            firsts[pid] = (since, used)
    rising = sorted(firsts.values())
    return {
        "submittedNs": [first, submitted],
        "beginNs": [since - begin for since, _ in rising],
        "endNs": end,
        "stoppedNs": stopped,
        "parentCpuNs": parent,
        "workerCpuNs": [used for _, used in rising],
    }


def main():
    import argparse
    import json
    import platform

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--methods", default="fork,forkserver,spawn")
    options.add_argument("--workers", default="1,2,4")
    options.add_argument("--repeats", type=int, default=5)
    arguments = options.parse_args()
    rows = []
    for method in arguments.methods.split(","):
        for workers in arguments.workers.split(","):
            repeats = [one_pool(method, int(workers)) for _ in range(arguments.repeats)]
            rows.append({"method": method, "workers": int(workers), "repeats": repeats})
    print(json.dumps({"python": platform.python_version(), "cores": multiprocessing.cpu_count(), "pools": rows}))


if __name__ == "__main__":
    main()
