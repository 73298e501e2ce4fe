"""Counts what goes wrong when a container changes while it is iterated, or when threads share one iterator.

Run once per interpreter; the rows of all runs make test/knowledge/measured-shared-iteration.json:

    python3.13 test/measure/shared_iteration.py test/knowledge/measured-shared-iteration.json

Iteration: one thread adds and takes away a member, another reads. A reading is wrong if it raises, or if it does not hold each of the
members that are always there once. `container` and `way` are what server/src/knowledge/iteration.ts calls them.

Shared iterators: threads take from one iterator until it ends. Each thing must be taken once. `iterator` names its kind.

See racing.py for the rest.
"""

import collections
import copy
import csv
import io
import itertools
import json
import re
import sys
import tempfile
import threading
import time

from racing import THREADS, compiled, described, differences, record, together

SIZE = 60
NAMES = {"collections": collections, "copy": copy, "json": json, "SIZE": SIZE}

# (container, its elements 1 … SIZE, what changes it: -1 comes and goes)
CONTAINERS = {
    "builtins.list": ("list(range(1, SIZE + 1))", "c.insert(0, -1); c.pop(0)"),
    "builtins.dict": ("{x: x for x in range(1, SIZE + 1)}", "c.setdefault(-1, -1); c.pop(-1, None)"),
    "builtins.set": ("set(range(1, SIZE + 1))", "c.add(-1); c.discard(-1)"),
    "collections.deque": ("collections.deque(range(1, SIZE + 1))", "c.append(-1); c.pop()"),
    "collections.OrderedDict": (
        "collections.OrderedDict((x, x) for x in range(1, SIZE + 1))",
        "c.setdefault(-1, -1); c.pop(-1, None)",
    ),
    "collections.defaultdict": (
        "collections.defaultdict(int, {x: x for x in range(1, SIZE + 1)})",
        "c.setdefault(-1, -1); c.pop(-1, None)",
    ),
}

MAPPINGS = ("builtins.dict", "collections.OrderedDict", "collections.defaultdict")
EVERY = tuple(CONTAINERS)

WHOLE = list(range(1, SIZE + 1))


def present(seen):
    """The members that are always there."""
    return sorted(x for x in seen if x > 0)


def firsts(pairs):
    return present(x for x, y in pairs)


def total(value):
    return WHOLE if value in (sum(WHOLE), sum(WHOLE) - 1, sum(WHOLE) - 2) else []


def greatest(value):
    return WHOLE if value == SIZE else []


def written(text):
    """The numbers in the text; of a mapping's pairs, which are equal here, the first."""
    pairs = re.findall(r"(-?\d+)\"?:|\((-?\d+), -?\d+\)", text)
    pairs = [key or first for key, first in pairs]
    return present(int(number) for number in pairs or re.findall(r"-?\d+", text))


# (way, expression or statements that make `seen`, how the members are found in that, containers)
WAYS = [
    ("for-loop", "seen = []; for x in c: seen.append(x)", present, EVERY),
    ("for-loop over items()", "seen = []; for x, y in c.items(): seen.append(x)", present, MAPPINGS),
    ("comprehension", "[x for x in c]", present, EVERY),
    ("list()", "list(c)", present, EVERY),
    ("tuple()", "tuple(c)", present, EVERY),
    ("set()", "set(c)", present, EVERY),
    ("frozenset()", "frozenset(c)", present, EVERY),
    ("sorted()", "sorted(c)", present, EVERY),
    ("unpacking", "[*c]", present, EVERY),
    ("copy()", "c.copy()", present, EVERY),
    ("copy.copy()", "copy.copy(c)", present, EVERY),
    ("copy.deepcopy()", "copy.deepcopy(c)", present, EVERY),
    ("slice", "c[:]", present, ("builtins.list",)),
    ("list.extend()", "seen = []; seen.extend(c)", present, EVERY),
    ("sum()", "sum(c)", total, EVERY),
    ("max()", "max(c)", greatest, EVERY),
    ("repr()", "repr(c)", written, EVERY),
    ("json.dumps()", "json.dumps(c)", written, ("builtins.list", "builtins.dict", "collections.defaultdict")),
    ("dict()", "dict(c)", present, MAPPINGS),
    ("dict-unpacking", "{**c}", present, MAPPINGS),
    ("list(keys())", "list(c.keys())", present, MAPPINGS),
    ("list(values())", "list(c.values())", present, MAPPINGS),
    ("list(items())", "list(c.items())", firsts, MAPPINGS),
    ("sorted(items())", "sorted(c.items())", firsts, MAPPINGS),
    ("sum(values())", "sum(c.values())", total, MAPPINGS),
]


