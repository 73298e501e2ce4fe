"""How much two threads gain, or lose, in a build without a GIL when each pass of their loop uses one object that both use.

    python3.13t contention.py --output measured-contention.json [--only NAME ...]

Each shape is a statement in a loop. `speedup` is what two threads that run it at the same time get done, as a multiple of what one gets done alone;
`own` is the same with an object for each thread instead of one for both, where that makes sense. 2 is perfect on two cores, 1 no gain, below 1 a loss.
The best of REPEATS runs counts for each, because what disturbs makes runs longer, never shorter. With a GIL all of them are about 1. Where two threads
that have nothing in common are less than 1.7 times as fast as one, the machine is too busy, and nothing is recorded.
"""

import argparse
import datetime
import json
import os
import platform
import sys
import threading
import time

clock = time.perf_counter
REPEATS, SECONDS = 5, 0.06

COMMON = """
import collections, math, queue, random, threading
from dataclasses import dataclass
class Point:
    factor = 300
    def __init__(self, x=0): self.x = x
    def scaled(self): return self.x
class Slotted:
    __slots__ = ("x",)
    def __init__(self): self.x = 1
def helper(value): return value
"""

# name, what makes `shared`, the statement; a fourth part says that an object of its own for each thread is no alternative.
SHAPES = [
    ("arithmetic", "", "total = i * 2 + 1"),
    ("list.append", "[]", "shared.append(i)"),
    ("deque.append", "collections.deque(maxlen=1000)", "shared.append(i)"),
    ("list element store", "[0] * 1000", "shared[i % 1000] = i"),
    ("dict element store, one key", "{}", "shared['key'] = i"),
    ("dict element store, other keys", "{}", "shared[i & 1023] = i"),
    ("set.add", "set()", "shared.add(i & 1023)"),
    ("dict.setdefault", "{}", "shared.setdefault(i & 1023, 0)"),
    ("Counter update", "collections.Counter()", "shared[i & 7] += 1"),
    ("defaultdict list append", "collections.defaultdict(list)", "shared[i & 7].append(i)"),
    ("attribute store", "Point()", "shared.x = i"),
    ("attribute update", "Point()", "shared.x += 1"),
    ("attribute store, slots", "Slotted()", "shared.x = i"),
    ("attribute read of a small number", "Point(1)", "total = shared.x"),
    ("attribute read of a large number", "Point(10 ** 6 * 3 + len(COMMON))", "total = shared.x"),
    ("attribute read of a list", "Point([1])", "total = shared.x"),
    ("class attribute read", "Point()", "total = shared.factor"),
    ("method call", "Point(1)", "total = shared.scaled()"),
    ("global update", "0", "shared += 1", "global"),
    ("global read of a small number", "5", "total = shared + i", "global"),
    ("global read of a computed number", "10 ** 6 + len(COMMON)", "total = shared + i", "global"),
    ("global read of a computed float", "len(COMMON) * 1.5", "total = shared * i", "global"),
    ("global read of a computed str", "'x' * len(COMMON)", "total = shared", "global"),
    ("global read of a literal str", "'a literal'", "total = shared", "global"),
    ("list element read", "[i % 7 for i in range(1000)]", "total = shared[i % 1000]"),
    ("list element read of large numbers", "[i + 10 ** 6 for i in range(1000)]", "total = shared[i % 1000]"),
    ("tuple element read", "tuple(range(1000))", "total = shared[i % 1000]"),
    ("dict element read", "{i: i for i in range(1000)}", "total = shared[i % 1000]"),
    ("dict.get", "{i: i for i in range(1000)}", "total = shared.get(i % 1000)"),
    ("membership in a set", "set(range(1000))", "total = i in shared"),
    ("membership in a dict", "dict.fromkeys(range(1000))", "total = i in shared"),
    ("len of a list", "[1, 2, 3]", "total = len(shared)"),
    ("iteration over a list of 10", "list(range(10))", "for each in shared: total = each"),
    ("sum of a list of 100", "list(range(100))", "total = sum(shared)"),
    ("built-in function max", "max", "total = shared(5, i)", "global"),
    ("built-in function abs", "abs", "total = shared(i)", "global"),
    ("built-in function len", "len", "total = shared('text')", "global"),
    ("built-in type int", "int", "total = shared(i)", "global"),
    ("function of a module, math.sqrt", "math", "total = shared.sqrt(i)", "global"),
    ("function of the program", "helper", "total = shared(i)", "global"),
    ("class of the program", "Point", "total = shared(i)", "global"),
    ("isinstance with a class of the program", "Point", "total = isinstance(i, shared)", "global"),
    ("random.random", "random", "total = shared.random()", "global"),
    ("random.Random.random", "random.Random()", "total = shared.random()"),
    ("two of random.random and a comparison", "random", "x = shared.random(); y = shared.random(); total = x * x + y * y <= 1", "global"),
    ("random.randint", "random", "total = shared.randint(1, 6)", "global"),
    ("random.Random.randint", "random.Random()", "total = shared.randint(1, 6)"),
    ("global store", "0", "shared = i", "global"),
    ("with a lock", "threading.Lock()", "with shared: total = i"),
    ("queue.put", "queue.SimpleQueue()", "shared.put(i)"),
    ("bytes slice", "bytes(1000)", "total = shared[i % 900:i % 900 + 8]"),
    ("str format", "'%d-%d'", "total = shared % (i, i)"),
]


