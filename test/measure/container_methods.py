"""Counts what goes wrong when threads call one method of a shared container, to check what server/src/knowledge/atomicity.ts says.

Run once per interpreter; the rows of all runs make test/knowledge/measured-container-methods.json:

    python3.13 test/measure/container_methods.py test/knowledge/measured-container-methods.json

Four kinds of trials, each on a container `c`:

    fills     every thread adds things of its own: at the end each must be there once
    drains    threads take things until it is empty: each must have been taken once
    balances  threads do and undo, or turn and turn back: at the end it must be as before
    watches   some threads change it, one looks: it must never see what no single step leaves behind

`method` names the method as the knowledge does. See racing.py for the rest.
"""

import bisect
import collections
import heapq
import itertools
import queue
import sys
import time

from racing import THREADS, compiled, described, differences, record, together

NAMES = {
    "bisect": bisect,
    "collections": collections,
    "heapq": heapq,
    "itertools": itertools,
    "queue": queue,
}

# (method, container, statement that adds x, elements at the end, how many a thread adds)
FILLS = [
    ("builtins.list.append", "[]", "c.append(x)", "c", 30000),
    ("builtins.list.insert", "[]", "c.insert(0, x)", "c", 3000),
    ("builtins.list.insert", "[]", "c.insert(len(c), x)", "c", 30000),
    ("builtins.list.extend", "[]", "c.extend((x,))", "c", 30000),
    ("builtins.list.extend", "[]", "c.extend(iter((x,)))", "c", 30000),
    ("builtins.list.__iadd__", "[]", "c += [x]", "c", 30000),
    ("builtins.list.__setitem__", "[None] * total", "c[x] = x", "c", 30000),
    ("builtins.dict.__setitem__", "{}", "c[x] = x", "c", 30000),
    ("builtins.dict.setdefault", "{}", "c.setdefault(x, x)", "c", 30000),
    ("builtins.dict.update", "{}", "c.update({x: x})", "c", 30000),
    ("builtins.dict.__ior__", "{}", "c.__ior__({x: x})", "c", 30000),
    ("builtins.set.add", "set()", "c.add(x)", "c", 30000),
    ("builtins.set.update", "set()", "c.update((x,))", "c", 30000),
    ("collections.deque.append", "collections.deque()", "c.append(x)", "c", 30000),
    ("collections.deque.appendleft", "collections.deque()", "c.appendleft(x)", "c", 30000),
    ("collections.deque.extend", "collections.deque()", "c.extend((x,))", "c", 30000),
    ("collections.deque.extendleft", "collections.deque()", "c.extendleft((x,))", "c", 30000),
    ("collections.deque.insert", "collections.deque()", "c.insert(0, x)", "c", 20000),
    ("collections.OrderedDict.__setitem__", "collections.OrderedDict()", "c[x] = x", "c", 20000),
    ("collections.OrderedDict.setdefault", "collections.OrderedDict()", "c.setdefault(x, x)", "c", 20000),
    ("collections.defaultdict.__setitem__", "collections.defaultdict(list)", "c[x] = x", "c", 30000),
    ("collections.defaultdict.setdefault", "collections.defaultdict(list)", "c.setdefault(x, x)", "c", 30000),
    (
        "collections.Counter.update",
        "collections.Counter()",
        "c.update((x % 2,))",
        "c.elements()",
        15000,
    ),
    ("collections.Counter.subtract", "collections.Counter()", "c.subtract((x % 2,))", "(-c).elements()", 15000),
    ("builtins.bytearray.append", "bytearray()", "c.append(x % 256)", "c", 30000),
    ("builtins.bytearray.extend", "bytearray()", "c.extend((x % 256,))", "c", 30000),
    ("queue.SimpleQueue.put", "queue.SimpleQueue()", "c.put(x)", "(c.get() for _ in range(c.qsize()))", 40000),
    ("queue.Queue.put", "queue.Queue()", "c.put(x)", "c.queue", 4000),
    ("heapq.heappush", "[]", "heapq.heappush(c, x)", "(heapq.heappop(c) for _ in range(len(c)))", 20000),
    ("bisect.insort", "[]", "bisect.insort(c, x)", "c if c == sorted(c) else ()", 3000),
]

