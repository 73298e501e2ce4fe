#!/usr/bin/env python3
"""How much thread and process pools really gain: programs whose steps are known, timed serially, in threads and in processes.

usage: PYTHON pool_speedups.py --target cpython-3.13 [--repeats 7] [NAME ...] > ../simulation/validation/cpython-3.13.json

Each program is a list of parts that each do one thing (run bytecode, hold the GIL in C, compute without it, wait). A part's time
is measured where it runs alone, one task after the other; together they are the workload that test/simulation/validation.test.ts
gives to the simulator. Runs during which other programs took more than a twentieth of the machine are thrown away and repeated, and a
program for which there is no quiet moment is left out. CPython 3.8 to 3.15 and free-threaded builds; Linux; standard library only;
about a minute where nothing else runs.
"""
# What workers import again is kept short; what only the measuring process needs is imported in `measure`.
import hashlib
import json
import os
import sys
import threading
import time
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from quiet_machine import busy_for, others_share, usage  # noqa: E402

LOCK = threading.Lock()
BLOCK = bytes(range(256)) * (4 << 12)
TEXT = b" ".join(b"%d apples and %d pears" % (i * 7919 % 1000, i) for i in range(30000))
DOCUMENT = json.dumps([{"id": i, "name": "n%d" % i, "values": [i, i + 1, i * 0.5]} for i in range(2500)])
NUMBERS = [i * 7919 % 100003 for i in range(60000)]


def collatz(limit):
    longest = 0
    for start in range(1, limit):
        n = start
        steps = 0
        while n != 1:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        if steps > longest:
            longest = steps
    return longest


def count_letters(rounds):
    counts = {}
    for _ in range(rounds):
        for letter in "the quick brown fox jumps over the lazy dog":
            counts[letter] = counts.get(letter, 0) + 1
    return len(counts)


def matrix(size):
    a = [[i * j % 7 for j in range(size)] for i in range(size)]
    return sum(sum(x * y for x, y in zip(row, column)) for row in a for column in zip(*a))


def digest(length):
    return hashlib.sha256(memoryview(BLOCK)[:length]).hexdigest()


def compress(length):
    return len(zlib.compress(TEXT[:length], 6))


def parse(_):
    return len(json.loads(DOCUMENT))


def sort(_):
    return sorted(NUMBERS)[0]


def nap(seconds):
    time.sleep(seconds)


def guarded_count(rounds):
    with LOCK:
        return count_letters(rounds)


def guarded_nap(seconds):
    with LOCK:
        time.sleep(seconds)


def blob(size):
    return bytes(size)


def length_of(payload):
    return len(payload)


def add_one(x):
    return x + 1