def made(shape, place):
    """The loop over the statement; `shared` is a global of its module, or an argument."""
    name, source, statement, *_ = shape
    if place == "global":
        head = "def work(rounds, shared_of_thread):\n    global shared\n" if statement.startswith(("shared +=", "shared =")) else "def work(rounds, shared_of_thread):\n"
    else:
        head = "def work(rounds, shared):\n"
    space = {"COMMON": COMMON}
    exec(COMMON, space)
    exec(head + "    for i in range(rounds):\n        " + statement, space)
    make = lambda: eval(source or "None", space)  # noqa: E731
    space["shared"] = make()
    return space["work"], make


def seconds(work, rounds, objects):
    ready = threading.Barrier(len(objects) + 1)
    ends = []

    def run(own):
        ready.wait()
        work(rounds, own)
        ends.append(clock())

    threads = [threading.Thread(target=run, args=(own,)) for own in objects]
    for thread in threads:
        thread.start()
    ready.wait()
    started = clock()
    for thread in threads:
        thread.join()
    return max(ends) - started


def measure(shape):
    def best(place, count, make_objects):
        work, make = made(shape, place)
        return min(seconds(work, rounds, make_objects(make, count)) for _ in range(REPEATS))

    is_global = len(shape) > 3
    place = "global" if is_global else "argument"
    work, make = made(shape, place)
    rounds = 1000
    while seconds(work, rounds, [make()]) < SECONDS:
        rounds *= 2
    one = best(place, 1, lambda make, count: [make()])
    shared = best(place, 2, lambda make, count: [make()] * 2)
    result = {"ns": round(one / rounds * 1e9, 1), "speedup": round(2 * one / shared, 2)}
    if not is_global and shape[1]:
        result["own"] = round(2 * one / best(place, 2, lambda make, count: [make(), make()]), 2)
    return result


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", required=True)
    options.add_argument("--only", nargs="*")
    arguments = options.parse_args()
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    python = platform.python_version() + ("" if has_gil else "t")
    rows = {}
    if os.path.exists(arguments.output):
        with open(arguments.output) as file:
            rows = {(row["shape"], row["python"]): row for row in json.load(file)["rows"]}
    control = measure(SHAPES[0])["speedup"]
    if not has_gil and control < 1.7:
        sys.exit("two threads with nothing in common are %.2f times as fast as one: the cores are not free" % control)
    for shape in SHAPES:
        if arguments.only and shape[0] not in arguments.only:
            continue
        result = measure(shape)
        about = {"shape": shape[0], "statement": shape[2], "python": python, "cores": os.cpu_count(), "date": str(datetime.date.today())}
        rows[shape[0], python] = {**about, **result}
        print("%-42s %8.1f ns  two threads %.2f  own objects %s" % (shape[0], result["ns"], result["speedup"], result.get("own", "-")), flush=True)
    with open(arguments.output, "w") as file:
        file.write('{\n  "script": "test/measure/contention.py",\n  "rows": [\n')
        file.write(",\n".join("    " + json.dumps(rows[key], ensure_ascii=False) for key in sorted(rows)))
        file.write("\n  ]\n}\n")


if __name__ == "__main__":
    main()
