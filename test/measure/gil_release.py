"""What library calls do to the GIL, measured.

    python gil_release.py [--output record.json] [--busy] [--only NAME ...]     once per interpreter; all share one record

Four questions are asked of every call, while a second thread wants to run:

1. `gives_up`: does the call let go of the GIL by itself? The switch interval is set to 100 seconds, so nobody can ask for it; if the other
   thread runs before the call returns, the call released the GIL. This does not depend on how busy the machine is.
2. `held`: if so, for how much of the call does it keep it? With the same interval the other thread wakes every 0.1 milliseconds and notes
   the time; waits above half a millisecond count as held. A call that lets go for an instant and holds for the rest does not count as
   releasing. Only asked of calls of 2 milliseconds and more.
3. `interruptible`: if it holds, does it run bytecode? The interval is set to 50 microseconds; if the other thread runs before the call
   returns, the interpreter switched inside the call. Only asked of calls that take long enough (300 microseconds) to be asked to switch;
   of those of 2 milliseconds and more the other thread must be kept waiting for less than 85 % of the call (`held_when_asked`).
4. `share`: how much of its full speed does the other thread keep while the call is repeated, at the default interval (5 ms) and at 50
   microseconds? Needs two free cores; `free_cores` says how many there were, and below 1.6 the number means little.

Verdict: `releases` if it gives the GIL up for at least half of its time, `runs-python` if it can be interrupted, else `holds`.
`arguments` says what is known of the call's arguments in the words of the knowledge's conditions, so that a test can evaluate the entry;
`times`, how often the probe repeats the call; `ns` is for one, in processor time, or wall time if it mostly waits.
"""
import argparse
import json
import os
import platform
import sys
import tempfile
import threading
import time

for limit in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(limit, "1")

clock = time.perf_counter
COARSE, DEFAULT, FINE = 100.0, 0.005, 5e-5


def other_thread_runs_during(call, repeat):
    """Whether a thread that waits for the GIL gets it before the calls return."""
    gate, ready = threading.Lock(), threading.Event()
    gate.acquire()
    seen = []

    def waiter():
        ready.set()
        gate.acquire()
        seen.append(clock())

    thread = threading.Thread(target=waiter)
    thread.start()
    ready.wait()
    time.sleep(0.002)  # The waiter is inside `gate.acquire` now.
    gate.release()
    # A thread that was just woken needs some 50 microseconds until it waits for the GIL; it cannot take it, since nothing here releases it.
    end = clock() + 0.0005
    while clock() < end:
        pass
    started = clock()
    for _ in repeat:
        call()
    finished = clock()
    thread.join()
    return started <= seen[0] < finished


def held_share(call, seconds, interval):
    """The share of one call in which the other thread, which wakes every 0.1 milliseconds, waits for the GIL in pieces of half a millisecond
    and more; the least of some attempts. None for calls too short to be looked into.

    What counts is the calling thread's own processor time, so that a busy machine, which makes threads wait for a core, changes little; for
    calls that use none, such as a sleep with the GIL held, it is the time on the wall.
    """
    if seconds < 2e-3:
        return None
    caller = time.pthread_getcpuclockid(threading.get_ident())

    def now():
        return clock(), time.clock_gettime(caller)

    stop, stamps, least = [], [], 1.0

    def beat():
        while not stop:
            time.sleep(5e-5)
            stamps.append(now())

    sys.setswitchinterval(interval)
    try:
        thread = threading.Thread(target=beat)
        thread.start()
        for _ in range(15 if seconds < 0.05 else 4):
            time.sleep(0.002)
            del stamps[:]
            started = now()
            result = call()  # Kept, so that freeing a large result does not count as part of the call.
            finished = now()
            marks = [started] + [stamp for stamp in stamps if started < stamp < finished] + [finished]
            axis = 1 if finished[1] - started[1] > 0.2 * seconds else 0
            gaps = [later[axis] - earlier[axis] for earlier, later in zip(marks, marks[1:])]
            least = min(least, sum(gap for gap in gaps if gap > 5e-4) / (finished[axis] - started[axis]))
            del result
        stop.append(True)
        thread.join()
    finally:
        sys.setswitchinterval(DEFAULT)
    return round(least, 2)


def gives_up(call, seconds):
    sys.setswitchinterval(COARSE)
    try:
        repeat = [None] * max(1, min(2000, int(0.03 / max(seconds, 1e-7))))
        return any(other_thread_runs_during(call, repeat) for _ in range(5))
    finally:
        sys.setswitchinterval(DEFAULT)


