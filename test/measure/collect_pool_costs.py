#!/usr/bin/env python3
"""Puts what starting and ending worker processes costs, as `pool_phases.py --computing` recorded it, into operation-costs.json.

usage: python3 collect_pool_costs.py server/src/estimate/costs/operation-costs.json test/simulation/validation/pools-computing/*.json

Each number is that of the simulator's step (server/src/simulation/costs.ts): wall time where the parent's main thread is the only one that goes on,
processor time of workers. Starting a forked worker is the time by which three workers more make the first task begin later: its `Process.start`, and
the pages that parent and child copy meanwhile. What a pool of one takes before its first task, less that and what the worker needs to come to life, is
the pool's. Low and high are the lower and the upper quartile of the repeats, at least a quarter away from
what is likely, because another program has another heap, and so other pages to copy.
"""
import json
import re
import sys

from collect_operation_costs import rounded

STOP = 400_000


def quartile(values, which):
    rising = sorted(values)
    return rising[(len(rising) - 1) * which // 4]


def triple(values, shift=0.0, least=50_000):
    low, likely, high = (quartile(values, which) - shift for which in (1, 2, 3))
    return [max(least, min(low, 0.75 * likely)), max(least, likely), max(least, high, 1.35 * likely)]


def start_costs(method, pools):
    """From the pools of one method, by number of workers."""
    one, four = pools[1]["repeats"], pools[4]["repeats"]
    every = [repeat for pool in pools.values() for repeat in pool["repeats"]]
    first = lambda repeats: quartile([repeat["beginNs"][0] for repeat in repeats], 2)
    # A fork server's first workers copy fewer pages than those that it makes after some pools; the pools of one come first.
    costs = {"bootstrapNs": triple([ns for repeat in (one if method == "forkserver" else every) for ns in repeat["workerCpuNs"]])}
    if method == "fork":
        each = (first(four) - first(one)) / 3
        costs["startNs"] = [0.75 * each, each, 1.35 * each]
        costs["firstNs"] = triple([repeat["beginNs"][0] for repeat in one], each + costs["bootstrapNs"][1], 300_000)
    # Shutting down a pool of one: telling it is alike for all methods, the rest is the worker's.
    costs["exitNs"] = triple([repeat["stoppedNs"] - repeat["endNs"] for repeat in one], STOP)
    costs["stopNs"] = [0.75 * STOP, STOP, 1.35 * STOP]
    return costs


def main():
    table, *records = sys.argv[1:]
    with open(table) as file:
        text = file.read()
    version = {}
    for path in records:
        with open(path) as file:
            record = json.load(file)
        by_method = {}
        for pool in record["pools"]:
            by_method.setdefault(pool["method"], {})[pool["workers"]] = pool
        version[record["target"].replace("cpython-", "")] = by_method
    lines = text.split("\n")
    at = None
    for number, line in enumerate(lines):
        found = re.match(r'  "(3\.\d+t?)": \{$', line)
        at = found[1] if found else at
        if not line.startswith('   "handOver": ') or at not in version:
            continue
        comma = "," if line.endswith(",") else ""
        costs = json.loads(line[len('   "handOver": ') :].rstrip(","))
        for method, pools in version[at].items():
            costs["processes"][method].update(start_costs(method, pools))
        lines[number] = '   "handOver": ' + json.dumps(rounded(costs), separators=(",", ":")) + comma
    with open(table, "w") as file:
        file.write("\n".join(lines))


if __name__ == "__main__":
    main()
