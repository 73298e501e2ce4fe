"""What threads make of tasks that let go of the GIL for a moment again and again, or hand something to another thread: rows of a database, messages
over a socket, small files, pipes, queues, locks, NumPy's loops.

    python hand_overs.py [--output FILE] [--only NAME ...]

Each shape is a program, its task the function of that name; ROUNDS is chosen so that one task takes SECONDS. `speedup_2` and `speedup_4` are those of
a pool of so many threads that runs a task in each, against the same tasks one after the other; the median of REPEATS runs counts. Where two threads
that compute without the GIL are less than 1.6 times as fast as one, the cores are not free, and nothing is recorded. With --output, rows of other
interpreters are kept.
"""

import argparse
import datetime
import hashlib
import json
import os
import platform
import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor

REPEATS, SECONDS = 5, 0.03
THREADS = [2, 4]

PROGRAMS = {
    "database rows, one by one": """
import sqlite3
def task(number):
    db = sqlite3.connect(":memory:")
    db.execute("create table reading(sensor integer, value real)")
    db.executemany("insert into reading values(?, ?)", [(n % 7, n * 0.5) for n in range(500)])
    total = 0.0
    for _ in range(ROUNDS):
        for sensor, value in db.execute("select sensor, value from reading"):
            total += value
    return total
""",
    "database rows, all at once": """
import sqlite3
def task(number):
    db = sqlite3.connect(":memory:")
    db.execute("create table reading(sensor integer, value real)")
    db.executemany("insert into reading values(?, ?)", [(n % 7, n * 0.5) for n in range(500)])
    found = 0
    for _ in range(ROUNDS):
        found += len(db.execute("select sensor, value from reading").fetchall())
    return found
""",
    "database row by its key": """
import sqlite3
def task(number):
    db = sqlite3.connect(":memory:")
    db.execute("create table account(id integer primary key, owner text)")
    db.executemany("insert into account values(?, ?)", [(n, "owner %d" % n) for n in range(500)])
    found = 0
    for n in range(ROUNDS):
        row = db.execute("select owner from account where id = ?", (n % 500,)).fetchone()
        found += len(row[0])
    return found
""",
    "database inserts": """
import sqlite3
def task(number):
    db = sqlite3.connect(":memory:")
    db.execute("create table reading(sensor integer, value real)")
    for n in range(ROUNDS):
        db.execute("insert into reading values(?, ?)", (n % 7, n * 0.5))
    return db.total_changes
""",
    "database inserts, many at once": """
import sqlite3
def task(number):
    db = sqlite3.connect(":memory:")
    db.execute("create table reading(sensor integer, value real)")
    db.executemany("insert into reading values(?, ?)", [(n % 7, n * 0.5) for n in range(ROUNDS)])
    return db.total_changes
""",
    "messages over a socket pair": """
import socket
def task(number):
    here, there = socket.socketpair()
    total = 0
    for n in range(ROUNDS):
        here.sendall(b"question")
        question = there.recv(64)
        there.sendall(question.upper())
        total += len(here.recv(64))
    here.close()
    there.close()
    return total
""",
    "pipe": """
import os
def task(number):
    reader, writer = os.pipe()
    total = 0
    for n in range(ROUNDS):
        os.write(writer, b"x" * 100)
        total += len(os.read(reader, 100))
    os.close(reader)
    os.close(writer)
    return total
""",
    "stat": """
import os
def task(number):
    total = 0
    for n in range(ROUNDS):
        total += os.stat("/tmp").st_size
    return total
""",
    "exists": """
import os.path
def task(number):
    found = 0
    for n in range(ROUNDS):
        if os.path.exists("/tmp/file-%d" % n):
            found += 1
    return found
""",
    "small files read": """
import tempfile
PATH = tempfile.mkstemp()[1]
with open(PATH, "w") as file:
    file.write("name = value\\n" * 20)
def task(number):
    total = 0
    for n in range(ROUNDS):
        with open(PATH) as file:
            total += len(file.read())
    return total
""",
    "small files written": """
import os
import tempfile
FOLDER = tempfile.mkdtemp()
def task(number):
    path = os.path.join(FOLDER, "part-%d" % number)
    for n in range(ROUNDS):
        with open(path, "w") as file:
            file.write("name = value\\n" * 20)
    return number
""",
    "lines written and flushed": """
import tempfile
def task(number):
    with tempfile.TemporaryFile("w") as file:
        for n in range(ROUNDS):
            file.write("line %d\\n" % n)
            file.flush()
    return number
""",
    "lines logged": """
import logging
import tempfile
logging.basicConfig(filename=tempfile.mkstemp()[1], level=logging.INFO)
log = logging.getLogger("work")
def task(number):
    for n in range(ROUNDS):
        log.info("step %d of task %d", n, number)
    return number
""",
    "random bytes": """
import os
def task(number):
    total = 0
    for n in range(ROUNDS):
        total += os.urandom(32)[0]
    return total
""",
    "pages compressed": """
import zlib
PAGE = b"".join(b"line %d of a page\\n" % n for n in range(60))
def task(number):
    total = 0
    for n in range(ROUNDS):
        total += len(zlib.compress(PAGE))
    return total
""",
    "queue of the task alone": """
import queue
def task(number):
    jobs = queue.Queue()
    total = 0
    for n in range(ROUNDS):
        jobs.put(n)
        total += jobs.get()
    return total
""",
    "queue between two threads": """
import queue
import threading
def produce(jobs):
    for n in range(ROUNDS):
        jobs.put(n)
    jobs.put(None)
def task(number):
    jobs = queue.Queue(maxsize=16)
    producer = threading.Thread(target=produce, args=(jobs,))
    producer.start()
    total = 0
    while True:
        job = jobs.get()
        if job is None:
            break
        total += job
    producer.join()
    return total
""",
    "turns between two threads": """
import threading
def answer(asked, answered):
    for n in range(ROUNDS):
        asked.acquire()
        answered.release()
def task(number):
    asked, answered = threading.Semaphore(0), threading.Semaphore(0)
    other = threading.Thread(target=answer, args=(asked, answered))
    other.start()
    for n in range(ROUNDS):
        asked.release()
        answered.acquire()
    other.join()
    return number
""",
    "lock of all threads": """
import threading
lock = threading.Lock()
counts = {"even": 0, "odd": 0}
def task(number):
    value = number
    for n in range(ROUNDS):
        value = (value * 75 + 74) % 65537
        with lock:
            counts["odd" if value % 2 else "even"] += 1
    return value
""",
    "lock of all threads, longer": """
import threading
lock = threading.Lock()
seen = {}
def task(number):
    value = number
    for n in range(ROUNDS):
        value = (value * 75 + 74) % 65537
        with lock:
            key = "key-%d" % (value % 100)
            seen[key] = seen.get(key, 0) + len(key)
    return value
""",
    "lock of all threads, three sums": """
import threading
lock = threading.Lock()
sums = {"values": 0, "squares": 0, "count": 0}
def task(number):
    value = number
    for n in range(ROUNDS):
        value = (value * 75 + 74) % 65537
        with lock:
            sums["values"] += value
            sums["squares"] += value * value
            sums["count"] += 1
    return value
""",
    "lock of all threads, a list": """
import threading
lock = threading.Lock()
rows = []
def task(number):
    value = number
    for n in range(ROUNDS):
        value = (value * 75 + 74) % 65537
        with lock:
            rows.append(value)
    return value
""",
    "lock of all threads, the largest": """
import threading
lock = threading.Lock()
found = {"largest": 0}
def task(number):
    value = number
    for n in range(ROUNDS):
        value = (value * 75 + 74) % 65537
        with lock:
            found["largest"] = max(found["largest"], value)
    return value
""",
    "lock of all threads, a loop": """
import threading
lock = threading.Lock()
digits = [0] * 10
def task(number):
    value = number
    for n in range(ROUNDS):
        value = (value * 75 + 74) % 65537
        with lock:
            rest = value
            while rest:
                digits[rest % 10] += 1
                rest //= 10
    return value
""",
    "lock of all threads, a method": """
import threading
class Account:
    def __init__(self):
        self.lock = threading.Lock()
        self.balance = 0
    def deposit(self, amount):
        with self.lock:
            self.balance += amount
account = Account()
def task(number):
    for n in range(ROUNDS):
        account.deposit(n % 10)
    return number
""",
    "event that is set": """
import threading
def task(number):
    ready = threading.Event()
    count = 0
    for n in range(ROUNDS):
        ready.set()
        if ready.wait(1):
            count += 1
        ready.clear()
    return count
""",
    "arrays added, 4,000 elements": """
import numpy as np
def task(number):
    first = np.ones(4_000)
    second = np.full(4_000, 2.0)
    result = np.empty(4_000)
    for n in range(ROUNDS):
        np.add(first, second, out=result)
    return result[0]
""",
    "arrays added, 30,000 elements": """
import numpy as np
def task(number):
    first = np.ones(30_000)
    second = np.full(30_000, 2.0)
    result = np.empty(30_000)
    for n in range(ROUNDS):
        np.add(first, second, out=result)
    return result[0]
""",
    "arrays multiplied, 100,000 elements": """
import numpy as np
def task(number):
    first = np.ones(100_000)
    result = np.empty(100_000)
    for n in range(ROUNDS):
        np.multiply(first, 1.5, out=result)
    return result[0]
""",
    "square roots of 10,000 elements": """
import numpy as np
def task(number):
    values = np.arange(10_000.0)
    total = 0.0
    for n in range(ROUNDS):
        total += np.sqrt(values)[5]
    return total
""",
    "arrays sorted, 5,000 elements": """
import numpy as np
def task(number):
    values = np.random.default_rng(number).random(5_000)
    total = 0.0
    for n in range(ROUNDS):
        total += np.sort(values)[0]
    return total
""",
    "systems of 40 equations": """
import numpy as np
def task(number):
    matrix = np.random.default_rng(number).random((40, 40))
    right = np.ones(40)
    total = 0.0
    for n in range(ROUNDS):
        total += np.linalg.solve(matrix, right)[0]
    return total
""",
    "folders listed": """
import os
import tempfile
FOLDER = tempfile.mkdtemp()
for name in range(10):
    open(os.path.join(FOLDER, str(name)), "w").close()
def task(number):
    total = 0
    for n in range(ROUNDS):
        total += len(os.listdir(FOLDER))
    return total
""",
}