# (method, container with n elements 0, 1, …, expression that takes one, how many there are)
DRAINS = [
    ("builtins.list.pop", "list(range(n))", "c.pop()", 100000),
    ("builtins.list.pop", "list(range(n))", "c.pop(0)", 10000),
    ("builtins.dict.popitem", "dict.fromkeys(range(n))", "c.popitem()[0]", 100000),
    ("builtins.set.pop", "set(range(n))", "c.pop()", 100000),
    ("collections.deque.pop", "collections.deque(range(n))", "c.pop()", 100000),
    ("collections.deque.popleft", "collections.deque(range(n))", "c.popleft()", 100000),
    (
        "collections.OrderedDict.popitem",
        "collections.OrderedDict.fromkeys(range(n))",
        "c.popitem()[0]",
        100000,
    ),
    ("queue.SimpleQueue.get_nowait", "filled(queue.SimpleQueue(), n)", "c.get_nowait()", 100000),
    ("queue.Queue.get_nowait", "filled(queue.Queue(), n)", "c.get_nowait()", 15000),
    ("heapq.heappop", "list(range(n))", "heapq.heappop(c)", 50000),
    ("builtins.bytearray.pop", "bytearray(b % 256 for b in range(n))", "c.pop()", 100000),
]

# (method, container, what each thread t does n times with its own x, how it must look at the end, how often)
BALANCES = [
    ("builtins.list.remove", "list(range(4))", "c.append(x); c.remove(x)", "c == list(range(4))", 20000),
    ("builtins.list.reverse", "list(range(50))", "c.reverse(); c.reverse()", "c == list(range(50))", 30000),
    ("builtins.list.sort", "list(range(4))", "c.append(x); c.sort(); c.remove(x)", "c == list(range(4))", 20000),
    ("builtins.dict.pop", "{}", "c[x] = x; c.pop(x)", "c == {}", 40000),
    ("builtins.dict.__delitem__", "{}", "c[x] = x; del c[x]", "c == {}", 40000),
    ("builtins.set.discard", "set()", "c.add(x); c.discard(x)", "c == set()", 40000),
    ("builtins.set.remove", "set()", "c.add(x); c.remove(x)", "c == set()", 40000),
    (
        "builtins.set.symmetric_difference_update",
        "set()",
        "c.symmetric_difference_update({x}); c.symmetric_difference_update({x})",
        "c == set()",
        20000,
    ),
    (
        "collections.deque.rotate",
        "collections.deque(range(7))",
        "c.rotate(1); c.rotate(1); c.rotate(-2)",
        "list(c) == list(range(7))",
        30000,
    ),
    ("collections.deque.rotate", "collections.deque(range(7))", "c.rotate(1)", "list(c) == list(turned(7, total))", 60001),
    ("collections.deque.reverse", "collections.deque(range(7))", "c.reverse()", "list(c) == list(range(7))", 30000),
    (
        "collections.deque.remove",
        "collections.deque(range(4))",
        "c.append(x); c.remove(x)",
        "list(c) == list(range(4))",
        20000,
    ),
    (
        "collections.OrderedDict.move_to_end",
        "collections.OrderedDict.fromkeys(range(10))",
        "c.move_to_end(x % 10)",
        "sorted(c) == list(range(10)) and len(list(reversed(c))) == 10",
        20000,
    ),
    (
        "collections.OrderedDict.pop",
        "collections.OrderedDict()",
        "c[x] = x; c.pop(x)",
        "list(c) == []",
        20000,
    ),
    (
        "collections.OrderedDict.__delitem__",
        "collections.OrderedDict()",
        "c[x] = x; del c[x]",
        "list(c) == []",
        20000,
    ),
]

