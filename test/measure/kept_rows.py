"""Rows that several interpreters add to one file, and what each says of the interpreter and of threads against one."""

import datetime
import json
import os
import platform
import statistics
import sys


def interpreter():
    """Which interpreter runs this, where and when; `t` for a build without a GIL."""
    python = platform.python_version() + ("" if getattr(sys, "_is_gil_enabled", lambda: True)() else "t")
    return {"python": python, "cores": os.cpu_count(), "date": str(datetime.date.today())}


def speedups(count, alone, parallel):
    """How many times as fast so many threads are as one: the medians of the runs, and from the slowest to the fastest parallel one."""
    usual = statistics.median(alone)
    ends = zip(("speedup", "from", "to"), (statistics.median(parallel), max(parallel), min(parallel)))
    return {f"{name}_{count}": round(usual / took, 2) for name, took in ends}


def keep(rows, output, script, is_replaced, order):
    """Writes the rows in that order, with those of the file that are not replaced."""
    if os.path.exists(output):
        with open(output) as file:
            rows = rows + [row for row in json.load(file)["rows"] if not is_replaced(row)]
    lines = ",\n".join("    " + json.dumps(row) for row in sorted(rows, key=order))
    with open(output, "w") as file:
        file.write('{\n  "script": "test/measure/' + script + '",\n  "rows": [\n' + lines + "\n  ]\n}\n")
