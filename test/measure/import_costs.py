#!/usr/bin/env python3
"""What importing modules of the standard library takes a new worker process or interpreter: the file behind server/src/estimate/costs/import-costs.json.

usage: PYTHON import_costs.py [--repeats 3] > server/src/estimate/costs/import-costs.json

Each module is imported in an interpreter of its own under `-X importtime`, which tells what each module that comes with it takes itself. What a
worker of a spawned process pool has loaded before it runs the program's module is asked of such a worker, what one of an interpreter pool has of such
a one; what both have is left out. Of a module that several bring along, the least of all runs counts; so two modules that share most of what they
import are counted as one and a little. 3.14 or later.
"""
import argparse
import json
import pathlib
import platform
import re
import subprocess
import sys
import tempfile

MODULES = """
__future__ abc argparse array ast asyncio atexit base64 binascii bisect bz2 calendar cmath cmd code codecs collections collections.abc colorsys concurrent.futures configparser contextlib
contextvars copy copyreg csv ctypes dataclasses datetime decimal difflib dis doctest email email.message email.mime.multipart email.mime.text email.parser
email.utils enum errno faulthandler fcntl fileinput fnmatch fractions ftplib functools gc getpass gettext glob graphlib gzip hashlib heapq hmac html html.parser http
http.client http.cookies http.cookiejar http.server imaplib importlib importlib.metadata importlib.resources inspect io ipaddress itertools json keyword linecache locale
logging logging.config logging.handlers lzma mailbox marshal math mimetypes mmap multiprocessing multiprocessing.managers multiprocessing.pool
multiprocessing.shared_memory numbers operator optparse os pathlib pdb pickle pickletools pkgutil platform plistlib poplib posixpath pprint
profile pstats queue quopri random re reprlib resource runpy sched secrets select selectors shelve shlex shutil signal site smtplib socket socketserver
sqlite3 ssl stat statistics string stringprep struct subprocess symtable sys sysconfig tarfile telnetlib tempfile textwrap threading time timeit
token tokenize tomllib traceback tracemalloc types typing unicodedata unittest unittest.mock urllib urllib.error urllib.parse urllib.request urllib.robotparser
uuid venv warnings wave weakref webbrowser wsgiref.simple_server xml.dom.minidom xml.etree.ElementTree xml.parsers.expat xml.sax xmlrpc.client
xml xml.etree zipfile zlib zoneinfo
"""


# A program without imports of its own says what its workers have loaded; of its own it has what makes the pool.
ASKING = """
import sys
def loaded(_): return sorted(sys.modules)
if __name__ == "__main__":
    import concurrent.futures, multiprocessing
    pools = {
        "processes": lambda: concurrent.futures.ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")),
        "interpreters": lambda: concurrent.futures.InterpreterPoolExecutor(1),
    }
    with pools[sys.argv[1]]() as pool:
        print(*pool.submit(loaded, 0).result())
"""
# What these names are imported from is loaded when they are asked for.
LAZY = ["concurrent.futures.ProcessPoolExecutor"]


def loaded_anyway(workers):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "asking.py")
        path.write_text(ASKING)
        shown = subprocess.run([sys.executable, str(path), workers], capture_output=True, text=True, check=True).stdout
        return set(shown.split()) - {"__mp_main__"}


def imported(name):
    """Own microseconds of each module that comes with it."""
    statement = "from %s import %s" % tuple(name.rsplit(".", 1)) if name in LAZY else "import " + name
    shown = subprocess.run([sys.executable, "-X", "importtime", "-c", statement], capture_output=True, text=True)
    if shown.returncode:
        return None
    return {name.strip(): int(own) for own, name in re.findall(r"^import time:\s*(\d+) \|\s*\d+ \|(.*)$", shown.stderr, re.M)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    repeats = parser.parse_args().repeats
    loaded = {workers: loaded_anyway(workers) | set(imported('sys')) for workers in ("processes", "interpreters")}
    before = loaded["processes"] & loaded["interpreters"]
    own, brings = {}, {}
    for _ in range(repeats):
        for name in [*MODULES.split(), *LAZY]:
            all_of_it = imported(name)
            if all_of_it is None:  # a module that this version or platform lacks
                continue
            found = {each: us for each, us in all_of_it.items() if each not in before}
            brings.setdefault(name, set()).update(found)
            for each, us in found.items():
                own[each] = min(us, own.get(each, us))
    names = sorted(own)
    place = {name: index for index, name in enumerate(names)}
    print("{")
    print(' "how": %s,' % json.dumps("test/measure/import_costs.py; own microseconds of each module, which workers of processes and which of interpreters have loaded anyway, and which modules each import brings, by place"))
    print(' "python": %s,' % json.dumps(platform.python_version()))
    print(' "names": %s,' % json.dumps(names, separators=(",", ":")))
    print(' "microseconds": %s,' % json.dumps([own[name] for name in names], separators=(",", ":")))
    for workers in loaded:
        print(' "%s": %s,' % (workers, json.dumps([place[name] for name in names if name in loaded[workers]], separators=(",", ":"))))
    print(' "brings": {')
    rows = ['  %s: %s' % (json.dumps(name), json.dumps(sorted(place[each] for each in found), separators=(",", ":"))) for name, found in sorted(brings.items())]
    print(",\n".join(rows))
    print(" }\n}")


if __name__ == "__main__":
    main()
