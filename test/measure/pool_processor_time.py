#!/usr/bin/env python3
"""The processor time that process pools take of their parent and of their workers, beyond what the tasks take: JSON, nanoseconds.

usage: PYTHON pool_processor_time.py fork|forkserver|spawn

Processor time says more than wall time where other programs run on the machine. Pages that a forked worker writes to are copied, its caches
are cold, its interpreter is torn down in the end: all that comes with a worker counts, so pools are measured whole, with tasks that do
something. `slowdown` is how much longer a fixed piece of work took meanwhile than at its best. Linux. A file of its own, because workers
import the main module again.
"""
import json
import os
import resource
import sys
import time
from concurrent.futures import ProcessPoolExecutor


def work(rounds):
    counts = {}
    for i in range(rounds):
        word = str(i % 97)
        counts[word] = counts.get(word, 0) + len(word) * i
    return len(counts)


def own_ns():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1e9


def children_ns():
    """Of this process, and of its fork server, which does not end before this process does."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = (used.ru_utime + used.ru_stime) * 1e9
    forkserver = sys.modules.get("multiprocessing.forkserver")
    pid = forkserver._forkserver._forkserver_pid if forkserver else None
    if pid:
        with open("/proc/%d/stat" % pid) as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        total += sum(int(value) for value in fields[11:15]) / os.sysconf("SC_CLK_TCK") * 1e9
    return total


def main(method):
    import multiprocessing
    import statistics

    context = multiprocessing.get_context(method)

    def pool(workers, tasks, rounds):
        with ProcessPoolExecutor(workers, mp_context=context) as executor:
            list(executor.map(work, [rounds] * tasks))

    pool(1, 1, 10)
    rounds = 3000
    alone = []

    def reference():
        begin = time.thread_time_ns()
        work(rounds)
        alone.append(time.thread_time_ns() - begin)

    def measured(workers, tasks, repeats):
        """Medians of what the parent takes, and of what all workers take beyond the tasks."""
        rows = []
        for _ in range(repeats):
            for _ in range(3):
                reference()
            parent, children, begin = own_ns(), children_ns(), time.perf_counter_ns()
            for _ in range(4):
                pool(workers, tasks, rounds)
            took = (time.perf_counter_ns() - begin) / 4
            time.sleep(0.01)
            rows.append(((own_ns() - parent) / 4, (children_ns() - children) / 4 - tasks * statistics.mean(alone[-3:]), took))
        return [statistics.median(column) for column in zip(*rows)]

    one = measured(1, 2, 5)
    four = measured(4, 8, 5)
    many = measured(2, 404, 3)
    two = measured(2, 4, 5)
    per_task_parent = (many[0] - two[0]) / 400
    per_task_worker = (many[1] - two[1]) / 400
    per_worker = max(0, (four[0] - one[0] - 6 * per_task_parent) / 3)
    alone.sort()
    print(json.dumps({
        "parentFirstNs": one[0] - per_worker - 2 * per_task_parent,
        "parentNsPerWorker": per_worker,
        "workerNs": (four[1] - 8 * per_task_worker) / 4,
        "parentNsPerTask": per_task_parent,
        "workerNsPerTask": per_task_worker,
        "slowdown": statistics.mean(alone) / alone[len(alone) // 50],
        "wallNs": {"1 worker, 2 tasks": one[2], "4 workers, 8 tasks": four[2], "2 workers, 404 tasks": many[2]},
    }))


if __name__ == "__main__":
    main(sys.argv[1])
