"""What the interpreter and its library call without a call in the text: hashes and comparisons of keys, contexts, members, copies, comparisons on a heap.

usage: python implicit_calls.py

Prints one JSON object: nanoseconds of each beyond an empty loop, the same in calls of a function that does nothing, and how often two entries are compared.
"""
import contextlib
import copy
import enum
import heapq
import json
import random
import sys
import time
from dataclasses import dataclass

ROUNDS = 2000


def best(statement, names, rounds=ROUNDS, repeats=7):
    found = {}
    exec(f"def run():\n    for _ in range({rounds}):\n        {statement}", names, found)
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        found["run"]()
        times.append(time.perf_counter_ns() - start)
    return min(times) / rounds


class Colour(enum.Enum):
    RED = 1
    GREEN = 2


@dataclass(frozen=True)
class Key:
    a: int
    b: int


class Plain:
    def __init__(self):
        self.a = 1
        self.b = [1]


class Context:
    def __enter__(self):
        pass

    def __exit__(self, *_):
        pass


@contextlib.contextmanager
def step():
    yield


class Entry:
    compared = 0

    def __init__(self, number):
        self.number = number

    def __lt__(self, other):
        Entry.compared += 1
        return self.number < other.number


def function():
    pass


def comparisons(size):
    rng = random.Random(1)
    entries = [Entry(rng.random()) for _ in range(size)]
    counts = {}

    def counted(name, work, of):
        Entry.compared = 0
        work()
        counts[name] = round(Entry.compared / of, 2)

    heap = []
    counted("push", lambda: [heapq.heappush(heap, entry) for entry in entries], size)
    # The heap stays as large as it is.
    counted("replace", lambda: [heapq.heapreplace(heap, Entry(rng.random() + 1)) for _ in range(size)], size)
    counted("pop", lambda: [heapq.heappop(heap) for _ in range(size)], size)
    counted("heapify", lambda: heapq.heapify(entries), size)
    return counts


def main():
    names = {**globals(), "red": Colour(1), "key": Key(1, 2), "other": Key(1, 2), "plain": Plain(), "context": Context()}
    for kind, prefix in (("integers", ""), ("texts", "key")):
        names[kind] = {prefix + str(i) if prefix else i for i in range(0, 2000, 2)}
        names["other_" + kind] = {prefix + str(i) if prefix else i for i in range(0, 2000, 3)}
    statements = {
        "member by value": "Colour(1)",
        "value of a member": "red.value",
        "hash of a member": "hash(red)",
        "hash of a frozen data class": "hash(key)",
        "comparing frozen data classes": "key == other",
        "context of a class": "with context: pass",
        "context of a generator": "with step(): pass",
        "copy of an object": "copy.copy(plain)",
        **{f"{kind} {operator}": f"{kind} {operator} other_{kind}" for kind in ("integers", "texts") for operator in "&|-"},
    }
    empty = best("pass", names)
    call = best("function()", names) - empty
    result = {"python": sys.version.split()[0], "call of a function": round(call, 1)}
    for name, statement in statements.items():
        ns = best(statement, names, 100 if name[-1] in "&|-" else ROUNDS) - empty
        result[name] = [round(ns, 1), round(ns / call, 1)]
    result["comparisons"] = {str(size): comparisons(size) for size in (10, 100, 1_000, 10_000)}
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
