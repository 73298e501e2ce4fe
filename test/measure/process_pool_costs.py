#!/usr/bin/env python3
"""What one process pool costs, in an interpreter of its own: JSON, nanoseconds. operation_costs.py runs it several times.

usage: PYTHON process_pool_costs.py fork|forkserver|spawn WORKERS

A file of its own, because worker processes import and compile the main module again: a long one would be measured with them.
"""
import json
import multiprocessing
import sys
import time
from concurrent.futures import ProcessPoolExecutor

PERF = time.perf_counter_ns


def work_nothing(_):
    return None


def process_time_ns(_):
    return time.process_time_ns()


def sizes(payload):
    return len(payload)


def make_payload(size):
    return bytes(size)


def main(method, workers):
    context = multiprocessing.get_context(method)

    def fresh():
        begin = PERF()
        own = time.process_time_ns()
        pool = ProcessPoolExecutor(workers, mp_context=context)
        first = pool.submit(process_time_ns, 1)
        submitted = PERF() - begin
        others = [pool.submit(process_time_ns, 1) for _ in range(workers - 1)]
        cpu = first.result()
        ready = PERF() - begin
        for other in others:
            other.result()
        parent = time.process_time_ns() - own
        return pool, submitted, ready, cpu, parent

    pool, _, cold, _, _ = fresh()
    pool.shutdown()
    rows = []
    for _ in range(3):
        pool, submitted, ready, cpu, parent = fresh()
        begin = PERF()
        pool.shutdown()
        rows.append((submitted, ready, cpu, parent, PERF() - begin))
    submitted, ready, cpu, parent, stop = (sorted(column)[1] for column in zip(*rows))
    result = {"workers": workers, "coldFirstResultNs": cold, "firstResultNs": ready, "submitNs": submitted, "workerCpuNs": cpu, "parentCpuNs": parent, "stopNs": stop}

    if method == "fork":
        tasks = 1000
        with ProcessPoolExecutor(2 if workers > 1 else 1, mp_context=context) as pool:
            list(pool.map(work_nothing, range(100)))
            before = children_cpu(pool)
            begin, own, whole = PERF(), time.thread_time_ns(), time.process_time_ns()
            futures = [pool.submit(work_nothing, i) for i in range(tasks)]
            result["mainNsPerTask"] = (time.thread_time_ns() - own) / tasks
            own = time.thread_time_ns()
            for future in futures:
                future.result()
            result["collectNsPerTask"] = (time.thread_time_ns() - own) / tasks
            result["wallNsPerTask"] = (PERF() - begin) / tasks
            result["parentNsPerTask"] = (time.process_time_ns() - whole) / tasks
            result["workerNsPerTask"] = (children_cpu(pool) - before) / tasks
        with ProcessPoolExecutor(1, mp_context=context) as pool:
            list(pool.map(work_nothing, range(100)))
            items, chunk = 40000, 2000
            before = children_cpu(pool)
            begin, whole = PERF(), time.process_time_ns()
            list(pool.map(work_nothing, range(items), chunksize=chunk))
            result["wallNsPerItem"] = (PERF() - begin) / items
            result["parentNsPerItem"] = (time.process_time_ns() - whole) / items
            result["workerNsPerItem"] = (children_cpu(pool) - before) / items
            size = 2 << 20
            for name, call, argument in (("Argument", sizes, bytes(size)), ("Result", make_payload, size)):
                pool.submit(call, argument).result()
                before = children_cpu(pool)
                begin, whole = PERF(), time.process_time_ns()
                for _ in range(10):
                    pool.submit(call, argument).result()
                result["wallNsPer%sByte" % name] = (PERF() - begin) / size / 10
                result["parentNsPer%sByte" % name] = (time.process_time_ns() - whole) / size / 10
                result["workerNsPer%sByte" % name] = (children_cpu(pool) - before) / size / 10
    print(json.dumps(result))


def children_cpu(pool):
    """Processor time of a pool's workers, from /proc (nanoseconds where the kernel keeps schedstat)."""
    total = 0
    for pid in list(pool._processes):
        with open("/proc/%d/schedstat" % pid) as file:
            total += int(file.read().split()[0])
    return total


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
