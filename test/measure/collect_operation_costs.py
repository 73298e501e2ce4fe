#!/usr/bin/env python3
"""Joins outputs of operation_costs.py into server/src/estimate/costs/operation-costs.json.

usage: python3 collect_operation_costs.py [--quiet FACTOR] costs-3.8.json … bulk-3.8.json … pools-3.8-fork.json … > operation-costs.json

Later files replace parts of earlier ones of the same version; `pools-VERSION-METHOD.json` is what pool_processor_time.py wrote. Processor times
of constructs and calls are divided by FACTOR, by which the machine is faster when it is left alone: the median, over 32 constructs and each
of 8 versions, of these measurements (taken while others worked on the machine) to those of a quiet day was 1.44 to 1.53; of hashes 1.2.
Hand-overs, wake-ups, sleeps and files are not scaled: most of their time is the kernel's.

Values are [low, likely, high] in nanoseconds. Hand-overs become what the simulator asks for (server/src/simulation/costs.ts); how each
comes from what was measured stands at its line below.
"""
import json
import re
import sys


def combine(function, *triples):
    """The function of the lows, of the likelies and of the highs, in order and not negative."""
    return [round(max(0, value), 3) for value in sorted(function(*values) for values in zip(*triples))]


def times(triple, factor):
    return combine(lambda value: value * factor, triple)


def hand_over(measured):
    threads, processes, coroutines = measured["threads"], measured["processes"], measured["coroutines"]
    wake = measured["wakeUp"]
    # A wake-up takes the ping-pong's time at best; up to 40 us when the core has gone to sleep, as seen between a drop request and the
    # next holder's first bytecode (5.05 ms of interval and timer slack, 5.07-5.10 ms measured).
    result = {"wakeUp": {"low": round(wake[0]), "high": 40000}}
    result["threads"] = {
        "startNs": threads["startNs"],
        # What start and join take beyond starting and two wake-ups.
        "bootstrapNs": [max(5000, round(threads["startJoinNs"][0] - threads["startNs"][0] - 2 * wake[0]))] * 2
        + [max(20000, round(threads["startJoinNs"][1] - threads["startNs"][0] - 2 * wake[0]))],
        "submitNs": threads["submitNs"],
        "workerNs": threads["workerNs"],
        "collectNs": threads["collectNs"],
    }
    # Processor time of the parent beyond its main thread is the manager and feeder threads', one half for each way.
    beside = combine(lambda parent, main, collect: max(5000, parent - main - collect) / 2,
                     processes["parentNsPerTask"], processes["mainNsPerTask"], processes["collectNsPerTask"])
    pool = {
        "submitNs": processes["mainNsPerTask"],
        "sendNs": beside,
        "receiveNs": beside,
        "collectNs": processes["collectNsPerTask"],
        "workerNs": processes["workerNsPerTask"],
        "itemNs": processes["workerNsPerItem"],
        "parentNsPerByte": combine(lambda a, b: (a + b) / 2, processes["parentNsPerArgumentByte"], processes["parentNsPerResultByte"]),
        "workerNsPerByte": combine(lambda a, b: (a + b) / 2, processes["workerNsPerArgumentByte"], processes["workerNsPerResultByte"]),
    }
    for method in ("fork", "forkserver", "spawn"):
        rows = processes[method]
        pool[method] = {
            "firstNs": rows["parentFirstNs"],
            # The first pool of a program against later ones: imports, resource tracker, fork server.
            # Wall times, so the least of each is the least disturbed.
            "coldNs": sorted([rows["coldFirstResultNs"][0] - rows["firstResultNs"][0]] * 2 + [rows["coldFirstResultNs"][1] - rows["firstResultNs"][1]]),
            "startNs": rows["parentNsPerWorker"],
            "bootstrapNs": rows["workerCpuNs"],
            # Shutting down a pool of one: the parent's share is alike for all methods, the rest is the worker's.
            "exitNs": combine(lambda stop: max(100000, stop - 400000), rows["stopNs"]),
            "stopNs": [300000, 400000, 500000],
        }
    result["processes"] = pool
    if "interpreters" in measured:
        interpreters = measured["interpreters"]
        result["interpreters"] = {
            "startNs": times(interpreters["submitNs"], 1),
            "bootstrapNs": combine(lambda first, submit: first - submit, interpreters["firstResultNs"], interpreters["submitNs"]),
            "submitNs": threads["submitNs"],
            # Wall time per task of one worker, less what the submitter does meanwhile and one wake-up.
            "workerNs": combine(lambda wall, submit: max(5000, wall - submit - 10000), interpreters["wallNsPerTask"], threads["submitNs"]),
            "collectNs": threads["collectNs"],
            "nsPerByte": interpreters["wallNsPerByte"],
            "exitNs": interpreters["stopNs"],
        }
    result["coroutines"] = {
        "startNs": times(coroutines["taskNs"], 0.5),
        "workerNs": times(coroutines["taskNs"], 0.4),
        "collectNs": times(coroutines["taskNs"], 0.1),
        "resumeNs": coroutines["turnNs"],
    }
    return result


