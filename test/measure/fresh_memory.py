#!/usr/bin/env python3
"""What memory costs that a process touches for the first time, and what it copies after a fork: JSON.

usage: PYTHON fresh_memory.py [--repeats 3]        (some 20 seconds)

A page that the system has to make, zero and enter (anonymous memory), and one that a forked child copies because it writes to it; the same in
threads that do it at once. Then what real containers come to: nanoseconds and page faults for each entry, built in a process that has kept no memory
and built again after that was freed, so that one sees what the allocators give back; and what a forked child's first look at its parent's objects
takes, which counts their references and so writes to each of them. Each row is the least of the repeats in processes of their own. POSIX.
"""
import argparse
import gc
import json
import mmap
import os
import platform
import subprocess
import sys
import threading
import time

CLOCK = time.perf_counter_ns
PAGE = 4096
BUILT = {
    "list of floats": lambda n: [i * 0.5 for i in range(n)],
    "list of lists": lambda n: [[i, i] for i in range(n)],
    "dict of floats": lambda n: {i: i * 0.5 for i in range(n)},
    "list of texts": lambda n: ["entry %d" % i for i in range(n)],
    "list of one object": lambda n: [None for i in range(n)],
    "text": lambda n: "abcdefgh" * n,
    "bytes, sliced": lambda n: (b"abcdefgh" * n)[1:],
}
SIZES = (1_000, 10_000, 100_000, 500_000)


def faults():
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def touch(block):
    """Writes one byte into each page, all in one call."""
    ones = b"\1" * -(-len(block) // PAGE)
    begin = CLOCK()
    block[::PAGE] = ones
    return CLOCK() - begin


def filled(count, size):
    """So many blocks, each touched before the next is there, as allocators do it, and the nanoseconds that this took."""
    blocks, took = [], 0
    for _ in range(count):
        blocks.append(mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
        took += touch(blocks[-1])
    return blocks, took


def in_child(function):
    """What the function returns in a forked child."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(write, json.dumps(function()).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        answer = json.loads(pipe.read())
    os.waitpid(child, 0)
    return answer


def pages(megabytes):
    """A page touched first, again, copied in a child and again there, copied by the parent while a child has it."""
    size = megabytes << 20
    count = size // PAGE
    rows = {}
    for name, step in (("blocks of 1 MiB", 1 << 20), ("one block", size)):
        before = faults()
        blocks, first = filled(size // step, step)
        rows[name] = {"firstNs": first / count, "faults": (faults() - before) / count, "againNs": sum(touch(block) for block in blocks) / count}

        def child():
            before = faults()
            copied = sum(touch(block) for block in blocks)
            made = faults() - before
            return copied / count, made / count, sum(touch(block) for block in blocks) / count

        rows[name]["copiedNs"], rows[name]["copyFaults"], rows[name]["copiedAgainNs"] = in_child(child)
        # The child has them still.
        ready, go = os.pipe(), os.pipe()
        other = os.fork()
        if other == 0:
            os.read(go[0], 1)
            os._exit(0)
        rows[name]["copiedByParentNs"] = sum(touch(block) for block in blocks) / count
        os.write(go[1], b"x")
        os.waitpid(other, 0)
        for end in (*ready, *go):
            os.close(end)
    return rows


def together(megabytes, workers, way):
    """Nanoseconds for a page where so many workers touch fresh memory at once; their wall time, each has as many pages."""
    size = megabytes << 20

    def part():
        filled(size >> 20, 1 << 20)

    some = []
    begin = CLOCK()
    if way == "threads":
        some = [threading.Thread(target=part) for _ in range(workers)]
        for one in some:
            one.start()
        for one in some:
            one.join()
    else:
        for _ in range(workers):
            child = os.fork()
            if child == 0:
                part()
                os._exit(0)
            some.append(child)
        for child in some:
            os.waitpid(child, 0)
    return (CLOCK() - begin) / (size // PAGE)


def built(name, n):
    """Nanoseconds and faults an entry: the first time, the second and the third."""
    gc.disable()
    make, rows = BUILT[name], []
    for _ in range(3):
        before, begin = faults(), CLOCK()
        made = make(n)
        rows.append(((CLOCK() - begin) / n, (faults() - before) / n))
        del made
    return rows


def inherited(name, n):
    """Nanoseconds and faults for each entry that a forked child looks at, the first and the second time."""
    data = BUILT[name](n)
    gc.disable()

    def look():
        rows = []
        for _ in range(2):
            before, begin = faults(), CLOCK()
            for _ in data:
                pass
            rows.append(((CLOCK() - begin) / n, (faults() - before) / n))
        return rows

    return in_child(look)


def pickled(n):
    """Pickling so many records and making them anew, the first time and after: nanoseconds and faults for each byte."""
    import pickle

    gc.disable()
    records = [(i, i * 0.5, "record %d" % i) for i in range(n)]
    rows = {"dumps": [], "loads": []}
    for _ in range(3):
        before, begin = faults(), CLOCK()
        written = pickle.dumps(records, 5)
        rows["dumps"].append(((CLOCK() - begin) / len(written), (faults() - before) / len(written)))
        before, begin = faults(), CLOCK()
        back = pickle.loads(written)
        rows["loads"].append(((CLOCK() - begin) / len(written), (faults() - before) / len(written)))
        del back
    return rows


PARTS = {"pages": pages, "together": together, "built": built, "inherited": inherited, "pickled": pickled}


def asked():
    yield ("pages", 32)
    for way in ("threads", "processes"):
        for workers in (1, 2):
            yield ("together", 16, workers, way)
    for name in BUILT:
        for n in SIZES:
            yield ("built", name, n)
    for name in ("list of floats", "list of lists", "list of texts"):
        yield ("inherited", name, 100_000)
    for n in (100, 1_000, 10_000, 100_000):
        yield ("pickled", n)


def least(rows):
    """Of trees of numbers with one shape, the least at each place."""
    one = rows[0]
    if isinstance(one, dict):
        return {key: least([row[key] for row in rows]) for key in one}
    if isinstance(one, (list, tuple)):
        return [least([row[at] for row in rows]) for at in range(len(one))]
    return round(min(rows), 5)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--part", help=argparse.SUPPRESS)
    arguments = options.parse_args()
    if arguments.part:
        name, *given = json.loads(arguments.part)
        print(json.dumps(PARTS[name](*given)))
        return
    measured = {}
    for _ in range(arguments.repeats):
        for part in asked():
            key = json.dumps(part)
            answer = json.loads(subprocess.check_output([sys.executable, __file__, "--part", key]))
            measured.setdefault(key, []).append(answer)
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    print('{"python": "%s", "system": "%s", "rows": {' % (platform.python_version() + ("" if has_gil else "t"), platform.platform()))
    print(",\n".join(" %s: %s" % (json.dumps(", ".join(map(str, json.loads(key)))), json.dumps(least(rows))) for key, rows in measured.items()))
    print("}}")


if __name__ == "__main__":
    main()