def loaded(name, rounds):
    space = {"__name__": "program"}
    exec(compile(PROGRAMS[name].replace("ROUNDS", str(rounds)), name, "exec"), space)
    return space["task"]


def seconds(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def together(task, count):
    with ThreadPoolExecutor(count) as pool:
        list(pool.map(task, range(count)))


def measured(name):
    rounds = 1
    while True:
        task = loaded(name, rounds)
        task(0)
        took = seconds(lambda: task(0))
        if took >= SECONDS / 2:
            break
        rounds = max(rounds + 1, min(rounds * 10, int(rounds * SECONDS / took)))
    row = {"rounds": rounds}
    for count in THREADS:
        alone, parallel = [], []
        for _ in range(REPEATS):
            alone.append(seconds(lambda: list(map(task, range(count)))))
            parallel.append(seconds(lambda: together(task, count)))
        row["alone_us"] = round(statistics.median(alone) / count / rounds * 1e6, 2)
        row[f"speedup_{count}"] = round(statistics.median(alone) / statistics.median(parallel), 2)
        row[f"from_{count}"], row[f"to_{count}"] = (round(statistics.median(alone) / end(parallel), 2) for end in (max, min))
    return row


def control():
    data = b"x" * 2_000_000

    def task(number):
        for _ in range(10):
            hashlib.sha256(data)

    alone = min(seconds(lambda: list(map(task, range(2)))) for _ in range(3))
    return alone / min(seconds(lambda: together(task, 2)) for _ in range(3))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output")
    options.add_argument("--only", nargs="*")
    chosen = options.parse_args()
    python = platform.python_version() + ("" if getattr(sys, "_is_gil_enabled", lambda: True)() else "t")
    gain = control()
    if gain < 1.6:
        sys.exit("two threads with nothing in common are %.2f times as fast as one: the cores are not free" % gain)
    about = {"python": python, "cores": os.cpu_count(), "date": str(datetime.date.today())}
    rows = []
    for name in chosen.only or PROGRAMS:
        try:
            row = {"name": name, **measured(name), **about}
        except ImportError:
            continue
        rows.append(row)
        print(row, flush=True)
    if not chosen.output:
        return
    if os.path.exists(chosen.output):
        new = {row["name"] for row in rows}
        with open(chosen.output) as file:
            rows += [row for row in json.load(file)["rows"] if row["python"] != python or row["name"] not in new]
    rows.sort(key=lambda row: (row["python"], list(PROGRAMS).index(row["name"])))
    with open(chosen.output, "w") as file:
        file.write('{\n  "script": "test/measure/hand_overs.py",\n  "programs": ')
        file.write(json.dumps(PROGRAMS, indent=2).replace("\n", "\n  "))
        file.write(',\n  "rows": [\n' + ",\n".join("    " + json.dumps(row) for row in rows) + "\n  ]\n}\n")


if __name__ == "__main__":
    main()
