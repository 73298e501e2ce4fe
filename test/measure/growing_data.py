"""What it takes to fill containers that grow large, to look things up in them, to lengthen texts, and to remember calls that are inside one another.

usage: python growing_data.py

Prints one JSON object: nanoseconds for each entry of the size given, where the container is made anew each time.
"""
import functools
import json
import sys
import time

FILLED = {
    "dict of integers": "d = {}\nfor i in range(n): d[i] = i",
    "dict of pairs": "d = {}\nfor i in range(n): d[i, i & 7] = i",
    "dict of pairs, compared": "d = {}\nfor i in range(n): d[i >> 1, 5] = i",
    "set of pairs": "d = set()\nfor i in range(n): d.add((i, i & 7))",
    "dict of texts": "d = {}\nfor i in range(n): d['w%d' % i] = i",
    "texts only": "for i in range(n): 'w%d' % i",
    "dict of lists": "d = {}\nfor i in range(n): d[i] = [i, i]",
    "list of lists": "d = []\nfor i in range(n): d.append([i, i])",
    "list of pairs": "d = []\nfor i in range(n): d.append((i, i))",
    "pairs only": "for i in range(n): (i, i)",
    "list of integers": "d = []\nfor i in range(n): d.append(i)",
    "text, lengthened": "d = ''\nfor i in range(n): d += 'abcde'",
    "text of numbers, lengthened": "d = ''\nfor i in range(n): d += str(i)",
    "accumulate": "list(itertools.accumulate(range(n)))",
    "islice of count": "list(itertools.islice(itertools.count(5, 3), n))",
    "sum of chain": "sum(itertools.chain(big, big))",
    "list of range": "list(range(n))",
    "sum of list": "sum(big)",
}
LOOKED_UP = {
    "dict of integers": ("d = {i: i for i in range(n)}", "for i in range(n): d[i]"),
    "dict of pairs": ("d = {(i, i & 7): i for i in range(n)}", "for i in range(n): d[i, i & 7]"),
    "dict of pairs, get": ("d = {(i, i & 7): i for i in range(n)}", "for i in range(n): d.get((i, i & 7), 0)"),
    "set of pairs": ("d = {(i, i & 7) for i in range(n)}", "for i in range(n): (i, i & 7) in d"),
}


def timed(prepare, statement, n, repeats):
    names = {"n": n, "big": list(range(n))}
    code = "import itertools\ndef run(n, big):\n    %s\n    start = clock()\n    %s\n    return clock() - start\n"
    names["clock"] = time.perf_counter_ns
    exec(code % (prepare.replace("\n", "\n    ") or "pass", statement.replace("\n", "\n    ")), names)
    return min(names["run"](n, names["big"]) for _ in range(repeats)) / n


def remembered(depth):
    @functools.lru_cache(maxsize=None)
    def down(n):
        return n if n < 1 else down(n - 1)

    start = time.perf_counter_ns()
    down(depth)
    return (time.perf_counter_ns() - start) / depth


def main():
    found = {}
    for n in (100, 1_000, 10_000, 100_000, 300_000):
        repeats = max(2, min(20, 200_000 // n))
        for name, statement in FILLED.items():
            if "lengthened" in name and n > 100_000:
                continue
            if "lengthened" in name and n > 10_000:
                repeats = 1
            found["%s, filled with %d" % (name, n)] = timed("", statement, n, repeats)
        for name, (prepare, statement) in LOOKED_UP.items():
            found["%s, looked up in %d" % (name, n)] = timed(prepare, statement, n, repeats)
    for depth in (10, 100):
        found["remembered calls, %d deep" % depth] = min(remembered(depth) for _ in range(20))
    print(json.dumps({"python": sys.version.split()[0], "ns": {name: round(each, 1) for name, each in found.items()}}, indent=1))


if __name__ == "__main__":
    main()
