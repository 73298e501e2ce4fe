"""Counts updates lost when threads run one read-modify-write, to check what server/src/knowledge/atomicity.ts says.

Run once per interpreter; the rows of all runs make test/knowledge/measured-lost-updates.json:

    python3.13 test/measure/lost_updates.py test/knowledge/measured-lost-updates.json

Each statement runs hot (its code specialised). `gap` says what is evaluated between its read and its write, in the words of GapStep;
`method`, that the update is one call of that method; `guarded`, that a lock is held: a control. See racing.py for the rest.
"""

import collections
import sys

from racing import THREADS, compiled, record, together

BATCH = 150000

SETUP = """
import collections
import threading
c = 0
a, b = 0, 0
ratio = 0.0
text = ""
bits = []
one = {"one": 1}
cells = [0]
lock = threading.Lock()
def f():
    return 1
class Plain:
    shared = 0
    def __init__(self):
        self.n = 0
        self.items = []
    def increment(self):
        self.n += 1
class Slotted:
    __slots__ = ("n",)
class Managed:
    def __init__(self):
        self._n = 0
    @property
    def n(self):
        return self._n
    @n.setter
    def n(self, value):
        self._n = value
class Cell:
    def __get__(self, instance, owner):
        return instance.kept
    def __set__(self, instance, value):
        instance.kept = value
class Described:
    n = Cell()
class One:
    def __radd__(self, other):
        return other + 1
class Total:
    def __init__(self):
        self.n = 0
    def __iadd__(self, other):
        self.n = self.n + other
        return self
class Sum:
    def __init__(self, n):
        self.n = n
    def __add__(self, other):
        return Sum(self.n + other)
class Key:
    def __hash__(self):
        return 1
    def __eq__(self, other):
        return isinstance(other, Key)
plain = Plain()
slotted = Slotted()
slotted.n = 0
managed = Managed()
described = Described()
described.n = 0
step = One()
total = Total()
sum_ = Sum(0)
key = Key()
table = {"k": 0}
keyed = {key: 0}
counts = collections.defaultdict(int)
counter = collections.Counter()
groups = {}
items = []
def closure():
    n = 0
    def increment():
        nonlocal n
        n += 1
    def value():
        return n
    return increment, value
increment, value = closure()
"""

# (steps between read and write, statement, how to read the total)
UPDATES = [
    ([], "c += 1", "c"),
    ([], "c = c + 1", "c"),
    ([], "ratio += 1.0", "int(ratio)"),
    ([], "t = c; c = t + 1", "c"),
    ([], "(c := c + 1)", "c"),
    ([], "c = f() + c", "c"),
    ([], "a, b = b, a + 1", "a + b"),
    ([], "plain.n += 1", "plain.n"),
    ([], "slotted.n += 1", "slotted.n"),
    ([], "Plain.shared += 1", "Plain.shared"),
    ([], "plain.increment()", "plain.n"),
    ([], "increment()", "value()"),
    # `__iadd__` returns the same object: what counts is the update inside it.
    ([], "total += 1", "total.n"),
    (["subscript"], "cells[0] += 1", "cells[0]"),
    (["subscript"], "table['k'] += 1", "table['k']"),
    (["subscript"], "counts['k'] += 1", "counts['k']"),
    (["subscript"], "counter['k'] += 1", "counter['k']"),
    (["subscript"], "c += one['one']", "c"),
    (["attribute"], "c = plain.shared + 1 + c - plain.shared", "c"),
    (["jump-forward"], "if c >= 0: c = c + 1", "c"),
    (["jump-forward"], "if (n := c) >= 0: c = n + 1", "c"),
    (["operator"], "c = c * 1 + 1", "c"),
    (["specialised-call"], "c += len('x')", "c"),
    (["specialised-call"], "c += isinstance(c, int)", "c"),
    (["native-call"], "c += abs(1)", "c"),
    (["native-call"], "c = max(c + 1, 0)", "c"),
    (["native-call"], "table['k'] = table.get('k', 0) + 1", "table['k']"),
    (["native-call"], "setattr(plain, 'n', getattr(plain, 'n') + 1)", "plain.n"),
    (["python-call"], "c += f()", "c"),
    (["python-call"], "c = c + f()", "c"),
    (["python-call"], "t = c; f(); c = t + 1", "c"),
    (["loop"], "t = c\n        for _ in (1,): pass\n        c = t + 1", "c"),
    (["loop"], "c += sum([x for x in (1,)])", "c"),
    (["property"], "managed.n += 1", "managed.n"),
    (["property"], "described.n += 1", "described.n"),
    (["python-operator"], "c += step", "c"),
    (["python-operator"], "sum_ += 1", "sum_.n"),
    (["python-key"], "keyed[key] += 1", "keyed[key]"),
]

# (method, statement, how to read the total); every call must count once
METHODS = [
    ("builtins.list.__iadd__", "items += [None]", "len(items)"),
    ("builtins.list.__iadd__", "plain.items += [None]", "len(plain.items)"),
    ("collections.Counter.update", "counter.update(('k',))", "counter['k']"),
    ("builtins.dict.setdefault", "groups.setdefault('k', []).append(None)", "len(groups['k'])"),
    ("builtins.list.append", "groups.setdefault(i % 100, []).append(None)", "sum(map(len, groups.values()))"),
]

GUARDED = [
    ("with lock: c += f()", "c"),
    ("with lock: managed.n += 1", "managed.n"),
]


def updates(statement, total, batch=BATCH):
    globals_ = "global a, b, c, ratio, sum_, total, items"
    scope = {}
    exec(SETUP, scope)
    work = compiled("def work(t, n):\n    %s\n    for i in range(n):\n        %s\n" % (globals_, statement), **scope)
    scope = work.__globals__
    hot = [False]

    def trial():
        if not hot[0]:
            work(-1, 300)  # specialises the code before anybody races
            hot[0] = True
        before = eval(total, scope)
        raised = together(*[lambda t=t: work(t, batch) for t in range(THREADS)])
        tries = THREADS * batch
        lost = abs(tries - (eval(total, scope) - before))
        return tries, raised + collections.Counter(lost=lost)

    return trial


def text_updates():
    """Strings are copied at each step, so they are kept short."""
    scope = {}
    exec(SETUP, scope)
    work = compiled("def work(n):\n    global text\n    for i in range(n):\n        text += 'x'\n", **scope)

    def trial():
        work.__globals__["text"] = ""
        together(*[lambda: work(10000) for _ in range(THREADS)])
        tries = THREADS * 10000
        return tries, collections.Counter(lost=tries - len(work.__globals__["text"]))

    return trial


def rows():
    for gap, statement, total in UPDATES:
        yield {"what": on_one_line(statement), "gap": gap}, updates(statement, total)
    yield {"what": "text += 'x'", "gap": []}, text_updates()
    for method, statement, total in METHODS:
        yield {"what": statement, "method": method}, updates(statement, total)
    for statement, total in GUARDED:
        yield {"what": statement, "guarded": True}, updates(statement, total)


def on_one_line(statement):
    return "; ".join(line.strip() for line in statement.split("\n"))


if __name__ == "__main__":
    record(sys.argv[1], list(rows()))