def interruptible(call, seconds):
    if seconds < 3e-4:
        return None
    sys.setswitchinterval(FINE)
    try:
        hits = 0
        for _ in range(9):
            # The request is made 50 microseconds after the waiter began to wait; the call must have begun by then.
            hits += other_thread_runs_inside(call)
        return hits >= 5
    finally:
        sys.setswitchinterval(DEFAULT)


def other_thread_runs_inside(call):
    """As above, but the waiter is let go by the call's own thread at the last moment, so that its request falls into the call."""
    gate, ready = threading.Lock(), threading.Event()
    gate.acquire()
    seen = []

    def waiter():
        ready.set()
        gate.acquire()
        seen.append(clock())

    thread = threading.Thread(target=waiter)
    thread.start()
    ready.wait()
    time.sleep(0.002)
    started = clock()
    gate.release()
    result = call()  # Kept, so that freeing a large result does not count as part of the call.
    finished = clock()
    thread.join()
    del result
    # A held call lets the waiter in at its end only, within the last instants before `finished` is read.
    return started <= seen[0] < started + 0.8 * (finished - started)


def counting_rate(seconds):
    count, start = 0, clock()
    while True:
        for _ in range(200):
            count += 1
        now = clock()
        if now - start >= seconds:
            return count / (now - start)


def share(call, interval, seconds):
    """What fraction of its full speed a counting thread keeps while another repeats the call."""
    alone = counting_rate(0.03)
    stop, started = [], threading.Event()

    def repeat():
        started.set()
        while not stop:
            call()

    sys.setswitchinterval(interval)
    try:
        thread = threading.Thread(target=repeat)
        thread.start()
        started.wait()
        beside = counting_rate(min(0.4, max(0.08, 5 * seconds)))
        stop.append(True)
    finally:
        sys.setswitchinterval(DEFAULT)
    thread.join()
    return round(beside / max(alone, counting_rate(0.02)), 2)


def free_cores():
    import hashlib

    block = bytes(8 << 20)

    def work():
        hashlib.sha256(block).digest()

    start = clock()
    work()
    alone = clock() - start
    threads = [threading.Thread(target=work) for _ in range(2)]
    start = clock()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return round(2 * alone / (clock() - start), 2)


def duration(call):
    """Seconds of one call, the least of some: of the processor, or, for a call that mostly waits, of the wall."""
    call()
    wall, processor, total, runs = 1e9, 1e9, 0.0, 0
    while total < 0.04 or runs < 4:
        used = time.thread_time()
        start = clock()
        call()
        took = clock() - start
        used = time.thread_time() - used
        wall, processor = min(wall, took), min(processor, used)
        total += took
        runs += 1
        if runs > 20000:
            break
    return processor if wall > 1e-4 and processor > 0.2 * wall else wall


def wait_for_cores():
    """Until two cores are free, but not for long; how many were."""
    for _ in range(5):
        free = free_cores()
        if free >= 1.6:
            return free
        time.sleep(0.2)
    return free


def probe(call, times):
    before = wait_for_cores()
    seconds = duration(call)
    voluntary = gives_up(call, seconds)
    held = held_share(call, seconds, COARSE) if voluntary else None
    releases = voluntary and (held is None or held < 0.5)
    held_when_asked = None if releases else held_share(call, seconds, FINE)
    inside = None if releases else interruptible(call, seconds) if held_when_asked is None else held_when_asked < 0.85
    return {
        "ns": round(seconds * 1e9 / times),
        "gives_up": voluntary,
        "held": held,
        "held_when_asked": held_when_asked,
        "interruptible": inside,
        "verdict": "releases" if releases else "runs-python" if inside else "holds",
        "share": share(call, DEFAULT, seconds),
        "share_50us": share(call, FINE, seconds),
        "free_cores": min(before, free_cores()),
    }