# name: (workers, chunk size, parts: (kind, function, argument), items). An argument None stands for the item.
# Items are what tasks are given; `held` is native code that keeps the GIL.
PROGRAMS = {
    "collatz": (4, 1, [("interpreter", collatz, 1800)], [0] * 10),
    "letters": (2, 1, [("interpreter", count_letters, 600)], [0] * 60),
    "matrix_many_workers": (8, 1, [("interpreter", matrix, 40)], [0] * 24),
    "one_long_among_short": (4, 1, [("interpreter", collatz, None)], [400] * 6 + [6000] + [400] * 17),
    "naps": (8, 1, [("wait", nap, 0.015)], [0] * 24),
    "short_naps": (16, 1, [("wait", nap, 0.002)], [0] * 160),
    "digests": (4, 1, [("native", digest, 4 << 20)], [0] * 16),
    "digests_small": (4, 1, [("native", digest, 64 << 10)], [0] * 300),
    "compressions": (3, 1, [("native", compress, 400_000)], [0] * 12),
    "sorts": (4, 1, [("held", sort, None)], [0] * 24),
    "parses": (4, 1, [("held", parse, None)], [0] * 24),
    "nap_then_parse": (4, 1, [("wait", nap, 0.012), ("held", parse, None)], [0] * 20),
    "nap_then_count": (6, 1, [("wait", nap, 0.010), ("interpreter", count_letters, 500)], [0] * 30),
    "short_nap_then_count": (4, 1, [("wait", nap, 0.001), ("interpreter", count_letters, 200)], [0] * 80),
    "digest_then_count": (4, 1, [("native", digest, 3 << 20), ("interpreter", count_letters, 600)], [0] * 20),
    "mostly_digest": (2, 1, [("native", digest, 4 << 20), ("interpreter", count_letters, 60)], [0] * 20),
    "guarded_count": (4, 1, [("guarded-interpreter", guarded_count, 800), ("native", digest, 3 << 20)], [0] * 16),
    "guarded_nap": (4, 1, [("guarded-wait", guarded_nap, 0.004), ("wait", nap, 0.008)], [0] * 24),
    "tiny": (4, 1, [("interpreter", add_one, None)], list(range(3000))),
    "tiny_in_chunks": (4, 250, [("interpreter", add_one, None)], list(range(20000))),
    "hundred_microseconds": (4, 1, [("interpreter", count_letters, 25)], [0] * 600),
    "one_millisecond": (2, 1, [("interpreter", count_letters, 250)], [0] * 120),
    "one_millisecond_in_chunks": (2, 20, [("interpreter", count_letters, 250)], [0] * 120),
    "large_arguments": (2, 1, [("interpreter", length_of, None), ("interpreter", count_letters, 2000)], ["bytes:6000000"] * 12),
    "large_results": (2, 1, [("interpreter", count_letters, 2000), ("native", blob, 6_000_000)], [0] * 12),
    "medium_arguments": (4, 1, [("interpreter", length_of, None), ("interpreter", count_letters, 500)], ["bytes:200000"] * 60),
    "few_tasks": (8, 1, [("interpreter", collatz, 1500)], [0] * 3),
    "one_worker": (1, 1, [("interpreter", collatz, 1200)], [0] * 8),
}
RETURNS_LAST = ("large_results",)
THREADS_ONLY = ("guarded_count", "guarded_nap")


class Task:
    """A module-level callable, so that it can be sent to other processes."""

    def __init__(self, name):
        self.name = name
        self.parts = PROGRAMS[name][2]
        self.answers = name in RETURNS_LAST

    def __call__(self, item):
        result = None
        for _, function, argument in self.parts:
            result = function(item if argument is None else argument)
        return result if self.answers else None

    def timed(self, item):
        """Nanoseconds of each part."""
        times = []
        for _, function, argument in self.parts:
            begin = time.perf_counter_ns()
            function(item if argument is None else argument)
            times.append(time.perf_counter_ns() - begin)
        return times