# (method, container, what is done to it again and again, what is looked at, whether that is what some single step leaves behind)
WATCHES = [
    ("builtins.list.__contains__", "list(range(100))", "c.insert(0, -1); c.pop(0)", "99 in c", "seen"),
    ("builtins.list.index", "list(range(100))", "c.insert(0, -1); c.pop(0)", "c.index(99)", "seen in (99, 100)"),
    ("builtins.list.count", "list(range(100))", "c.insert(0, -1); c.pop(0)", "c.count(50)", "seen == 1"),
    (
        "builtins.list.copy",
        "list(range(100))",
        "c.insert(0, -1); c.pop(0)",
        "c.copy()",
        "[x for x in seen if x >= 0] == list(range(100))",
    ),
    ("builtins.list.__getitem__", "[0]", "c[0] = 1; c[0] = 0", "c[0]", "seen in (0, 1)"),
    ("builtins.list.__len__", "[0]", "c.append(1); c.pop()", "len(c)", "0 < seen <= 3"),
    ("builtins.list.extend", "[]", "c.extend((1, 2, 3)); c.clear()", "len(c)", "seen % 3 == 0"),
    ("builtins.list.extend", "[]", "c.extend(range(9)); c.clear()", "len(c)", "seen % 9 == 0"),
    ("builtins.list.__delitem__", "list(range(100))", "del c[0:9]; c[0:0] = range(9)", "len(c)", "seen in (91, 100)"),
    ("builtins.list.__imul__", "[1]", "c *= 5; del c[1:]", "len(c)", "seen in (1, 5)"),
    ("builtins.list.reverse", "list(range(100))", "c.reverse()", "c.copy()", "seen[0] == 99 - seen[99]"),
    ("builtins.list.sort", "list(range(100))", "c.sort()", "len(c)", "seen == 100"),
    ("builtins.dict.copy", "dict.fromkeys(range(100))", "c[-1] = 1; del c[-1]", "c.copy()", "len(seen) in (100, 101)"),
    ("builtins.dict.get", "{0: 0}", "c[0] = 1; c[0] = 0", "c.get(0)", "seen in (0, 1)"),
    ("builtins.dict.__getitem__", "{0: 0}", "c[1] = 1; del c[1]", "c[0]", "seen == 0"),
    ("builtins.dict.__contains__", "{0: 0}", "c[x] = 1; del c[x]", "0 in c", "seen"),
    ("builtins.dict.__len__", "{0: 0}", "c[1] = 1; del c[1]", "len(c)", "seen in (1, 2)"),
    ("builtins.dict.update", "{}", "c.update({1: 1, 2: 2, 3: 3}); c.clear()", "len(c)", "seen in (0, 3)"),
    ("builtins.dict.update", "{}", "c.update({1: 1, 2: 2, 3: 3}); c.clear()", "len(c.copy())", "seen in (0, 3)"),
    ("builtins.dict.update", "{}", "c.update([(1, 1), (2, 2), (3, 3)]); c.clear()", "len(c)", "seen in (0, 3)"),
    ("builtins.dict.__ior__", "{}", "c.__ior__({1: 1, 2: 2, 3: 3}); c.clear()", "len(c)", "seen in (0, 3)"),
    ("builtins.dict.__or__", "{1: 1}", "c[2] = 2; del c[2]", "len(c | {})", "seen in (1, 2)"),
    ("builtins.set.copy", "set(range(100))", "c.add(-1); c.discard(-1)", "c.copy()", "len(seen) in (100, 101)"),
    ("builtins.set.__contains__", "set(range(100))", "c.add(-x); c.discard(-x)", "50 in c", "seen"),
    ("builtins.set.__len__", "set(range(100))", "c.add(-1); c.discard(-1)", "len(c)", "seen in (100, 101)"),
    ("builtins.set.update", "set()", "c.update((1, 2, 3)); c.clear()", "len(c)", "seen in (0, 3)"),
    ("builtins.set.difference_update", "{1, 2, 3}", "c.difference_update((1, 2, 3)); c.update({1, 2, 3})", "len(c)", "seen in (0, 3)"),
    ("builtins.set.union", "set(range(100))", "c.add(-1); c.discard(-1)", "len(c.union((0,)))", "seen in (100, 101)"),
    ("builtins.set.intersection", "set(range(100))", "c.add(-1); c.discard(-1)", "len(c.intersection(range(100)))", "seen == 100"),
    ("builtins.set.difference", "set(range(100))", "c.add(-1); c.discard(-1)", "len(c.difference((-1,)))", "seen == 100"),
    ("collections.deque.copy", "collections.deque(range(100))", "c.append(c.popleft())", "c.copy()", "len(seen) in (99, 100)"),
    ("collections.deque.extend", "collections.deque()", "c.extend((1, 2, 3)); c.clear()", "len(c)", "seen in (0, 3)"),
    ("collections.deque.index", "collections.deque(range(100))", "c.append(-1); c.pop()", "c.index(50)", "seen == 50"),
    ("collections.deque.count", "collections.deque(range(100))", "c.append(-1); c.pop()", "c.count(50)", "seen == 1"),
    ("collections.deque.__contains__", "collections.deque(range(100))", "c.append(-1); c.pop()", "99 in c", "seen"),
    ("collections.deque.__len__", "collections.deque(range(100))", "c.append(-1); c.pop()", "len(c)", "seen in (100, 101)"),
    ("collections.deque.__getitem__", "collections.deque(range(100))", "c.append(-1); c.pop()", "c[50]", "seen == 50"),
    ("collections.OrderedDict.get", "collections.OrderedDict({0: 0})", "c[1] = 1; del c[1]", "c.get(0)", "seen == 0"),
    ("collections.Counter.most_common", "collections.Counter(range(100))", "c[-1] = 1; del c[-1]", "len(c.most_common())", "seen in (100, 101)"),
    ("collections.Counter.elements", "collections.Counter(range(100))", "c[-1] = 1; del c[-1]", "len([x for x in c.elements()])", "seen in (100, 101)"),
]


