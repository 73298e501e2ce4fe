#!/usr/bin/env python3
"""What threads and processes really gain in the programs of `programs/`: each run serially, in pools of 2 and 4 threads, of 2 and 4 processes.

usage: PYTHON program_speedups.py --target cpython-3.13 [--repeats 5] [NAME ...] > ../simulation/validation/programs/cpython-3.13.json

A program is code as people write it, and test/simulation/programs.test.ts holds what the simulator says of it, from its source alone, to
these records. Beside them stands what its tasks are made of, measured where they run one after the other: the calls that the program's
first line names (`# parts: time.sleep=wait, zlib.compress=native`) and the locks in its globals are timed where they happen, and what lies
between them is bytecode. The test gives these steps to the simulator as a workload.

As tasks are sent to other processes by the name of their module, workers that are not forked import the program first; `importNs` says what
that takes. The executors are imported here, where a fork server finds them, as in a program that has them in its first lines (since 3.14, it
imports the main module once for all workers). Each program has a fresh interpreter, and its pools are not the first of it. Times are lower quartiles, `spread` is the third
quartile divided by the first. Only runs during which other programs took next to nothing of the machine count; what a busy machine
yields too few of is left out, and `--kept FOLDER` keeps runs, so that a later call can add to them. Linux; CPython 3.9 and later.
"""
# Workers that are not forked import this file again: what measures stands in a file of its own, so that they are measured and not it.
import sys
from concurrent.futures import ProcessPoolExecutor  # noqa: F401

if __name__ == "__main__":
    from program_measurement import main

    main(sys.argv[0])