def start_costs(pools, method):
    """What starting and ending worker processes takes in all, shared out over the places where the simulator spends it."""
    stop = 400_000
    at_end = 0.35 if method == "fork" else 0.1
    likely = {
        "firstNs": max(300_000, pools["parentFirstNs"] / pools["slowdown"] - stop),
        "startNs": min(1_000_000, max(400_000, pools["parentNsPerWorker"] / pools["slowdown"])),
        "bootstrapNs": pools["workerNs"] / pools["slowdown"] * (1 - at_end),
        "collectNs": 0,
        "exitNs": pools["workerNs"] / pools["slowdown"] * at_end,
        "stopNs": stop,
    }
    # Versions of one method differ by up to a half beyond what their code explains, as do repeats on a machine that others use.
    return {name: [ns * 0.75, ns, ns * 1.5] for name, ns in likely.items()}


def quieter(value, factor):
    if isinstance(value, dict):
        return {key: quieter(child, factor) for key, child in value.items() if key != "wakeUp"} | {key: child for key, child in value.items() if key == "wakeUp"}
    if isinstance(value, list):
        return [quieter(child, factor) for child in value]
    return value / factor


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(child) for key, child in value.items()}
    if isinstance(value, list):
        return [rounded(child) for child in value]
    if isinstance(value, float):
        short = float("%.3g" % value)
        return int(short) if short == int(short) and abs(short) >= 10 else short
    return value


def main():
    arguments = sys.argv[1:]
    factor = 1.0
    if arguments and arguments[0] == "--quiet":
        factor = float(arguments[1])
        arguments = arguments[2:]
    versions, builds, units = {}, {}, {}
    for path in arguments:
        with open(path) as file:
            one = json.load(file)
        pools = re.search(r"pools-(3\.\d+t?)-(fork|forkserver|spawn)\.json$", path)
        if pools:
            versions[pools[1]]["handOver"]["processes"][pools[2]].update(start_costs(one, pools[2]))
            continue
        name = ".".join(one["version"].split(".")[:2]) + ("t" if one["freeThreaded"] else "")
        builds[name] = one["version"]
        parts = versions.setdefault(name, {})
        if "operations" in one:
            parts["operations"] = quieter(one["operations"], factor)
        if "bulk" in one:
            units.update({key: row["unit"] for key, row in one["bulk"].items()})
            parts["bulk"] = {
                key: quieter([row["fixedNs"], row["nsPerUnit"]], 1 if key.startswith(("file", "os", "time")) else min(factor, 1.2) if key.startswith("hashlib") else factor)
                for key, row in one["bulk"].items()
            }
        if "hand-over" in one:
            parts["handOver"] = hand_over(one["hand-over"])
    order = sorted(versions, key=lambda name: (int(name.rstrip("t").split(".")[1]), name))
    print("{")
    print(' "how": "test/measure/operation_costs.py; nanoseconds, [low, likely, high]: least, lower and upper quartile of repeats, processor time, divided by %s for the load of other work; bulk: [fixed, per unit]",' % factor)
    print(' "when": %s,' % json.dumps(one["started"][:10]))
    print(' "machine": "2 virtual cores of an AMD EPYC, Linux 6.18, shared with other work; pyenv -O3 builds without PGO (3.8-3.13), Debian sid (3.14, 3.15), own -O2 build (3.13t)",')
    print(' "builds": %s,' % json.dumps({name: builds[name] for name in order}))
    print(' "units": %s,' % json.dumps(units))
    print(' "versions": {')
    for index, name in enumerate(order):
        parts = versions[name]
        print('  "%s": {' % name)
        for number, part in enumerate(parts):
            print('   "%s": %s%s' % (part, json.dumps(rounded(parts[part]), separators=(",", ":")), "," if number < len(parts) - 1 else ""))
        print("  }%s" % ("," if index < len(order) - 1 else ""))
    print(" }\n}")


if __name__ == "__main__":
    main()
