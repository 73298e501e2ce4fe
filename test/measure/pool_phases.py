#!/usr/bin/env python3
"""When what happens in a process pool: JSON, nanoseconds since the pool began to be made.

usage: PYTHON pool_phases.py [--methods fork,forkserver,spawn] [--workers 1,2,4] [--repeats 5] [--computing 6] [--tasks 8] > phases.json

Twice as many tasks as workers, each of 20 ms by the clock, so that every worker gets one. For each repeat: `submittedNs`, when the first `submit` had
returned and when all had; `beginNs`, when each worker began its first task; `endNs`, when the last result was there; `stoppedNs`, when the
pool was closed; `parentCpuNs` and `workerCpuNs`, processor time of the parent and of each worker before its first task. The first repeat is a
program's first pool, which starts the fork server.

With `--computing MS`, each of `--tasks` tasks is the same piece of work, which takes that long alone (`aloneNs`, measured before each pool): what
other threads take of the cores makes it longer. Then `tasks` holds for each task its worker, when it began and ended, and the processor time of
its worker before and after it; `startNs` how long `Process.start` took for each worker; `mainCpuNs` the main thread's processor time until all
was submitted, until the last result and until the pool was closed, `wholeCpuNs` that of the parent and of its children until the pool was closed.
Only repeats during which other programs took at most `--quiet` of the machine count, and no more than `--patience` seconds are spent on each
pool. A file of its own that imports little, because workers import it again. POSIX; Linux with `--computing`.
"""
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor


def task(length_ns):
    """Who ran it, when it began and ended, what its process had used until then and then."""
    begin = time.perf_counter_ns()
    used = time.process_time_ns()
    while time.perf_counter_ns() < begin + length_ns:
        pass
    return multiprocessing.current_process().pid, begin, time.perf_counter_ns(), used, time.process_time_ns()


def compute(rounds):
    total = 0
    for i in range(rounds):
        total += i % 7 * 3
    return total


def computing(rounds):
    begin = time.perf_counter_ns()
    used = time.process_time_ns()
    compute(rounds)
    return multiprocessing.current_process().pid, begin, time.perf_counter_ns(), used, time.process_time_ns()


def one_pool(method, workers, function=task, given=20_000_000, tasks=None):
    context = multiprocessing.get_context(method)
    starts = []

    def timed_start(process):
        since = time.perf_counter_ns()
        plain_start(process)
        starts.append(time.perf_counter_ns() - since)

    plain_start = context.Process.start
    if function is computing:
        context.Process.start = timed_start
    children = children_ns()
    begin = time.perf_counter_ns()
    own, main = time.process_time_ns(), time.thread_time_ns()
    pool = ProcessPoolExecutor(workers, mp_context=context)
    futures = [pool.submit(function, given)]
    first = time.perf_counter_ns() - begin
    futures += [pool.submit(function, given) for _ in range((tasks or 2 * workers) - 1)]
    submitted = time.perf_counter_ns() - begin
    main_used = [time.thread_time_ns() - main]
    results = [future.result() for future in futures]
    end = time.perf_counter_ns() - begin
    parent = time.process_time_ns() - own
    main_used.append(time.thread_time_ns() - main)
    pool.shutdown()
    stopped = time.perf_counter_ns() - begin
    main_used.append(time.thread_time_ns() - main)
    whole = [time.process_time_ns() - own, children_ns() - children]
    context.Process.start = plain_start
    firsts = {}
    for pid, since, _, used, _ in results:
        if pid not in firsts or since < firsts[pid][0]:
            firsts[pid] = (since, used)
    rising = sorted(firsts.values())
    row = {
        "submittedNs": [first, submitted],
        "beginNs": [since - begin for since, _ in rising],
        "endNs": end,
        "stoppedNs": stopped,
        "parentCpuNs": parent,
        "workerCpuNs": [used for _, used in rising],
    }
    if function is computing:
        names = {pid: number for number, pid in enumerate(sorted(firsts, key=lambda pid: firsts[pid][0]), 1)}
        row["tasks"] = [[names[pid], since - begin, until - begin, used, after] for pid, since, until, used, after in results]
        row.update({"startNs": starts, "mainCpuNs": main_used, "wholeCpuNs": whole})
    return row


def children_ns():
    """Processor time of the children that have ended; those of a fork server are not among them."""
    import resource

    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return round((used.ru_utime + used.ru_stime) * 1e9)


def quiet_pools(method, workers, length_ns, arguments):
    """Repeats during which other programs left the machine alone; the first pool of a program counts as none."""
    import pathlib
    import sys

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
    from quiet_machine import others_share, usage

    def took(rounds):
        begin = time.perf_counter_ns()
        compute(rounds)
        return time.perf_counter_ns() - begin

    rounds = round(20_000 * length_ns / min(took(20_000) for _ in range(20)))
    one_pool(method, workers, computing, rounds, arguments.tasks)
    repeats = []
    deadline = time.monotonic() + arguments.patience
    while len(repeats) < arguments.repeats and time.monotonic() < deadline:
        before, begin = usage(), time.perf_counter_ns()
        alone = took(rounds)
        row = one_pool(method, workers, computing, rounds, arguments.tasks)
        share = others_share(before, usage(), time.perf_counter_ns() - begin)
        if share <= arguments.quiet:
            repeats.append({"aloneNs": alone, **row})
        else:
            time.sleep(0.05)
    return {"method": method, "workers": workers, "tasks": arguments.tasks, "repeats": repeats}


def main():
    import argparse
    import json
    import platform

    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--methods", default="fork,forkserver,spawn")
    options.add_argument("--workers", default="1,2,4")
    options.add_argument("--repeats", type=int, default=5)
    options.add_argument("--computing", type=float, help="milliseconds that each task computes")
    options.add_argument("--tasks", type=int, default=8)
    options.add_argument("--quiet", type=float, default=0.02)
    options.add_argument("--patience", type=float, default=8)
    arguments = options.parse_args()
    rows = []
    for method in arguments.methods.split(","):
        for workers in map(int, arguments.workers.split(",")):
            if arguments.computing:
                rows.append(quiet_pools(method, workers, arguments.computing * 1e6, arguments))
            else:
                repeats = [one_pool(method, workers) for _ in range(arguments.repeats)]
                rows.append({"method": method, "workers": workers, "repeats": repeats})
    print(json.dumps({"python": platform.python_version(), "cores": multiprocessing.cpu_count(), "pools": rows}))


if __name__ == "__main__":
    main()
