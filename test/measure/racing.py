"""What the race measurements share: threads let go together, each row in a process of its own, runs merged into a record.

    lost_updates.py       read-modify-writes                                        measured-lost-updates.json
    container_methods.py  one call of a container's method                          measured-container-methods.json
    shared_iteration.py   iterating what another thread changes, shared iterators   measured-shared-iteration.json
    check_then_act.py     check-then-act and lazy initialisation                    measured-check-then-act.json
    shared_transactions.py  writes of several threads through one SQLite connection  measured-shared-transactions.json

A row is a dict of what it shows, and a `trial`: a function without arguments that lets threads race once and returns how often they tried
and a Counter of what went wrong. Trials are repeated for SECONDS, and at least once, with a switch interval of one microsecond and again
with the default one. A crash counts as wrong. A row whose trial takes longer than PATIENCE seconds has `gaveUp`: that counts as nothing.

A count of zero says only that this many tries did not show it. POSIX (it forks); CPython 3.8 and later, PyPy; standard library only.
"""

import collections
import datetime
import json
import os
import platform
import re
import signal
import sys
import threading
import time

THREADS = 4
SECONDS = 0.05
PATIENCE = 6
INTERVALS = (1e-6, 0.005)


def together(*works):
    """Runs the callables, each in a thread of its own, all let go at once; what they raised, as a Counter."""
    barrier = threading.Barrier(len(works))
    raised = collections.Counter()

    def run(work):
        barrier.wait()
        try:
            work()
        except Exception as error:
            raised[described(error)] += 1

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def described(error):
    """`ValueError: generator already executing`; the message only where it is the same for every value."""
    message = str(error)
    fixed = isinstance(error, (RuntimeError, ValueError, TypeError)) and not re.search(r"[0-9\"']", message)
    return "%s: %s" % (type(error).__name__, message) if fixed and message else type(error).__name__


def compiled(source, **names):
    """The function `work` that the source defines, with the names as its globals."""
    scope = dict(names)
    exec(source, scope)
    return scope["work"]


def differences(got, wanted):
    """What is missing and what is there more often than wanted, as a Counter."""
    got, wanted = collections.Counter(list(got)), collections.Counter(list(wanted))
    wrong = collections.Counter()
    missing = sum((wanted - got).values())
    extra = sum((got - wanted).values())
    if missing:
        wrong["missing"] = missing
    if extra:
        wrong["duplicated"] = extra
    return wrong


def measured(trial, interval):
    """Repeats the trial in a child process; tries, what went wrong, and whether a trial took too long."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            sys.setswitchinterval(interval)
            with os.fdopen(writer, "w") as results:
                deadline = time.monotonic() + SECONDS
                while True:
                    tries, wrong = trial()
                    results.write(json.dumps([tries, wrong]) + "\n")
                    results.flush()
                    if time.monotonic() >= deadline:
                        break
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    timer = threading.Timer(PATIENCE, os.kill, (child, signal.SIGKILL))
    timer.start()
    tries, wrong = 0, collections.Counter()
    with os.fdopen(reader) as results:
        for line in results:
            if line.endswith("\n"):
                these, those = json.loads(line)
                tries += these
                wrong.update(those)
    status = os.waitpid(child, 0)[1]
    hung = timer.finished.is_set()
    timer.cancel()
    if os.WIFSIGNALED(status):
        if hung:
            return tries, wrong, True
        tries += 1
        wrong["crash: " + signal.Signals(os.WTERMSIG(status)).name] += 1
    elif status:
        raise SystemExit("a trial failed")
    return tries, wrong, False


def record(path, rows):
    """Measures the rows, pairs of what it shows and trial, at each interval; the counts are added to those of the same rows in the file."""
    runs = []
    if os.path.exists(path):
        with open(path) as file:
            runs = json.load(file)
    for interval in INTERVALS:
        this = {
            "implementation": platform.python_implementation().lower(),
            "version": ".".join(str(part) for part in sys.version_info[:3]),
            "freeThreaded": hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled(),
            "build": build(),
            "date": datetime.date.today().isoformat(),
            "processors": os.cpu_count(),
            "threads": THREADS,
            "switchInterval": interval,
            "rows": [],
        }
        earlier = {identity(row): row for run in runs if key(run) == key(this) for row in run["rows"]}
        for shows, trial in rows:
            tries, wrong, gave_up = measured(trial, interval)
            row = added(shows, tries, wrong, gave_up, earlier.get(json.dumps(shows)))
            this["rows"].append(row)
            print("%-75s %9d tries %8d wrong  %s" % (shows["what"], tries, row["wrong"], row.get("how", "")), flush=True)
        runs = sorted([run for run in runs if key(run) != key(this)] + [this], key=key)
    with open(path, "w") as file:
        write(file, runs)


COUNTED = ("tries", "wrong", "how", "gaveUp")


def identity(row):
    """What a row shows, apart from what was counted."""
    return json.dumps({name: value for name, value in row.items() if name not in COUNTED})


def added(shows, tries, wrong, gave_up, earlier):
    """The row, with the counts of an earlier run of the same row: what went wrong once stays on record."""
    wrong = collections.Counter(wrong)
    if earlier:
        tries += earlier["tries"]
        wrong.update(earlier.get("how", {"lost": earlier["wrong"]}))
    wrong = +wrong
    row = dict(shows, tries=tries, wrong=sum(wrong.values()))
    if wrong and list(wrong) != ["lost"]:
        row["how"] = dict(sorted(wrong.items()))
    if gave_up or (earlier and earlier.get("gaveUp")):
        row["gaveUp"] = True
    return row


def build():
    if platform.python_implementation() == "PyPy":
        return "PyPy %d.%d.%d" % sys.pypy_version_info[:3]
    return platform.python_compiler()


def key(run):
    return (
        run["implementation"],
        [int(part) for part in run["version"].split(".")],
        run["freeThreaded"],
        run["switchInterval"],
    )


def write(file, runs):
    """One row a line, so that a run's differences can be read."""
    file.write("[\n")
    for number, run in enumerate(runs):
        rows = run["rows"]
        head = json.dumps({name: value for name, value in run.items() if name != "rows"})
        file.write("  " + head[:-1] + ', "rows": [\n')
        file.write(",\n".join("    " + json.dumps(row, ensure_ascii=False) for row in rows))
        file.write("\n  ]}" + (",\n" if number + 1 < len(runs) else "\n"))
    file.write("]\n")