def calls():
    """Yields (entry, size, arguments, call). The entry is the knowledge's name for what is called."""
    import array, ast, base64, binascii, bisect, bz2, collections, copy, csv, datetime, decimal, difflib, fractions, functools, gzip, hashlib
    import heapq, hmac, html, io, itertools, lzma, marshal, math, pickle, queue, random, re, select, shutil, socket, sqlite3, statistics, string
    import struct, subprocess, textwrap, tokenize, unicodedata, urllib.parse, zlib
    import ctypes
    import xml.etree.ElementTree as ElementTree

    rnd = random.Random(1)
    block = bytes(rnd.getrandbits(8) for _ in range(1 << 16)) * 16
    small = block[:64]
    text = "lorem ipsum dolor sit amet 12345 foo@bar.com & <b>\n" * 20000
    rows = [{"id": i, "name": "user%d" % i, "value": i * 0.37, "tags": ["a", "b"]} for i in range(10000)]
    document = json.dumps(rows)
    numbers = [rnd.random() for _ in range(200000)]
    integers = list(range(300000))
    words = text.split()
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "data")
    with open(path, "wb") as file:
        file.write(block * 8)
    sizes = lambda *values: {"positional": [{"bytes": len(value)} for value in values]}
    items = lambda *values: {"positional": [{"elements": len(value)} for value in values]}
    on = lambda value, *rest, **more: {"receiver": {"bytes": len(value)}, "positional": list(rest), **more}
    nothing = {}  # What it is given does not matter, or cannot be said in these words.

    for name in ("md5", "sha1", "sha256", "sha512", "blake2b", "sha3_256"):
        make = getattr(hashlib, name)
        yield "hashlib." + name, "1 MiB", sizes(block), lambda make=make: make(block)
    yield "hashlib.sha256", "64 B", sizes(small), lambda: hashlib.sha256(small)
    yield "hashlib.sha256", "2047 B", sizes(block[:2047]), lambda part=block[:2047]: hashlib.sha256(part)
    yield "hashlib.sha256", "2048 B", sizes(block[:2048]), lambda part=block[:2048]: hashlib.sha256(part)
    running = hashlib.sha256()
    yield "hashlib.HASH.update", "1 MiB", sizes(block), lambda: running.update(block)
    yield "hashlib.pbkdf2_hmac", "20000 rounds", nothing, lambda: hashlib.pbkdf2_hmac("sha256", b"p", b"s", 20000)
    yield "hashlib.scrypt", "n=4096", nothing, lambda: hashlib.scrypt(b"p", salt=b"s", n=4096, r=8, p=1)
    yield "hmac.digest", "1 MiB", {"positional": [{}, {"bytes": len(block)}]}, lambda: hmac.digest(b"key", block, "sha256")
    yield "zlib.compress", "1 MiB", sizes(block), lambda: zlib.compress(block)
    yield "zlib.compress", "64 B", sizes(small), lambda: zlib.compress(small)
    packed = zlib.compress(document.encode())
    yield "zlib.decompress", "%d B" % len(packed), sizes(packed), lambda: zlib.decompress(packed)
    yield "zlib.crc32", "1 MiB", sizes(block), lambda: zlib.crc32(block)
    yield "zlib.crc32", "64 B", sizes(small), lambda: zlib.crc32(small)
    yield "zlib.adler32", "1 MiB", sizes(block), lambda: zlib.adler32(block)
    yield "binascii.crc32", "1 MiB", sizes(block), lambda: binascii.crc32(block)
    part = document.encode()[:200000]
    yield "bz2.compress", "200 KB", sizes(part), lambda: bz2.compress(part)
    bzipped = bz2.compress(part)
    yield "bz2.decompress", "%d B" % len(bzipped), sizes(bzipped), lambda: bz2.decompress(bzipped)
    yield "lzma.compress", "200 KB", sizes(part), lambda: lzma.compress(part, preset=1)
    xzipped = lzma.compress(part)
    yield "lzma.decompress", "%d B" % len(xzipped), sizes(xzipped), lambda: lzma.decompress(xzipped)
    yield "gzip.compress", "200 KB", sizes(part), lambda: gzip.compress(part)
    yield "base64.b64encode", "1 MiB", sizes(block), lambda: base64.b64encode(block)
    yield "base64.b64decode", "1.4 MB", sizes(base64.b64encode(block)), lambda coded=base64.b64encode(block): base64.b64decode(coded)
    yield "binascii.hexlify", "1 MiB", sizes(block), lambda: binascii.hexlify(block)

    yield "re.findall", "1 MB", {"positional": [{}, {"bytes": len(text)}]}, lambda: re.findall(r"[\w.]+@[\w.]+", text)
    pattern = re.compile(r"[\w.]+@[\w.]+")
    yield "re.Pattern.findall", "1 MB", sizes(text), lambda: pattern.findall(text)
    yield "re.Pattern.sub", "1 MB", {"positional": [{"literal": "x", "type": "builtins.str"}, {"bytes": len(text)}]}, lambda: pattern.sub("x", text)
    backtracking = re.compile(r"(a+)+b")
    yield "re.Pattern.search", "21 characters, backtracking", sizes("a" * 21), lambda: backtracking.search("a" * 21)
    yield "re.Pattern.split", "1 MB", sizes(text), lambda splitter=re.compile(r"\s+"): splitter.split(text)
    yield "json.dumps", "10000 dicts", {"positional": [{}], "keywords": []}, lambda: json.dumps(rows)
    yield "json.loads", "%d B" % len(document), sizes(document), lambda: json.loads(document)
    yield "pickle.dumps", "10000 dicts", nothing, lambda: pickle.dumps(rows)
    pickled = pickle.dumps(rows)
    yield "pickle.loads", "%d B" % len(pickled), sizes(pickled), lambda: pickle.loads(pickled)
    yield "marshal.dumps", "10000 dicts", nothing, lambda: marshal.dumps(rows)
    yield "copy.deepcopy", "1000 dicts", nothing, lambda: copy.deepcopy(rows[:1000])
    lines = ["a,b,%d,1.5\n" % i for i in range(20000)]
    yield "csv.writer.writerows", "20000 rows", nothing, lambda: csv.writer(io.StringIO()).writerows([[1, "a", 2.5]] * 20000)
    yield "struct.unpack", "1 MiB", {"positional": [{}, {"bytes": len(block)}]}, lambda: struct.unpack("%di" % (len(block) // 4), block)
    source = "\n".join("def f%d(a, b=%d):\n    return [a + b for x in range(a)]" % (i, i) for i in range(400))
    yield "ast.parse", "%d B" % len(source), sizes(source), lambda: ast.parse(source)
    yield "builtins.compile", "%d B" % len(source), sizes(source), lambda: compile(source, "x", "exec")
    tree = ast.parse(source)
    yield "ast.walk", "%d B" % len(source), nothing, lambda: collections.deque(ast.walk(tree), 0)
    yield "tokenize.generate_tokens", "%d B" % len(source), nothing, lambda: collections.deque(tokenize.generate_tokens(io.StringIO(source).readline), 0)
    noise = "".join(rnd.choice("abcdef") for _ in range(2000))
    yield "difflib.SequenceMatcher.ratio", "2 × 1000 characters", nothing, lambda: difflib.SequenceMatcher(None, noise[:1000], noise[1000:], False).ratio()
    yield "difflib.unified_diff", "2 × 2000 lines", nothing, lambda: list(difflib.unified_diff(lines[:4000:2], lines[:6000:3]))
    yield "textwrap.fill", "50 KB", sizes(text[:50000]), lambda: textwrap.fill(text[:50000])
    yield "html.escape", "1 MB", sizes(text), lambda: html.escape(text)
    yield "unicodedata.normalize", "1 MB", {"positional": [{}, {"bytes": 2 * len(text)}]}, lambda accented=text.replace("o", "\u00f6"): unicodedata.normalize("NFKD", accented)
    markup = "<r>" + "<i a='1'>text</i>" * 20000 + "</r>"
    yield "xml.etree.ElementTree.fromstring", "%d B" % len(markup), sizes(markup), lambda: ElementTree.fromstring(markup)
    element = ElementTree.fromstring(markup)
    yield "xml.etree.ElementTree.tostring", "20000 elements", nothing, lambda: ElementTree.tostring(element)
    yield "urllib.parse.quote", "150 KB", sizes(text[:150000]), lambda: urllib.parse.quote(text[:150000])

    yield "builtins.sorted", "200000 floats", {**items(numbers), "keywords": []}, lambda: sorted(numbers)
    yield "builtins.sorted", "200000 floats, key=lambda", {**items(numbers), "keywords": [{"name": "key", "value": {"callback": "python"}}]}, lambda: sorted(numbers, key=lambda x: -x)
    yield "builtins.list.sort", "200000 floats", {"receiver": {"elements": len(numbers)}, "positional": [], "keywords": []}, lambda: numbers[:].sort()
    yield "builtins.sum", "300000 ints", items(integers), lambda: sum(integers)
    yield "builtins.max", "300000 ints", {**items(integers), "keywords": []}, lambda: max(integers)
    yield "builtins.min", "300000 ints, key=lambda", {**items(integers), "keywords": [{"name": "key", "value": {"callback": "python"}}]}, lambda: min(integers, key=lambda x: -x)
    yield "builtins.any", "300000 ints", items(integers), lambda zeros=[0] * 300000: any(zeros)
    yield "builtins.list", "1000000 of range", nothing, lambda: list(range(1000000))
    yield "builtins.set", "300000 ints", items(integers), lambda: set(integers)
    yield "builtins.dict", "300000 pairs", nothing, lambda pairs=[(i, i) for i in integers]: dict(pairs)
    yield "builtins.str.split", "1 MB", {"receiver": {"bytes": len(text)}, "positional": []}, lambda: text.split()
    yield "builtins.str.join", "%d words" % len(words), items(words), lambda: " ".join(words)
    yield "builtins.str.replace", "8 MB", {"receiver": {"bytes": 8 * len(text)}}, lambda long=text * 8: long.replace("o", "0")
    yield "builtins.str.encode", "1 MB", {"receiver": {"bytes": 8 * len(text)}}, lambda accented=(text.replace("o", "\u00f6") * 8): accented.encode()
    yield "builtins.bytes.decode", "1 MB", {"receiver": {"bytes": 8 * len(text)}}, lambda coded=(text.replace("o", "\u00f6") * 8).encode(): coded.decode()
    yield "builtins.int", "4000 digits", sizes("7" * 4000), lambda digits="7" * 4000: int(digits)
    yield "builtins.pow", "2000 bits, modulus", nothing, lambda n=(1 << 2000) - 1: pow(3, n, n - 2)
    yield "math.factorial", "20000", nothing, lambda: math.factorial(20000)
    yield "math.fsum", "200000 floats", items(numbers), lambda: math.fsum(numbers)
    yield "statistics.mean", "20000 floats", items(numbers[:20000]), lambda: statistics.mean(numbers[:20000])
    yield "statistics.stdev", "5000 floats", items(numbers[:5000]), lambda: statistics.stdev(numbers[:5000])
    precise = decimal.Context(prec=20000)
    yield "decimal.Decimal.sqrt", "20000 digits", nothing, lambda: decimal.Decimal(2).sqrt(precise)
    yield "fractions.Fraction.__add__", "298 sums", {"times": 298}, lambda: functools.reduce(lambda a, b: a + b, [fractions.Fraction(1, i) for i in range(1, 300)])
    yield "random.shuffle", "20000", {"positional": [{"elements": 20000}]}, lambda part=integers[:20000]: random.shuffle(part)
    yield "random.sample", "20000", nothing, lambda: random.sample(integers, 20000)
    yield "random.choices", "20000", nothing, lambda: random.choices(integers, k=20000)
    yield "collections.Counter", "%d words" % len(words), items(words), lambda: collections.Counter(words)
    yield "heapq.heapify", "200000 floats", items(numbers), lambda: heapq.heapify(numbers[:])
    yield "itertools.permutations", "9 of 9 items, consumed in C", nothing, lambda: collections.deque(itertools.permutations(range(9)), 0)
    yield "functools.reduce", "300000 ints, operator.add", {"positional": [{"callback": "native"}, {"elements": 300000}]}, lambda: functools.reduce(int.__add__, integers)
    yield "datetime.datetime.strptime", "a date", {"times": 500}, lambda: [datetime.datetime.strptime("2026-11-21", "%Y-%m-%d") for _ in range(500)]
    import gc
    many = [[] for _ in range(300000)]
    yield "gc.collect", "300000 lists", nothing, lambda: gc.collect() and len(many)

    yield "time.sleep", "5 ms", {"positional": [{"literal": 0.005}]}, lambda: time.sleep(0.005)
    yield "time.sleep", "0", {"positional": [{"literal": 0}]}, lambda: time.sleep(0)
    yield "os.urandom", "1 MiB", nothing, lambda: os.urandom(1 << 20)
    yield "os.stat", "a file", nothing, lambda: os.stat(path)
    yield "os.listdir", "a folder", nothing, lambda: os.listdir(folder)
    yield "os.getpid", "", nothing, lambda: os.getpid()
    raw = os.open(path, os.O_RDONLY)
    yield "os.pread", "1 MiB", nothing, lambda: os.pread(raw, 1 << 20, 0)
    yield "builtins.open", "a file", nothing, lambda: open(path, "rb").close()
    reader = open(path, "rb")
    yield "io.BufferedReader.read", "8 MiB", nothing, lambda: (reader.seek(0), reader.read())
    yield "shutil.copyfile", "8 MiB", nothing, lambda: shutil.copyfile(path, path + "2")
    yield "os.fsync", "a file", nothing, lambda: os.fsync(raw)
    yield "subprocess.run", "true", nothing, lambda: subprocess.run(["true"])
    ours, theirs = socket.socketpair()
    ours.settimeout(0.005)

    def receive_nothing():
        try:
            ours.recv(1)
        except OSError:
            pass

    yield "socket.socket.recv", "nothing for 5 ms", nothing, receive_nothing
    yield "socket.socket.send", "1 B", nothing, lambda: (theirs.send(b"x"), ours.recv(1))
    yield "select.select", "5 ms", nothing, lambda: select.select([], [], [], 0.005)
    yield "socket.getaddrinfo", "localhost", nothing, lambda: socket.getaddrinfo("localhost", 80)
    lock = threading.Lock()
    yield "threading.Lock.acquire", "free", nothing, lambda: (lock.acquire(), lock.release())
    event = threading.Event()
    yield "threading.Event.wait", "5 ms", nothing, lambda: event.wait(0.005)
    empty = queue.Queue()

    def wait_for_nothing():
        try:
            empty.get(timeout=0.005)
        except queue.Empty:
            pass

    yield "queue.Queue.get", "nothing for 5 ms", nothing, wait_for_nothing
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute("create table t(a integer, b text)")
    database.executemany("insert into t values(?, ?)", [(i, "x%d" % i) for i in range(50000)])
    yield "sqlite3.Connection.execute", "a sum of 50000 rows", nothing, lambda: database.execute("select sum(a * 3) from t").fetchone()
    yield "sqlite3.Cursor.fetchall", "50000 rows", nothing, lambda: database.execute("select * from t").fetchall()
    library = ctypes.CDLL(None)
    yield "ctypes.CDLL.usleep", "2 ms", nothing, lambda: library.usleep(2000)
    python_library = ctypes.PyDLL(None)
    yield "ctypes.PyDLL.usleep", "2 ms", nothing, lambda: python_library.usleep(2000)
    yield "array.array.frombytes", "8 MiB", sizes(block * 8), lambda long=block * 8: array.array("d").frombytes(long)
    yield "builtins.bytes.join", "8 items of 1 MiB", nothing, lambda parts=[block] * 8: b"".join(parts)
    yield "builtins.bytes.join", "100 items of 64 B", nothing, lambda parts=[small] * 100: b"".join(parts)
    yield "string.Template.substitute", "100 KB", nothing, lambda template=string.Template("$a and $b\n" * 10000): template.substitute(a=1, b=2)
    yield "bisect.insort", "100000 floats", {"positional": [{"elements": 100000}, {}]}, lambda ordered=sorted(numbers[:100000]): bisect.insort(ordered, 0.5)
    yield "functools.reduce", "100000 ints, lambda", {"positional": [{"callback": "python"}, {"elements": 100000}]}, lambda: functools.reduce(lambda a, b: a ^ b, integers[:100000])
    yield "builtins.map", "100000 ints, lambda", {"positional": [{"callback": "python"}, {"elements": 100000}]}, lambda: collections.deque(map(lambda x: x, integers[:100000]), 0)
    yield "builtins.map", "300000 ints, float", {"positional": [{"callback": "native"}, {"elements": 300000}]}, lambda: collections.deque(map(float, integers), 0)
    yield "csv.reader", "20000 lines, consumed in C", nothing, lambda: collections.deque(csv.reader(lines), 0)
    yield "io.StringIO.write", "8 MB", sizes(text * 8), lambda long=text * 8: io.StringIO(" ").write(long)
    import mmap

    mapped_file = open(path, "r+b")
    mapped = mmap.mmap(mapped_file.fileno(), 0)
    yield "mmap.mmap.find", "8 MiB, absent", nothing, lambda: mapped.find(b"no such bytes here")
    yield from third_party(document, text, block, numbers)
    shutil.rmtree(folder, ignore_errors=True)


def third_party(document, text, block, numbers):
    """The packages that happen to be installed."""
    sizes = lambda *values: {"positional": [{"bytes": len(value)} for value in values]}
    try:
        import numpy
    except ImportError:
        pass
    else:
        floats, few = numpy.random.default_rng(1).random(1000000), numpy.ones(100)
        square = floats[:250000].reshape(500, 500)
        objects = numpy.array([object()] * 10 + list(range(500000)), dtype=object)[10:]
        array = lambda value: {"elements": value.size, "bytes": value.nbytes, "dtype": "object" if value.dtype == object else "number"}
        yield "numpy.add", "1000000 floats", {"positional": [array(floats), array(floats)]}, lambda: numpy.add(floats, floats)
        yield "numpy.add", "100 floats", {"positional": [array(few), array(few)]}, lambda: numpy.add(few, few)
        yield "numpy.add", "500000 objects", {"positional": [array(objects), array(objects)]}, lambda: numpy.add(objects, objects)
        yield "numpy.sin", "1000000 floats", {"positional": [array(floats)]}, lambda: numpy.sin(floats)
        yield "numpy.sum", "1000000 floats", {"positional": [array(floats)]}, lambda: numpy.sum(floats)
        yield "numpy.sort", "1000000 floats", {"positional": [array(floats)]}, lambda: numpy.sort(floats)
        yield "numpy.sort", "500000 objects", {"positional": [array(objects)]}, lambda: numpy.sort(objects)
        yield "numpy.ndarray.sort", "1000000 floats", {"receiver": array(floats), "positional": []}, lambda: floats.copy().sort()
        yield "numpy.dot", "500 × 500", {"positional": [array(square), array(square)]}, lambda: numpy.dot(square, square)
        yield "numpy.matmul", "500 × 500", {"positional": [array(square), array(square)]}, lambda: numpy.matmul(square, square)
        yield "numpy.linalg.svd", "200 × 200", {"positional": [array(square[:200, :200])]}, lambda: numpy.linalg.svd(square[:200, :200])
        yield "numpy.linalg.inv", "500 × 500", {"positional": [array(square)]}, lambda: numpy.linalg.inv(square)
        yield "numpy.fft.fft", "1000000 floats", {"positional": [array(floats)]}, lambda: numpy.fft.fft(floats)
        yield "numpy.array", "200000 Python floats", {"positional": [{"elements": 200000, "type": "builtins.list"}]}, lambda: numpy.array(numbers)
        yield "numpy.ndarray.tolist", "1000000 floats", {"receiver": array(floats), "positional": []}, lambda: floats.tolist()
        yield "numpy.where", "1000000 floats", {"positional": [{"elements": 1000000, "dtype": "bool"}, array(floats), array(floats)]}, lambda: numpy.where(floats > 0.5, floats, floats)
        yield "numpy.concatenate", "2 × 1000000 floats", {"positional": [{}]}, lambda: numpy.concatenate([floats, floats])
        yield "numpy.random.Generator.random", "1000000 floats", {"positional": [{"literal": 1000000}]}, lambda generator=numpy.random.default_rng(): generator.random(1000000)
        yield "numpy.vectorize.__call__", "100000 floats", {"positional": [array(floats[:100000])]}, lambda function=numpy.vectorize(lambda x: x + 1): function(floats[:100000])
        yield "numpy.loadtxt", "20000 lines", {}, lambda lines=["1.5 2.5"] * 20000: numpy.loadtxt(lines)
    try:
        import pandas
    except ImportError:
        pass
    else:
        import io as memory

        frame = pandas.DataFrame({"key": [i % 100 for i in range(300000)], "value": [float(i) for i in range(300000)]})
        table = frame[:20000].to_csv(index=False)
        yield "pandas.core.groupby.DataFrameGroupBy.sum", "300000 rows", {}, lambda: frame.groupby("key").sum()
        yield "pandas.DataFrame.sort_values", "300000 rows", {}, lambda: frame.sort_values("value")
        yield "pandas.read_csv", "20000 rows", {"positional": [{}], "keywords": []}, lambda: pandas.read_csv(memory.StringIO(table))
        yield "pandas.DataFrame.to_csv", "20000 rows", {}, lambda: frame[:20000].to_csv()
        yield "pandas.Series.apply", "100000 rows, lambda", {"positional": [{"callback": "python"}]}, lambda: frame["value"][:100000].apply(lambda x: x + 1)
        yield "pandas.DataFrame.iterrows", "1000 rows", {}, lambda: [None for _ in frame[:1000].iterrows()]
    try:
        from PIL import Image, ImageFilter
    except ImportError:
        pass
    else:
        import io as memory

        picture = Image.effect_noise((1000, 1000), 50).convert("RGB")
        jpeg = memory.BytesIO()
        picture.save(jpeg, "JPEG")
        yield "PIL.Image.Image.resize", "1000 × 1000", {}, lambda: picture.resize((500, 500), Image.LANCZOS)
        yield "PIL.Image.Image.filter", "1000 × 1000, GaussianBlur", {"positional": [{"type": "PIL.ImageFilter.GaussianBlur"}]}, lambda: picture.filter(ImageFilter.GaussianBlur(3))
        yield "PIL.Image.Image.filter", "300 × 300, MedianFilter", {"positional": [{"type": "PIL.ImageFilter.MedianFilter"}]}, lambda part=picture.crop((0, 0, 300, 300)): part.filter(ImageFilter.MedianFilter(5))
        yield "PIL.Image.Image.convert", "1000 × 1000", {}, lambda: picture.convert("L")
        yield "PIL.Image.Image.load", "JPEG 1000 × 1000", {}, lambda: Image.open(memory.BytesIO(jpeg.getvalue())).load()
    for name, compress in (("zstandard", "ZstdCompressor"), ("lz4", "")):
        try:
            module = __import__(name + (".frame" if name == "lz4" else ""))
        except ImportError:
            continue
        data = document.encode()
        if name == "zstandard":
            compressor, packed = module.ZstdCompressor(), module.ZstdCompressor().compress(data)
            yield "zstandard.ZstdCompressor.compress", "%d B" % len(data), sizes(data), lambda compressor=compressor: compressor.compress(data)
            yield "zstandard.ZstdDecompressor.decompress", "%d B" % len(packed), sizes(packed), lambda module=module, packed=packed: module.ZstdDecompressor().decompress(packed)
        else:
            packed = module.frame.compress(data)
            yield "lz4.frame.compress", "%d B" % len(data), sizes(data), lambda module=module: module.frame.compress(data)
            yield "lz4.frame.decompress", "%d B" % len(packed), sizes(packed), lambda module=module, packed=packed: module.frame.decompress(packed)
    for name in ("orjson", "ujson"):
        try:
            module = __import__(name)
        except ImportError:
            continue
        value = json.loads(document)
        yield name + ".dumps", "10000 dicts", {}, lambda module=module, value=value: module.dumps(value)
        yield name + ".loads", "%d B" % len(document), sizes(document), lambda module=module: module.loads(document)
    try:
        from lxml import etree
    except ImportError:
        pass
    else:
        markup = "<r>" + "<i a='1'>text</i>" * 20000 + "</r>"
        tree = etree.fromstring(markup)
        yield "lxml.etree.fromstring", "%d B" % len(markup), sizes(markup), lambda: etree.fromstring(markup)
        yield "lxml.etree.tostring", "20000 elements", {}, lambda: etree.tostring(tree)
    try:
        import bcrypt
    except ImportError:
        pass
    else:
        yield "bcrypt.hashpw", "cost 5", {}, lambda salt=bcrypt.gensalt(5): bcrypt.hashpw(b"password", salt)
    try:
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        import cryptography
    except ImportError:
        pass
    else:
        version = cryptography.__version__
        yield "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key", "2048 bits", {"packageVersion": version}, lambda: rsa.generate_private_key(65537, 2048)
        cipher = AESGCM(bytes(32))
        yield "cryptography.hazmat.primitives.ciphers.aead.AESGCM.encrypt", "1 MiB", {"positional": [{}, {"bytes": len(block)}], "packageVersion": version}, lambda: cipher.encrypt(bytes(12), block, None)
    try:
        import regex
    except ImportError:
        pass
    else:
        pattern = regex.compile(r"[\w.]+@[\w.]+")
        yield "regex.findall", "200 KB", {"positional": [{}, {"bytes": 200000, "type": "builtins.str"}]}, lambda part=text[:200000]: regex.findall(r"[\w.]+@[\w.]+", part)
        yield "regex.Pattern.findall", "200 KB", {"positional": [{"bytes": 200000, "type": "builtins.str"}]}, lambda part=text[:200000]: pattern.findall(part)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", help="JSON record; rows of an earlier run stay unless they are measured again with as many free cores")
    options.add_argument("--busy", action="store_true", help="measure only what the record lacks or what was measured while a core was busy")
    options.add_argument("--only", nargs="*", help="entries to probe")
    arguments = options.parse_args()
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        raise SystemExit("This build has no GIL to measure.")
    record = {}
    if arguments.output and os.path.exists(arguments.output):
        with open(arguments.output) as file:
            record = {(row["entry"], row["size"], row["python"]): row for row in json.load(file)["rows"]}
    for entry, size, known, call in calls():
        key = (entry, size, platform.python_version())
        before = record.get(key)
        if arguments.only and entry not in arguments.only or arguments.busy and before and before["free_cores"] >= 1.5:
            continue
        try:
            result = probe(call, known.get("times", 1))
        except Exception as error:
            print("%-44s %-24s failed: %r" % (entry, size, error), file=sys.stderr)
            continue
        row = {"entry": entry, "python": platform.python_version(), "size": size, "arguments": known, **result}
        if before is None or before["free_cores"] <= row["free_cores"]:
            record[key] = row
        print("%-44s %-24s %10d ns  %-12s share %.2f, %.2f" % (entry, size, row["ns"], row["verdict"], row["share"], row["share_50us"]), flush=True)
        if arguments.output:
            write(arguments.output, record)


def write(path, record):
    from datetime import date

    with open(path, "w") as file:
        file.write('{\n  "script": "test/measure/gil_release.py",\n  "date": "%s",\n  "rows": [\n' % date.today())
        file.write(",\n".join("    " + json.dumps(record[key], ensure_ascii=False) for key in sorted(record)))
        file.write("\n  ]\n}\n")


if __name__ == "__main__":
    main()
