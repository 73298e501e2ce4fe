"""Counts updates lost when threads run one read-modify-write, to check what server/src/knowledge/atomicity.ts says.

Run once per interpreter; the rows of all runs make test/knowledge/measured-lost-updates.json:

    python3.13 test/measure/lost_updates.py test/knowledge/measured-lost-updates.json

Each pattern runs hot (its code specialised) in THREADS threads with a switch interval of one microsecond. `lost` is the number of updates
that are missing at the end. Rows of an interpreter that is already in the file are replaced.
"""

import collections
import datetime
import itertools
import json
import os
import platform
import sys
import threading
import time

THREADS = 4
BATCH = 20000
SECONDS = 0.4

SETUP = """
import itertools
c = 0
one = {"one": 1}
def f():
    return 1
class Plain:
    def __init__(self):
        self.n = 0
class Managed:
    def __init__(self):
        self._n = 0
    @property
    def n(self):
        return self._n
    @n.setter
    def n(self, value):
        self._n = value
class One:
    def __radd__(self, other):
        return other + 1
plain = Plain()
managed = Managed()
step = One()
table = {"k": 0}
items = []
queue = __import__("collections").deque()
seen = set()
counter = itertools.count()
"""

# (what it shows, steps between read and write, statement, how to read the total)
UPDATES = [
    ("c += 1", [], "c += 1", "c"),
    ("plain.n += 1", [], "plain.n += 1", "plain.n"),
    ("table['k'] += 1", ["subscript"], "table['k'] += 1", "table['k']"),
    ("c += one['one']", ["subscript"], "c += one['one']", "c"),
    ("if c >= 0: c = c + 1", ["jump-forward"], "if c >= 0: c = c + 1", "c"),
    ("c = c * 1 + 1", ["operator"], "c = c * 1 + 1", "c"),
    ("c += len('x')", ["specialised-call"], "c += len('x')", "c"),
    ("c += abs(1)", ["native-call"], "c += abs(1)", "c"),
    ("table['k'] = table.get('k', 0) + 1", ["native-call"], "table['k'] = table.get('k', 0) + 1", "table['k']"),
    ("c += f()", ["python-call"], "c += f()", "c"),
    ("t = c; for _ in (1,): pass; c = t + 1", ["loop"], "t = c\n        for _ in (1,): pass\n        c = t + 1", "c"),
    ("managed.n += 1", ["property"], "managed.n += 1", "managed.n"),
    ("c += One()", ["python-operator"], "c += step", "c"),
]

# (method, statement, how to read the total); every call must count once
METHODS = [
    ("builtins.list.append", "items.append(None)", "len(items)"),
    ("collections.deque.append", "queue.append(None)", "len(queue)"),
    ("builtins.set.add", "seen.add((t, i))", "len(seen)"),
    ("builtins.dict.setdefault", "table.setdefault((t, i), 1)", "len(table) - 1"),
    ("itertools.count.__next__", "mine.append(next(counter))", "len(set(itertools.chain(*every)))"),
]


def run(statement, total):
    scope = {}
    exec(SETUP, scope)
    source = (
        "def work(t, n, mine):\n    global c\n    for i in range(n):\n        " + statement + "\n"
    )
    exec(source, scope)
    work = scope["work"]
    scope["every"] = every = []
    work(-1, 300, [])  # specialises the code before anybody races
    exec(SETUP, scope)
    expected = 0
    batch = 0
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        lists = [[] for _ in range(THREADS)]
        every.extend(lists)
        threads = [
            threading.Thread(target=work, args=((batch, t), BATCH, lists[t])) for t in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        expected += THREADS * BATCH
        batch += 1
    return expected, expected - eval(total, scope)


def main(path):
    sys.setswitchinterval(1e-6)
    free_threaded = hasattr(sys, "_is_gil_enabled") and not sys._is_gil_enabled()
    rows = []
    for what, gap, statement, total in UPDATES:
        expected, lost = run(statement, total)
        rows.append({"what": what, "gap": gap, "expected": expected, "lost": lost})
    for method, statement, total in METHODS:
        expected, lost = run(statement, total)
        rows.append({"what": statement, "method": method, "expected": expected, "lost": lost})
    for row in rows:
        print("%-45s %9d expected %9d lost" % (row["what"], row["expected"], row["lost"]))
    runs = []
    if os.path.exists(path):
        with open(path) as file:
            runs = json.load(file)
    this = {
        "implementation": platform.python_implementation().lower(),
        "version": platform.python_version(),
        "freeThreaded": free_threaded,
        "date": datetime.date.today().isoformat(),
        "threads": THREADS,
        "rows": rows,
    }
    key = lambda run: (run["implementation"], [int(part) for part in run["version"].split(".")], run["freeThreaded"])
    runs = sorted([run for run in runs if key(run) != key(this)] + [this], key=key)
    with open(path, "w") as file:
        json.dump(runs, file, indent=2)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
