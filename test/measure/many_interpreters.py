#!/usr/bin/env python3
"""The programs of `programs/` on many interpreters at once, on a machine with many cores that is to be had for minutes only.

usage: PYTHON many_interpreters.py --until SECONDS --output FOLDER cpython-3.12=PYTHON [TARGET=PYTHON ...]

Each group of neighbouring cores is a machine of its own (`sched_setaffinity`), and the interpreters are dealt out to the groups. Every
interpreter is calibrated first, then one program after the other is measured as program_speedups.py does, on all interpreters of a group
before the next, so that whenever the time is over, each interpreter has as many. FOLDER holds a record for each interpreter, whole at any
time; what it holds already is kept, and the programs run once more: each time is then the least of both calls, and what the tasks' parts
took is scaled to it. What groups take from each other through caches, memory and clock is measured before anything else (core_scaling.py in the first group
alone, then in all of them), and stands in FOLDER/beside.json. Nothing else may run on the machine. Linux.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import threading
import time

from many_cores import CALIBRATION, FIRST, HERE, THEN, machine
from parts import run_part


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--until", type=float, required=True, help="seconds from now")
    options.add_argument("--output", type=pathlib.Path, required=True)
    options.add_argument("--cores", type=int, default=4, help="of each group")
    options.add_argument("--workers", default="2,4")
    options.add_argument("--patience", type=float, default=1.2, help="seconds for each program, where a group has two interpreters")
    options.add_argument("pythons", nargs="+")
    arguments = options.parse_args()
    deadline = time.monotonic() + arguments.until
    arguments.output.mkdir(parents=True, exist_ok=True)
    usable = sorted(os.sched_getaffinity(0))
    groups = [usable[first : first + arguments.cores] for first in range(0, len(usable) - arguments.cores + 1, arguments.cores)]
    environment = {**os.environ, "PYTHONPATH": str(HERE / "programs")}

    def run(cores, command, most, given=None):
        return run_part(command, deadline, most, 8, environment, given, cores, shown=2)

    records = {}
    for pair in arguments.pythons:
        target, python = pair.split("=", 1)
        asked = "import ssl, lzma, bz2, zlib, ctypes, multiprocessing.synchronize as _, multiprocessing as m, platform; print(platform.python_version(), m.get_start_method())"
        checked = subprocess.run([python, "-c", asked], stdout=subprocess.PIPE)
        if checked.returncode != 0:
            print("%s does not start" % python, flush=True)
            continue
        version, method = checked.stdout.decode().split()
        before = arguments.output / ("%s-%d-cores.json" % (target, arguments.cores))
        if before.exists():
            records[target] = python, json.loads(before.read_text())
            continue
        records[target] = python, {
            "target": target, "python": version, "cores": arguments.cores, "startMethod": method, "measured": time.strftime("%Y-%m-%d"),
            "by": "test/measure/many_interpreters.py", "machine": machine(), "programs": {}}
    print({target: record["python"] for target, (_, record) in records.items()}, machine(), flush=True)

    if not (arguments.output / "beside.json").exists():
        measure_beside(arguments, groups, run)
    calibrate = (CALIBRATION / "constructs.py").read_bytes() + b"\n" + (CALIBRATION / "measure.py").read_bytes()
    every = [path.stem for path in sorted((HERE / "programs").glob("*.py"))]
    names = [*FIRST, *THEN, *(name for name in every if name not in FIRST and name not in THEN)]

    # How cores get on with each other is the machine's, whichever interpreter is asked.
    crowding_text = "import sys, json; names = {'__name__': 'measure'}; exec(sys.stdin.read(), names); print(json.dumps(names['crowding']()))"
    asked = [None] * len(groups)
    pythons = [python for python, _ in records.values()]
    at_once(lambda place: asked.__setitem__(place, run(groups[place], [pythons[place % len(pythons)], "-I", "-c", crowding_text], 20, calibrate)), len(groups))
    print("crowding", asked, flush=True)
    crowding = [{"busy": rows[0]["busy"], "times": sorted(row["times"] for row in rows)[len(rows) // 2]} for rows in zip(*filter(None, asked))]

    def measure_group(place):
        mine = list(records.items())[place :: len(groups)]
        cores = groups[place]

        def keep(target, record):
            path = arguments.output / ("%s-%d-cores.json" % (target, arguments.cores))
            part = path.with_suffix(".part")
            part.write_text(json.dumps(record) + "\n")
            part.replace(path)

        patience = arguments.patience * 2 / max(1, len(mine))
        for target, (python, record) in mine:
            record["calibration"] = record.get("calibration") or run(cores, [python, "-I", "-c", "import sys; exec(sys.stdin.read())"], 40, calibrate)
            if record["calibration"] and crowding:
                record["calibration"]["crowding"] = crowding
            keep(target, record)
        for name in names:
            for target, (python, record) in mine:
                command = [python, "-B", str(HERE / "program_speedups.py"), "--alone", "--kinds", "threads,processes"]
                command += ["--workers", arguments.workers, "--repeats", "3", "--patience", str(patience)]
                row = record["programs"].get(name)
                if row is None:
                    row = run(cores, [*command, "--one", name], 25)
                else:
                    again = run(cores, [*command, "--repeats", "6", "--only-times", "--one", name], 25)
                    row = again and least_of(row, again["runs"])
                if row is None:
                    continue
                record["programs"][name] = row
                gains = ["%s: %.2f" % (kind, row["serialNs"] / each["ns"]) for kind, each in row["measured"].items()]
                print("   ", target, name, "%.0f ms" % (row["serialNs"] / 1e6), *gains, flush=True)
                keep(target, record)

    at_once(measure_group, len(groups))


def least_of(row, runs):
    """The measured program with the times of more runs."""
    serial_ns = min([row["serialNs"], *runs["serial"]])
    waited = sum(task["count"] * time_of(task["steps"], "waitNs") for task in row["tasks"])
    computed = sum(task["count"] * time_of(task["steps"], "compute") for task in row["tasks"])
    # Beside long waits, what little is computed cannot be told from their jitter.
    factor = (serial_ns - waited) / computed if computed > waited and serial_ns > waited else 1
    measured = {}
    for kind, each in row["measured"].items():
        more = runs.get(kind, [])
        measured[kind] = {**each, "ns": min([each["ns"], *more]), "runs": each["runs"] + len(more)}
    tasks = [{**task, "steps": scaled(task["steps"], factor)} for task in row["tasks"]]
    return {**row, "serialNs": serial_ns, "measured": measured, "tasks": tasks}


def time_of(steps, kind):
    total = 0
    for step in steps:
        if "repeat" in step:
            total += step["repeat"] * time_of(step["steps"], kind)
        elif kind in step:
            total += step[kind] if kind == "waitNs" else sum(step[kind].values())
    return total


def scaled(steps, factor):
    def one(step):
        if "repeat" in step:
            return {**step, "steps": scaled(step["steps"], factor)}
        if "compute" in step:
            return {"compute": {name: round(ns * factor) for name, ns in step["compute"].items()}}
        return step

    return [one(step) for step in steps]


def measure_beside(arguments, groups, run):
    """What groups take from each other."""
    scaling = [sys.executable, str(HERE / "core_scaling.py"), "--workers", "1,%d" % arguments.cores, "--repeats", "2"]
    alone = run(groups[0], scaling, 30)
    beside = [None] * len(groups)
    at_once(lambda place: beside.__setitem__(place, run(groups[place], scaling, 30)), len(groups))
    (arguments.output / "beside.json").write_text(json.dumps({"alone": alone, "beside": beside}))
    if alone and all(beside):
        for index, row in enumerate(alone["rows"]):
            print("   ", row["kind"], row["way"], row["workers"], "beside others", ["%.2f" % (each["rows"][index]["ns"] / row["ns"]) for each in beside], flush=True)


def at_once(work, count):
    threads = [threading.Thread(target=work, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
