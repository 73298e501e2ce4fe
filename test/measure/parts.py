"""Runs parts of a measurement that has to end in time, each a process that prints JSON."""
import json
import os
import subprocess
import time


def run_part(command, deadline, most, least, environment, given=None, cores=None, shown=4):
    """What it printed as JSON; None if it failed, took longer than `most` seconds, or fewer than `least` are left.

    `deadline` is of `time.monotonic()`; on `cores` if any are named. The last `shown` words of the command are printed with what came of it.
    """
    left = deadline - time.monotonic()
    if left < min(most, least):
        return None
    begin = time.monotonic()
    if cores is not None:
        # Of this thread, and so of what it starts.
        os.sched_setaffinity(0, cores)
    try:
        done = subprocess.run(command, input=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=min(most, left), env=environment)
        result = json.loads(done.stdout) if done.returncode == 0 else None
        problem = (done.stderr.decode(errors="replace").strip().splitlines() or ["?"])[-1]
    except (subprocess.TimeoutExpired, ValueError) as error:
        result, problem = None, repr(error)[:200]
    words = ([str(cores[0])] if cores is not None else []) + list(command[-shown:])
    said = "" if result is not None else " FAILED " + problem
    print("%6.1f s left %5.1f s  %s%s" % (deadline - time.monotonic(), time.monotonic() - begin, " ".join(words), said), flush=True)
    return result