def iterated(container, expression, members):
    make, change = CONTAINERS[container]
    changing = compiled("def work(c, stop):\n    while not stop:\n        %s\n" % change.replace("; ", "\n        "))
    statements = expression if expression.startswith("seen") else "seen = " + expression
    reading = compiled(
        "def work(c, seconds, now, readings, raised):\n"
        "    end = now() + seconds\n"
        "    while now() < end or len(readings) + len(raised) < 1000 and now() < end + 0.3:\n"
        "        for _ in range(20):\n"
        "            try:\n"
        "                %s\n"
        "            except Exception as error:\n"
        "                raised.append(described(error))\n"
        "            else:\n"
        "                readings.append(seen)\n" % statements.replace("; ", "\n                "),
        described=described,
        **NAMES
    )

    def trial():
        c = eval(make, dict(NAMES))
        stop, readings, raised = [], [], []

        def read():
            try:
                reading(c, 0.06, time.monotonic, readings, raised)
            finally:
                stop.append(True)

        wrong = together(read, lambda: changing(c, stop))
        wrong.update(raised)
        for seen in readings:
            if members(seen) != WHOLE:
                wrong["elements missing or doubled"] += 1
        return len(readings) + len(raised), wrong

    return trial


MANY = 200000


def plain_generator():
    for x in range(MANY):
        yield x


class Countdown:
    """An iterator written in Python that takes two steps to advance."""

    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        n = self.n
        if n == MANY:
            raise StopIteration
        self.n = int(n + 1)
        return n


class Locked:
    """The remedy: an iterator behind a lock."""

    def __init__(self, inner):
        self.inner = inner
        self.lock = threading.Lock()

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            return next(self.inner)


def lines():
    file = tempfile.TemporaryFile("w+", newline="\n")
    file.writelines("%d\n" % x for x in range(MANY))
    file.seek(0)
    return file


def identity(x):
    return x