class Key:
    """Compared, ordered and hashed by Python code."""

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 8

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


# The same as above, with elements or keys whose comparisons are Python code.
PYTHON_FILLS = [
    ("builtins.dict.__setitem__", "{}", "c[Key(x)] = x", "(k.n for k in c)", 300),
    ("builtins.dict.setdefault", "{}", "c.setdefault(Key(x), x)", "(k.n for k in c)", 300),
    ("builtins.set.add", "set()", "c.add(Key(x))", "(k.n for k in c)", 300),
    ("heapq.heappush", "[]", "heapq.heappush(c, Key(x))", "(k.n for k in c)", 3000),
    ("bisect.insort", "[]", "bisect.insort(c, Key(x))", "[k.n for k in c] if [k.n for k in c] == sorted(k.n for k in c) else ()", 1000),
]
PYTHON_BALANCES = [
    ("builtins.list.remove", "[Key(n) for n in range(4)]", "c.append(Key(x)); c.remove(Key(x))", "len(c) == 4", 3000),
    ("builtins.dict.pop", "{}", "c[Key(x)] = x; c.pop(Key(x))", "len(c) == 0", 3000),
    ("builtins.set.discard", "set()", "c.add(Key(x)); c.discard(Key(x))", "len(c) == 0", 3000),
    ("collections.deque.remove", "collections.deque(map(Key, range(4)))", "c.append(Key(x)); c.remove(Key(x))", "len(c) == 4", 3000),
]
PYTHON_WATCHES = [
    ("builtins.list.extend", "[]", "c.extend(Key(n) for n in (1, 2, 3)); c.clear()", "len(c)", "seen % 3 == 0"),
    ("builtins.dict.update", "{}", "c.update((n, n) for n in (1, 2, 3)); c.clear()", "len(c)", "seen % 3 == 0"),
    ("builtins.set.update", "set()", "c.update(n for n in (1, 2, 3)); c.clear()", "len(c)", "seen % 3 == 0"),
    ("collections.deque.extend", "collections.deque()", "c.extend(n for n in (1, 2, 3)); c.clear()", "len(c)", "seen % 3 == 0"),
    ("builtins.list.sort", "[Key(n) for n in range(20)]", "c.sort()", "len(c)", "seen == 20"),
    ("builtins.list.__contains__", "[Key(n) for n in range(3)]", "c.insert(0, Key(-1)); c.pop(0)", "Key(2) in c", "seen"),
    ("builtins.list.index", "[Key(n) for n in range(3)]", "c.insert(0, Key(-1)); c.pop(0)", "c.index(Key(2))", "seen in (2, 3)"),
    ("builtins.list.count", "[Key(n) for n in range(3)]", "c.insert(0, Key(-1)); c.pop(0)", "c.count(Key(1))", "seen == 1"),
    ("collections.deque.index", "collections.deque(map(Key, range(20)))", "c.append(Key(-1)); c.pop()", "c.index(Key(10))", "seen == 10"),
    ("collections.deque.count", "collections.deque(map(Key, range(20)))", "c.append(Key(-1)); c.pop()", "c.count(Key(10))", "seen == 1"),
    ("collections.deque.__contains__", "collections.deque(map(Key, range(20)))", "c.append(Key(-1)); c.pop()", "Key(19) in c", "seen"),
]
NAMES["Key"] = Key

