#!/usr/bin/env python3
"""What an event loop really gains in the programs of `coroutines/`: each run as it is, and with each coroutine awaited before the next one starts.

usage: PYTHON coroutine_speedups.py --target cpython-3.14 --machine NAME [--repeats 9] > ../simulation/validation/coroutines/cpython-3.14.json

A program is code as people write it: `main` starts `task` for each of `ITEMS`. test/estimate/coroutine-places.test.ts holds what is predicted from the
sources alone to these records. Both ways are run in turn, in one process with an event loop of their own each time, so that pools of threads are made
anew as well. Times are lower quartiles; `spread` is the third quartile divided by the first, of the way that varies more. A program that needs a later
version than the interpreter's is left out.
"""
import argparse
import asyncio
import datetime
import importlib.util
import json
import os
import pathlib
import statistics
import sys
import time


def loaded(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def in_turn(module):
    return [await module.task(item) for item in module.ITEMS]


def nanoseconds(coroutine):
    start = time.perf_counter_ns()
    asyncio.run(coroutine)
    return time.perf_counter_ns() - start


def measured(path, repeats):
    times = {"serialNs": [], "gatheredNs": []}
    for _ in range(repeats):
        # A lock of the module belongs to the first event loop that it made somebody wait in.
        times["serialNs"].append(nanoseconds(in_turn(loaded(path))))
        times["gatheredNs"].append(nanoseconds(loaded(path).main()))
    quartiles = {way: statistics.quantiles(each, n=4) for way, each in times.items()}
    spread = max(high / low for low, _, high in quartiles.values())
    return {**{way: round(low) for way, (low, _, _) in quartiles.items()}, "spread": round(spread, 3)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--target", required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("--repeats", type=int, default=9)
    given = parser.parse_args()
    programs = {}
    for path in sorted(pathlib.Path(__file__).with_name("coroutines").glob("*.py")):
        if "TaskGroup" in path.read_text() and sys.version_info < (3, 11):
            continue
        programs[path.stem] = measured(path, given.repeats)
    record = {
        "target": given.target,
        "cores": len(os.sched_getaffinity(0)),
        "machine": given.machine,
        "measured": datetime.date.today().isoformat(),
        "by": "test/measure/coroutine_speedups.py",
        "programs": programs,
    }
    json.dump(record, sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
