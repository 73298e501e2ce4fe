#!/usr/bin/env python3
"""Everything that is recorded of a machine with many cores that is to be had for minutes only: the most telling first, and kept as it comes.

usage: PYTHON many_cores.py --until SECONDS --output FOLDER cpython-3.14=PYTHON [TARGET=PYTHON ...]

First each interpreter has to start. Then, on each: what it costs (`gilscope calibrate`'s measurement), when what happens in its process
pools (pool_phases.py), how its workers share the cores (core_scaling.py); then the programs of `programs/`, the first ones on all
interpreters, the others on the first two. FOLDER/results.json is whole at any time, and what it holds already is not measured again.
Nothing else may run on the machine. It stops by itself, and starts nothing that might take it past its time. Linux.
"""
import argparse
import json
import os
import pathlib
import platform
import subprocess
import sys
import time

from parts import run_part

HERE = pathlib.Path(__file__).resolve().parent
CALIBRATION = HERE.parents[1] / "server/src/cli/calibration"

# Bytecode, native code, waiting, tiny tasks, large data, locks and shared objects, uneven tasks: some of each before more of any.
FIRST = """fibonacci_recursive sha256_archives fetch_pages divisor_sums zlib_chunks sort_numbers ten_microseconds guarded_counter
json_parse_events large_results fetch_then_count matrix_product hundred_microseconds shared_histogram large_arguments
fetch_then_digest game_of_life one_long_task shared_settings_object key_stretching list_of_squares dictionary_groups""".split()
THEN = """nap_shared_semaphore merge_sort inverted_index lzma_records guarded_report monte_carlo_pi pickle_sessions shared_list_reads
decompress_pages mandelbrot_rows threads_compute threads_wait password_counts digest_small_files file_round_trip set_of_remainders
short_strings memory_table fetch_uneven guarded_sections n_queens sort_by_key sieve binary_search knapsack order_totals
edit_distance replace_words particle_steps bank_accounts""".split()


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--until", type=float, required=True, help="seconds from now")
    options.add_argument("--output", type=pathlib.Path, required=True)
    options.add_argument("--workers", default="1,2,4,8,16")
    options.add_argument("pythons", nargs="+")
    arguments = options.parse_args()
    deadline = time.monotonic() + arguments.until
    pythons = dict(pair.split("=", 1) for pair in arguments.pythons)
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / "results.json"
    results = json.loads(path.read_text()) if path.exists() else {}
    results.setdefault("targets", {})

    def keep():
        part = path.with_suffix(".part")
        part.write_text(json.dumps(results))
        part.replace(path)

    # Interpreters of a pool look for the task's module where all of them look.
    environment = {**os.environ, "PYTHONPATH": str(HERE / "programs")}

    def run(command, most, given=None):
        return run_part(command, deadline, most, 10, environment, given)

    for target, python in pythons.items():
        checked = subprocess.run([python, "-c", "import ssl, lzma, bz2, zlib, ctypes, multiprocessing.synchronize, sys; print(sys.version)"], stdout=subprocess.PIPE)
        if checked.returncode != 0:
            sys.exit("%s does not start" % python)
        results["targets"].setdefault(target, {"python": checked.stdout.decode().split()[0], "programs": {}})
        print(target, checked.stdout.decode().strip(), flush=True)
    results["machine"] = machine()
    print(results["machine"], flush=True)
    keep()

    calibrate = (CALIBRATION / "constructs.py").read_bytes() + b"\n" + (CALIBRATION / "measure.py").read_bytes()
    for target, python in pythons.items():
        of = results["targets"][target]
        parts = {
            "calibration": lambda: run([python, "-I", "-c", "import sys; exec(sys.stdin.read())"], 30, calibrate),
            "phases": lambda: run([python, str(HERE / "pool_phases.py"), "--methods", "fork,forkserver", "--workers", arguments.workers, "--repeats", "4"], 30),
            "scaling": lambda: run([python, str(HERE / "core_scaling.py"), "--workers", arguments.workers, "--repeats", "2"], 30),
        }
        for name, measure in parts.items():
            if of.get(name) is None:
                of[name] = measure()
                keep()

    some = list(pythons.items())
    for names, among in ((FIRST, some), (THEN, some[:2]), (THEN, some[2:])):
        for name in names:
            for target, python in among:
                of = results["targets"][target]["programs"]
                if name in of:
                    continue
                command = [python, str(HERE / "program_speedups.py"), "--alone", "--kinds", "threads,processes,interpreters"]
                command += ["--workers", arguments.workers, "--tasks", "32", "--repeats", "3", "--patience", "2.5", "--one", name]
                row = run(command, 25)
                if row is not None:
                    of[name] = row
                    gains = ["%s: %.2f" % (kind, row["serialNs"] / each["ns"]) for kind, each in row["measured"].items()]
                    print("   ", target, name, "%.0f ms" % (row["serialNs"] / 1e6), *gains, flush=True)
                    keep()


def machine():
    words = {}
    try:
        for line in open("/proc/cpuinfo"):
            key, _, value = line.partition(":")
            words.setdefault(key.strip(), value.strip())
    except OSError:
        pass
    siblings = []
    for core in range(os.cpu_count() or 1):
        try:
            siblings.append(open("/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list" % core).read().strip())
        except OSError:
            break
    kept = {key: words.get(key) for key in ("model name", "cpu cores", "siblings", "cpu MHz", "cache size")}
    return {"cores": os.cpu_count(), "usable": len(os.sched_getaffinity(0)), "system": platform.platform(), "cpu": kept,
            "threadSiblings": sorted(set(siblings)), "measured": time.strftime("%Y-%m-%d")}


if __name__ == "__main__":
    main()