def measure(name, repeats, patience):
    import pickle
    import statistics
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    workers, chunk, parts, items = PROGRAMS[name]
    payload = [bytes(int(item[6:])) if isinstance(item, str) else item for item in items]
    task = Task(name)
    short = len(items) > 2000

    def serial():
        for item in payload:
            task(item)

    def pool(kind):
        with kind(workers) as executor:
            for _ in executor.map(task, payload, chunksize=chunk):
                pass

    def wall(function, *arguments):
        begin = time.perf_counter_ns()
        result = function(*arguments)
        return time.perf_counter_ns() - begin, result

    for item in payload[:4]:
        task(item)
    part_times = []
    cold = None
    kinds = {"serial": serial, "threads": lambda: pool(ThreadPoolExecutor)}
    if not short:
        kinds["parts"] = lambda: [task.timed(item) for item in payload]
    if name not in THREADS_ONLY:
        kinds["processes"] = lambda: pool(ProcessPoolExecutor)
    # Per kind: (share of the machine that others took, nanoseconds, result).
    runs = {kind: [] for kind in kinds}
    deadline = time.monotonic() + patience
    quiet = lambda kind: sum(others <= 0.06 for others, _, _ in runs[kind])
    while True:
        for kind, function in kinds.items():
            if quiet(kind) >= repeats:
                continue
            while busy_for(0.04) > 0.1:
                if time.monotonic() > deadline:
                    sys.exit("no quiet moment in %g seconds" % patience)
            before = usage()
            took, result = wall(function)
            runs[kind].append((others_share(before, usage(), took), took, result))
            if kind == "processes" and cold is None:
                cold = took
        if all(quiet(kind) >= repeats for kind in kinds):
            break
    chosen = {kind: sorted(each, key=lambda run: run[0])[:repeats] for kind, each in runs.items()}
    median = {kind: round(statistics.median(took for _, took, _ in each)) for kind, each in chosen.items()}
    row = {"serialNs": median["serial"], "threadsNs": median["threads"]}
    if "processes" in median:
        row["processesNs"] = median["processes"]
        row["processesColdNs"] = cold
    timed = {kind: each for kind, each in chosen.items() if kind != "parts"}
    row["spread"] = round(max(max(took for _, took, _ in each) / min(took for _, took, _ in each) for each in timed.values()), 2)
    row["othersShare"] = round(max(others for each in timed.values() for others, _, _ in each), 3)
    part_times = [[[run[2][index][number] for run in chosen.get("parts", [])] for number in range(len(parts))] for index in range(len(payload))]

    # Tasks are grouped by item; each part takes the median over the tasks of its group and over the repeats.
    groups = []
    for index, item in enumerate(items):
        if short and groups:
            groups[-1][1].append(index)
        elif groups and groups[-1][0] == item:
            groups[-1][1].append(index)
        else:
            groups.append((item, [index]))
    tasks = []
    for item, indexes in groups:
        if short:
            means = [median["serial"] / len(items)]
        else:
            means = [statistics.median(took for index in indexes for took in part_times[index][number]) for number in range(len(parts))]
        sent = len(pickle.dumps((task, payload[indexes[0]]), -1))
        returned = len(pickle.dumps(task(payload[indexes[0]]), -1))
        group = {"count": len(indexes), "steps": [step for part, took in zip(parts, means) for step in steps_of(part[0], round(took))]}
        if sent > 1000:
            group["argumentBytes"] = sent
        if returned > 1000:
            group["resultBytes"] = returned
        tasks.append(group)
    row["pool"] = {"workers": workers, "tasks": tasks, **({"chunkSize": chunk} if chunk > 1 else {})}
    return row


def steps_of(kind, ns):
    if kind.startswith("guarded-"):
        return [{"acquire": "LOCK"}] + steps_of(kind[8:], ns) + [{"release": "LOCK"}]
    return [{"waitNs": ns}] if kind == "wait" else [{"compute": {kind + "Ns": ns}}]


def main():
    import argparse
    import multiprocessing
    import platform
    import subprocess

    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--target")
    arguments.add_argument("--repeats", type=int, default=7)
    arguments.add_argument("--patience", type=float, default=30, help="seconds to wait for quiet moments, for each program")
    arguments.add_argument("--one")
    arguments.add_argument("names", nargs="*")
    options = arguments.parse_args()
    if options.one:
        print(json.dumps(measure(options.one, options.repeats, options.patience)))
        return
    programs = {}
    # A fresh interpreter for each program: fork servers and caches stay otherwise.
    command = [sys.executable, "-B", __file__, "--repeats", str(options.repeats), "--patience", str(options.patience)]
    for name in options.names or PROGRAMS:
        done = subprocess.run(command + ["--one", name], stdout=subprocess.PIPE)
        if done.returncode != 0:
            print(name, "failed", file=sys.stderr)
            continue
        programs[name] = json.loads(done.stdout.decode())
        row = programs[name]
        gains = ["%s %.2f" % (kind, row["serialNs"] / row[kind + "Ns"]) for kind in ("threads", "processes") if kind + "Ns" in row]
        print("%-28s" % name, "serial %.1f ms" % (row["serialNs"] / 1e6), *gains, "spread", row["spread"], "others", row["othersShare"], file=sys.stderr)
    import runpy

    begin = time.process_time_ns()
    runpy.run_path(__file__, run_name="__mp_main__")
    record = {
        # What a spawned worker spends on importing the program before its first task.
        "importNs": time.process_time_ns() - begin,
        "target": options.target,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "startMethod": multiprocessing.get_start_method(),
        "pools": "started within",
        "measured": time.strftime("%Y-%m-%d"),
        "by": "test/measure/pool_speedups.py on a virtual machine of %d shared cores, Linux" % os.cpu_count(),
        "programs": programs,
    }
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