SINCE_39 = ("builtins.dict.__or__", "builtins.dict.__ior__")


def filled(target, n):
    for x in range(n):
        target.put(x)
    return target


def turned(n, by):
    elements = collections.deque(range(n))
    elements.rotate(by)
    return elements


def fills(container, statement, elements, each):
    work = compiled("def work(c, first, end):\n    for x in range(first, end):\n        %s\n" % statement, **NAMES)
    total = THREADS * each
    # What x becomes in a bytearray or a Counter of two keys.
    smaller = 256 if "bytearray" in container else 2 if "% 2," in statement else total
    wanted = [x % smaller for x in range(total)]

    def trial():
        c = eval(container, dict(NAMES, total=total))
        raised = together(*[lambda t=t: work(c, t * each, (t + 1) * each) for t in range(THREADS)])
        return total, raised + differences(eval(elements, dict(NAMES, c=c)), wanted)

    return trial


def drains(container, expression, n):
    work = compiled("def work(c, mine):\n    while True:\n        mine.append(%s)\n" % expression, **NAMES)
    names = dict(NAMES, n=n, filled=filled)
    wanted = [x % 256 if "bytearray" in container else x for x in range(n)]

    def trial():
        c = eval(container, names)
        mine = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: work(c, mine[t]) for t in range(THREADS)])
        # Each thread ends by the one exception that says the container is empty.
        raised -= collections.Counter({name: THREADS for name in EMPTY})
        return n, raised + differences(itertools.chain(*mine), wanted)

    return trial


EMPTY = ("IndexError", "KeyError", "Empty")


def counts():
    work = compiled("def work(c, mine):\n    for _ in range(60000):\n        mine.append(next(c))\n")

    def trial():
        c = itertools.count()
        mine = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: work(c, mine[t]) for t in range(THREADS)])
        return THREADS * 60000, raised + differences(itertools.chain(*mine), range(THREADS * 60000))

    return trial


def winners(expression, n=40000):
    """Two or more threads that each believe they took or put the same key."""
    work = compiled(
        "def work(c, t, n, mine):\n    for k in range(n):\n        if %s: mine.append(k)\n" % expression, **NAMES
    )

    def trial():
        c = {} if "setdefault" in expression else dict.fromkeys(range(n), 1)
        mine = [[] for _ in range(THREADS)]
        raised = together(*[lambda t=t: work(c, (t,), n, mine[t]) for t in range(THREADS)])
        return n, raised + differences(itertools.chain(*mine), range(n))

    return trial


def missing_keys(factory):
    """Keys that a defaultdict makes for the first time while others do the same: an append into a list that lost is lost."""
    work = compiled("def work(c, t, n):\n    for k in range(n):\n        c[k].append(t)\n")

    def python_list():
        return []

    def trial(n=30000):
        c = collections.defaultdict(list if factory == "native" else python_list)
        raised = together(*[lambda t=t: work(c, t, n) for t in range(THREADS)])
        lost = THREADS * n - sum(map(len, c.values()))
        return n, raised + collections.Counter(lost=lost)

    return trial


