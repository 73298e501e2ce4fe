"""How much of the time for which a command is waited for it computes: what the knowledge of `subprocess` says of it.

usage: python commands.py

Prints one JSON object: for each command the median of seven runs, the wall time and the processor time of the child, in milliseconds. The files
that the commands read were just written, so they are in the page cache. `given` are commands that read lines from `subprocess.run(…, input=…)`, in
nanoseconds of wall time for each byte. POSIX only.
"""
import json
import pathlib
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

COMMANDS = ["true", "sort numbers", "wc -l numbers", "gzip --keep --force numbers", "grep -c 9 numbers", "sed -n s/1/2/p numbers", "ls -lR /usr/share/doc"]
COMMANDS += ["echo hello", "cat numbers", "date", "tar cf /dev/null /usr/share/doc", f"{sys.executable} -c 1"]

GIVEN = ["cat", "wc", "tr a-z A-Z", "cut -d: -f2", "grep -c host7", "sed s/host/h/", "awk {s+=$1}END{print(s)}", "sort", "sort -k2", "uniq", "head -1", "md5sum", "sha256sum", "rev"]


def for_each_byte(command, size):
    """What a run with so many bytes of input takes, in nanoseconds for each of them; the median of three."""
    text = "".join(f"{i * 7919 % 100003:06d} host{i % 50:02d}:x{i % 9}y\n" for i in range(size // 18)).encode()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command.split(), input=text, stdout=subprocess.PIPE)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e9 / len(text)


def timed(command, folder):
    """The wall time and the child's processor time of one run, in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(command.split(), cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        pathlib.Path(folder, "numbers").write_text("\n".join(str(random.random()) for _ in range(20_000)))
        for command in COMMANDS:
            runs = [timed(command, folder) for _ in range(7)]
            wall, child = (statistics.median(times) * 1000 for times in zip(*runs))
            found[command.replace(sys.executable, "python")] = {"wall_ms": round(wall, 2), "child_ms": round(child, 2)}
    given = {command: [round(for_each_byte(command, size), 2) for size in (1_000_000, 4_000_000)] for command in GIVEN}
    print(json.dumps({"python": sys.version.split()[0], "commands": found, "given": given}, indent=1))


if __name__ == "__main__":
    main()