# (kind: what makes one, or what it iterates; what makes one, what it yields turned into the numbers 0 … MANY - 1)
ITERATORS = [
    ("generator", "plain_generator()", plain_generator, identity),
    ("generator", "(x for x in range(n))", lambda: (x for x in range(MANY)), identity),
    ("python-iterator", "class with a Python __next__", Countdown, identity),
    ("locked", "generator behind a lock", lambda: Locked(plain_generator()), identity),
    ("builtins.list", "iter([…])", lambda: iter(list(range(MANY))), identity),
    ("builtins.tuple", "iter((…))", lambda: iter(tuple(range(MANY))), identity),
    ("builtins.range", "iter(range(n))", lambda: iter(range(MANY)), identity),
    ("builtins.dict", "iter({…})", lambda: iter(dict.fromkeys(range(MANY))), identity),
    ("builtins.dict.items", "iter({…}.items())", lambda: iter(dict.fromkeys(range(MANY)).items()), lambda x: x[0]),
    ("builtins.set", "iter({…})", lambda: iter(set(range(MANY))), identity),
    ("collections.deque", "iter(deque)", lambda: iter(collections.deque(range(MANY))), identity),
    ("builtins.reversed", "reversed([…])", lambda: reversed(list(range(MANY))), identity),
    ("builtins.enumerate", "enumerate([…])", lambda: enumerate(list(range(MANY))), lambda x: x[0] if x[0] == x[1] else x),
    ("builtins.zip", "zip([…], […])", lambda: zip(list(range(MANY)), list(range(MANY))), lambda x: x[0] if x[0] == x[1] else x),
    ("builtins.map", "map(int, […])", lambda: map(int, list(range(MANY))), identity),
    ("builtins.map", "map(python function, […])", lambda: map(identity, list(range(MANY))), identity),
    ("builtins.filter", "filter(None, […])", lambda: filter(None, [x + 1 for x in range(MANY)]), lambda x: x - 1),
    ("builtins.iter", "iter(count.__next__, n)", lambda: iter(itertools.count().__next__, MANY), identity),
    ("itertools.count", "count()", None, identity),
    ("itertools.chain", "chain([…], […])", lambda: itertools.chain(range(MANY // 2), range(MANY // 2, MANY)), identity),
    ("itertools.islice", "islice([…], n)", lambda: itertools.islice(range(2 * MANY), MANY), identity),
    ("itertools.accumulate", "accumulate([1, 1, …])", lambda: itertools.accumulate(itertools.repeat(1, MANY)), lambda x: x - 1),
    ("itertools.cycle", "cycle([…])", None, identity),
    ("itertools.repeat", "repeat(None, n)", None, identity),
    ("itertools.product", "product(range(n))", lambda: itertools.product(range(MANY)), lambda x: x[0]),
    ("itertools.tee", "one branch of tee([…])", lambda: itertools.tee(range(MANY))[0], identity),
    ("itertools.tee-branches", "each branch of tee(generator) in a thread", None, identity),
    ("itertools.groupby", "groupby([…])", lambda: itertools.groupby(range(MANY)), lambda x: x[0]),
    ("re.finditer", "re.finditer(…)", lambda: re.finditer("x", "x" * MANY), lambda match: match.start()),
    ("builtins.open", "open(…)", lines, int),
    ("csv.reader", "csv.reader([…])", lambda: csv.reader([str(x) for x in range(MANY)]), lambda row: int(row[0])),
    ("csv.reader", "csv.reader(file)", lambda: csv.reader(lines()), lambda row: int(row[0])),
    ("io.StringIO", "StringIO(…)", lambda: io.StringIO("".join("%d\n" % x for x in range(MANY))), int),
]

TAKE = """
def work(it, mine, raised, limit):
    while True:
        try:
            for x in it:
                mine.append(x)
                if len(mine) >= limit:
                    return
            return
        except Exception as error:
            raised.append(described(error))
            if len(raised) > 1000:
                return
"""


def shared(make, value):
    taking = compiled(TAKE, described=described)

    def trial():
        it = make()
        mine = [[] for _ in range(THREADS)]
        errors = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: taking(it, mine[t], errors[t], 2 * MANY) for t in range(THREADS)])
        raised.update(itertools.chain(*errors))
        try:
            got = [value(x) for x in itertools.chain(*mine)]
        except Exception as error:
            return MANY, raised + collections.Counter({"mangled: " + described(error): 1})
        return MANY, raised + differences(got, range(MANY))

    return trial


def endless(make, wanted):
    """For iterators without an end: each thread takes its share."""
    share = MANY // THREADS
    taking = compiled(TAKE, described=described)

    def trial():
        it = make()
        mine = [[] for _ in range(THREADS)]
        errors = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: taking(it, mine[t], errors[t], share) for t in range(THREADS)])
        raised.update(itertools.chain(*errors))
        return MANY, raised + differences(itertools.chain(*mine), wanted)

    return trial


def branches():
    """`tee` makes iterators that share a buffer: each must still yield everything in order."""
    taking = compiled(TAKE, described=described)

    def trial():
        its = itertools.tee(plain_generator(), THREADS)
        mine = [[] for _ in range(THREADS)]
        errors = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: taking(its[t], mine[t], errors[t], 2 * MANY) for t in range(THREADS)])
        raised.update(itertools.chain(*errors))
        for each in mine:
            raised += differences(each, range(MANY))
        return THREADS * MANY, raised

    return trial


def repeated():
    taking = compiled(TAKE, described=described)

    def trial():
        it = itertools.repeat(None, MANY)
        mine = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: taking(it, mine[t], [], 2 * MANY) for t in range(THREADS)])
        return MANY, raised + differences(itertools.chain(*mine), [None] * MANY)

    return trial


def rows():
    for way, expression, members, containers in WAYS:
        for container in containers:
            yield {"what": expression, "container": container, "way": way}, iterated(container, expression, members)
    for kind, what, make, value in ITERATORS:
        shows = {"what": what, "iterator": kind}
        if kind == "itertools.count":
            yield shows, endless(itertools.count, range(MANY))
        elif kind == "itertools.cycle":
            yield shows, endless(lambda: itertools.cycle(range(100)), list(range(100)) * (MANY // 100))
        elif kind == "itertools.repeat":
            yield shows, repeated()
        elif kind == "itertools.tee-branches":
            yield shows, branches()
        else:
            yield shows, shared(make, value)


if __name__ == "__main__":
    record(sys.argv[1], list(rows()))
