"""How much of the time of calls on files is processor time of the calling thread: what is assumed of files in the page cache.

usage: python file_waits.py

Prints one JSON object: for each call its wall time and its processor time in microseconds. The files lie in the folder for temporary files.
"""
import itertools
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time


def main():
    with tempfile.TemporaryDirectory() as folder:
        small, large = pathlib.Path(folder, "small"), pathlib.Path(folder, "large")
        small.write_bytes(b"x" * 65_536)
        large.write_bytes(b"x" * 10_000_000)

        names = itertools.count()

        def new():
            return pathlib.Path(folder, f"new{next(names)}")

        def append():
            with small.open("ab") as file:
                file.write(b"x" * 8_192)

        def synchronize():
            descriptor = os.open(small, os.O_WRONLY)
            os.write(descriptor, b"x")
            os.fsync(descriptor)
            os.close(descriptor)

        calls = {
            "read 64 KB": (small.read_bytes, 300),
            "read 10 MB": (large.read_bytes, 20),
            "stat": (small.stat, 1000),
            "listdir": (lambda: os.listdir(folder), 1000),
            "rename": (lambda: (small.rename(small.with_suffix(".b")), small.with_suffix(".b").rename(small)), 300),
            "write 64 KB to a new file": (lambda: new().write_bytes(b"x" * 65_536), 300),
            "write 64 KB over a file": (lambda: small.write_bytes(b"x" * 65_536), 300),
            "append 8 KB": (append, 300),
            "mkdir": (lambda: new().mkdir(), 300),
            "copyfile 10 MB": (lambda: shutil.copyfile(large, large.with_suffix(".b")), 20),
            "mkdtemp and rmtree": (lambda: shutil.rmtree(tempfile.mkdtemp(dir=folder)), 300),
            "write and fsync": (synchronize, 30),
        }
        found = {}
        for name, (call, times) in calls.items():
            call()
            wall, processor = time.perf_counter(), time.thread_time()
            for _ in range(times):
                call()
            wall, processor = time.perf_counter() - wall, time.thread_time() - processor
            found[name] = {"wall_us": round(wall / times * 1e6, 1), "processor_us": round(processor / times * 1e6, 1)}
    print(json.dumps({"python": sys.version.split()[0], "calls": found}, indent=1))


if __name__ == "__main__":
    main()