def balances(container, statements, end, each):
    work = compiled(
        "def work(c, first, end):\n    for x in range(first, end):\n        %s\n" % on_lines(statements),
        **NAMES
    )

    def trial():
        c = eval(container, NAMES)
        raised = together(*[lambda t=t: work(c, 100 + t * each, 100 + (t + 1) * each) for t in range(THREADS)])
        correct = eval(end, {"c": c, "total": THREADS * each, "turned": turned})
        return THREADS * each, raised + (collections.Counter() if correct else collections.Counter(corrupted=1))

    return trial


def watches(container, statements, look, correct, seconds=0.1):
    change = compiled(
        "def work(c, stop):\n    x = 0\n    while not stop:\n        x += 1\n        %s\n" % on_lines(statements),
        **NAMES
    )
    watch = compiled(
        "def work(c, stop, seconds, now):\n"
        "    looks = wrong = 0\n"
        "    raised = {}\n"
        "    end = now() + seconds\n"
        "    while now() < end:\n"
        "        for _ in range(50):\n"
        "            looks += 1\n"
        "            try:\n"
        "                seen = %s\n"
        "            except Exception as error:\n"
        "                raised[described(error)] = raised.get(described(error), 0) + 1\n"
        "            else:\n"
        "                if not (%s): wrong += 1\n"
        "    stop.append(True)\n"
        "    return looks, wrong, raised\n" % (look, correct),
        described=described,
        **NAMES
    )

    def trial():
        c = eval(container, NAMES)
        stop = []
        result = []

        def looking():
            try:
                result.append(watch(c, stop, seconds, time.monotonic))
            finally:
                stop.append(True)

        raised = together(looking, lambda: change(c, stop))
        looks, wrong, errors = result[0] if result else (0, 0, {})
        total = raised + collections.Counter(errors)
        if wrong:
            total["half done"] = wrong
        return looks, total

    return trial


def on_lines(statements):
    return statements.replace("; ", "\n        ")


def rows():
    for method, container, statement, elements, each in FILLS:
        yield {"what": statement, "method": method}, fills(container, statement, elements, each)
    for method, container, expression, n in DRAINS:
        yield {"what": expression, "method": method}, drains(container, expression, n)
    yield {"what": "next(c)", "method": "itertools.count.__next__"}, counts()
    yield {"what": "c.setdefault(k, mine) is mine", "method": "builtins.dict.setdefault"}, winners("c.setdefault(k, t) is t")
    yield {"what": "c.pop(k, None) is not None", "method": "builtins.dict.pop"}, winners("c.pop(k, None) is not None")
    shows = {"what": "c.setdefault(Key(k), mine) is mine", "method": "builtins.dict.setdefault", "elements": "python"}
    yield shows, winners("c.setdefault(Key(k), t) is t", 500)
    for method, container, statement, elements, each in PYTHON_FILLS:
        yield {"what": statement, "method": method, "elements": "python"}, fills(container, statement, elements, each)
    for method, container, statements, end, each in PYTHON_BALANCES:
        yield {"what": statements, "method": method, "elements": "python"}, balances(container, statements, end, each)
    for method, container, statements, look, correct in PYTHON_WATCHES:
        shows = {"what": look + " while " + statements, "method": method, "elements": "python"}
        yield shows, watches(container, statements, look, correct, 0.4)
    for factory, what in (("native", "defaultdict(list): c[k].append(x)"), ("python", "defaultdict(python_list): c[k].append(x)")):
        yield {"what": what, "method": "collections.defaultdict.__getitem__", "elements": factory}, missing_keys(factory)
    for method, container, statements, end, each in BALANCES:
        yield {"what": statements, "method": method}, balances(container, statements, end, each)
    for method, container, statements, look, correct in WATCHES:
        yield {"what": look + " while " + statements, "method": method}, watches(container, statements, look, correct)


if __name__ == "__main__":
    record(sys.argv[1], [row for row in rows() if sys.version_info >= (3, 9) or row[0]["method"] not in SINCE_39])
