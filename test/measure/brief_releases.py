"""What threads make of calls that let go of the GIL for a short time: so many nanoseconds without it, so many of bytecode between two of them.

    python brief_releases.py [--output FILE]

Each thread runs as many rounds as one does alone. `speedup` is against the same work of all threads one after the other; `lost` is what each
round of each thread takes beyond what the work allows that has to come one after the other: the bytecode, or half of everything on two cores.
The median of REPEATS runs counts. Where two threads that compute without the GIL are less than 1.6 times as fast as one, the cores are not free, and
nothing is recorded. With --output, rows of other interpreters are kept.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import statistics
import sys

from contention import seconds

REPEATS, SECONDS = 3, 0.025

# lseek lets go of the GIL for a system call of a third of a microsecond; sha256 does from 2,048 bytes on, for 0.5 ns a byte.
NATIVE = [("lseek", 0), ("sha256", 2_100), ("sha256", 10_000), ("sha256", 40_000), ("sha256", 200_000)]
BYTECODE = [1, 50, 300, 1_500]
THREADS = [2, 4]


def task(native, size, passes):
    data = b"x" * size
    sha256, lseek = hashlib.sha256, os.lseek

    def run(rounds, file):
        if native == "lseek":
            for _ in range(rounds):
                lseek(file, 0, 1)
                for _ in range(passes):
                    pass
        elif native == "sha256":
            for _ in range(rounds):
                sha256(data)
                for _ in range(passes):
                    pass
        else:
            for _ in range(rounds):
                for _ in range(passes):
                    pass

    return run


def measured(native, size, passes, files):
    run = task(native, size, passes)
    rounds = 10
    while seconds(run, rounds, files[:1]) < SECONDS:
        rounds *= 2
    bare = task("", 0, passes)
    alone = statistics.median(seconds(run, rounds, files[:1]) for _ in range(REPEATS)) / rounds
    bytecode = statistics.median(seconds(bare, rounds, files[:1]) for _ in range(REPEATS)) / rounds
    rows = {"alone_ns": round(alone * 1e9), "bytecode_ns": round(bytecode * 1e9)}
    for count in THREADS:
        together = statistics.median(seconds(run, rounds, files[:count]) for _ in range(REPEATS)) / rounds / count
        least = max(bytecode, alone / 2)
        rows[f"speedup_{count}"] = round(alone / together, 2)
        rows[f"lost_{count}_ns"] = round((together - least) * 1e9)
    return rows


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output")
    output = options.parse_args().output
    python = platform.python_version() + ("" if getattr(sys, "_is_gil_enabled", lambda: True)() else "t")
    files = [os.open(__file__, os.O_RDONLY) for _ in range(max(THREADS))]
    about = {"python": python, "cores": os.cpu_count(), "date": str(datetime.date.today())}
    control = measured("sha256", 2_000_000, 1, files)["speedup_2"]
    if control < 1.6:
        sys.exit("two threads with nothing in common are %.2f times as fast as one: the cores are not free" % control)
    rows = []
    if output and os.path.exists(output):
        with open(output) as file:
            rows = [row for row in json.load(file)["rows"] if row["python"] != python]
    for native, size in NATIVE:
        for passes in BYTECODE:
            found = measured(native, size, passes, files)
            rows.append({"native": native, "bytes": size, "passes": passes, **found, **about})
            print(python, native, size, found, flush=True)
    if output:
        with open(output, "w") as file:
            file.write('{\n  "script": "test/measure/brief_releases.py",\n  "rows": [\n')
            file.write(",\n".join("    " + json.dumps(row) for row in sorted(rows, key=lambda row: row["python"])))
            file.write("\n  ]\n}\n")


if __name__ == "__main__":
    main()
