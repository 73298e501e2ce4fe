#!/usr/bin/env python3
"""What constructs, library calls and hand-overs cost on the interpreter that runs this: JSON, nanoseconds, [low, likely, high].

usage: PYTHON operation_costs.py [--part operations|bulk|hand-over] [--only BULK-PREFIX] [--quick] > costs.json        (about two minutes)

A construct is written ten times into a loop, and the time of the same loop with `pass` is taken off. Everything is measured in several
passes, minutes apart on a shared machine, because a virtual core may run at half its speed for seconds. low and likely are the least and
the lower quartile of all repeats, since disturbance only ever adds; high is the third quartile. Works on CPython 3.8 to 3.15, free-threaded builds and PyPy; standard library only.
The file behind server/src/estimate/costs/operation-costs.json, which collect_operation_costs.py joins from its outputs.
"""
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../server/src/cli/calibration"))
from constructs import CONSTRUCTS, PRELUDE, build, records, rounds_for, spread, text_data

PERF = time.perf_counter_ns
# Processor time of this process: other programs on the machine take turns with it, but their turns are not counted.
CPU = time.process_time_ns
QUICK = "--quick" in sys.argv
ONLY = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""


def spread_of(*three):
    return [round(max(0.0, value), 2) for value in sorted(three)]


# ---------------------------------------------------------------------------------------------------------------- constructs


def constructs():
    names, results, timers = {}, {}, {}
    exec(PRELUDE, names)
    for name, (setup, statement, units) in CONSTRUCTS.items():
        copies = 10 if units == 1 else 1
        try:
            function = build(names, setup, statement, copies, CPU)
            rounds = rounds_for(function, 5_000_000)
            timers[name] = (function, build(names, setup, "pass", 1, CPU), min(rounds, 300000) if name == "listPop" else rounds, copies * units)
        except Exception as problem:  # a construct that this version lacks
            print(name, problem, file=sys.stderr)
    measured = {name: [] for name in timers}
    for _ in range(2 if QUICK else 5):
        for name, (function, empty, rounds, units) in timers.items():
            for _ in range(3):
                measured[name].append((function(rounds) / rounds / units, empty(rounds) / rounds / units))
    for name, pairs in measured.items():
        with_it, bare = spread([pair[0] for pair in pairs], 4), spread([pair[1] for pair in pairs], 4)
        results[name] = spread_of(with_it[0] - bare[0], with_it[1] - bare[1], with_it[2] - bare[1])
    results["awaitCoroutine"] = coroutine_cost(5 if QUICK else 15)
    return results


def coroutine_cost(repeats):
    import asyncio

    async def inner():
        pass

    async def outer(n):
        start = CPU()
        for _ in range(n):
            await inner()
        return (CPU() - start) / n

    return spread([asyncio.run(outer(20000)) for _ in range(repeats)])


# ---------------------------------------------------------------------------------------------------------------- library calls


def bulk():
    """fixedNs and nsPerUnit from two sizes; the unit is named."""
    import random

    text = text_data(1 << 20)
    data = text.encode()
    noise = random.Random(3).getrandbits(8 << 20).to_bytes(1 << 20, "little")
    chooser = random.Random(4)
    floats = [chooser.random() for _ in range(100000)]
    ints = [chooser.randrange(1 << 30) for _ in range(100000)]
    strings = ["key%d" % chooser.randrange(1 << 20) for _ in range(100000)]
    results, points_of = {}, {}

    def add(name, unit, make, small, large, clock=CPU):
        """make(size) returns (call, units)."""
        if ONLY and not name.startswith(ONLY):
            return
        points = points_of.setdefault(name, [])
        for number, size in enumerate((small, large)):
            call, units = make(size)
            call()
            start = clock()
            call()
            once = max(1, clock() - start)
            rounds = max(1, min(20000, int(3_000_000 / once)))
            if len(points) == number:
                points.append((units, []))
            for _ in range(3):
                start = clock()
                for _ in range(rounds):
                    call()
                points[number][1].append((clock() - start) / rounds)
        (units0, small_times), (units1, large_times) = [(units, spread(times)) for units, times in points]
        slope = [max(0.0, large_times[i] - (small_times[i] if units1 < 50 * units0 else 0)) / (units1 - units0 if units1 < 50 * units0 else units1) for i in range(3)]
        fixed = [max(0.0, small_times[i] - slope[1] * units0) for i in range(3)]
        results[name] = {"unit": unit, "fixedNs": [round(v, 1) for v in sorted(fixed)], "nsPerUnit": [round(v, 4) for v in sorted(slope)]}

    for _ in range(1 if QUICK else 4):
        bulk_pass(add, text, data, noise, chooser, floats, ints, strings)
    return results


def bulk_pass(add, text, data, noise, chooser, floats, ints, strings):
    import base64, bz2, copy, csv, gzip, hashlib, io, json, lzma, math, pickle, re, statistics, struct, zlib

    def over_bytes(function, source=data):
        def make(size):
            piece = source[:size]
            return (lambda: function(piece)), size
        return make

    for algorithm in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
        make_hash = getattr(hashlib, algorithm)
        add("hashlib." + algorithm, "input byte", over_bytes(lambda piece, h=make_hash: h(piece).digest()), 64, 1 << 20)
    add("hashlib.pbkdf2_hmac", "iteration", lambda n: ((lambda: hashlib.pbkdf2_hmac("sha256", b"password", b"salt", n)), n), 100, 5000)
    add("zlib.crc32", "input byte", over_bytes(zlib.crc32), 64, 1 << 20)
    for level in (1, 6, 9):
        add("zlib.compress:%d" % level, "input byte", over_bytes(lambda piece, l=level: zlib.compress(piece, l)), 1000, 200000)
    add("zlib.decompress", "output byte", lambda n: ((lambda packed: (lambda: zlib.decompress(packed)))(zlib.compress(data[:n])), n), 1000, 1 << 20)
    add("gzip.compress", "input byte", over_bytes(lambda piece: gzip.compress(piece)), 1000, 200000)
    add("gzip.decompress", "output byte", lambda n: ((lambda packed: (lambda: gzip.decompress(packed)))(gzip.compress(data[:n])), n), 1000, 1 << 20)
    add("bz2.compress", "input byte", over_bytes(bz2.compress), 1000, 200000)
    add("bz2.decompress", "output byte", lambda n: ((lambda packed: (lambda: bz2.decompress(packed)))(bz2.compress(data[:n])), n), 1000, 200000)
    add("lzma.compress:0", "input byte", over_bytes(lambda piece: lzma.compress(piece, preset=0)), 1000, 200000)
    add("lzma.compress", "input byte", over_bytes(lambda piece: lzma.compress(piece)), 1000, 100000)
    add("lzma.decompress", "output byte", lambda n: ((lambda packed: (lambda: lzma.decompress(packed)))(lzma.compress(data[:n])), n), 1000, 200000)
    # Packing takes three to fifty times less of data that repeats itself; the calls above get random words.
    repetitive = b"The quick brown fox jumps over the lazy dog. " * 5000
    rows = json.dumps(records(2000)).encode()
    for kind, source in (("repetitive", repetitive), ("records", rows)):
        add("zlib.compress:" + kind, "input byte", over_bytes(zlib.compress, source), 1000, 200000)
        add("gzip.compress:" + kind, "input byte", over_bytes(gzip.compress, source), 1000, 200000)
        add("bz2.compress:" + kind, "input byte", over_bytes(bz2.compress, source), 1000, 200000)
        add("lzma.compress:" + kind, "input byte", over_bytes(lzma.compress, source), 1000, 100000)
        add("zlib.decompress:" + kind, "output byte", lambda n, source=source: ((lambda packed: (lambda: zlib.decompress(packed)))(zlib.compress(source[:n])), n), 1000, 200000)
    add("base64.b64encode", "input byte", over_bytes(base64.b64encode), 64, 1 << 20)
    add("base64.b64decode", "output byte", lambda n: ((lambda packed: (lambda: base64.b64decode(packed)))(base64.b64encode(data[:n])), n), 64, 1 << 20)

    def dumps_of(dumps, loads, build_value):
        def dump(n):
            value = build_value(n)
            return (lambda: dumps(value)), len(dumps(value))
        def load(n):
            packed = dumps(build_value(n))
            return (lambda: loads(packed)), len(packed)
        return dump, load

    kinds = {
        "records": (records, 10, 3000), "ints": (lambda n: ints[:n], 10, 100000), "floats": (lambda n: floats[:n], 10, 100000),
        "strings": (lambda n: strings[:n], 10, 100000), "intLists": (lambda n: [ints[i:i + 10] for i in range(0, n * 10, 10)], 10, 9000),
        "dict": (lambda n: {"k%d" % i: i for i in range(n)}, 10, 50000), "bytes": (lambda n: noise[:n], 1000, 1 << 20), "text": (lambda n: text[:n], 1000, 1 << 20),
    }
    for kind, (value, small, large) in kinds.items():
        dump, load = dumps_of(lambda v: pickle.dumps(v, 5), pickle.loads, value)
        add("pickle.dumps:" + kind, "pickled byte", dump, small, large)
        add("pickle.loads:" + kind, "pickled byte", load, small, large)
        if kind != "bytes":
            dump, load = dumps_of(json.dumps, json.loads, value)
            add("json.dumps:" + kind, "JSON byte", dump, small, large)
            add("json.loads:" + kind, "JSON byte", load, small, large)
    numbers, words, mail = re.compile(r"\d+"), re.compile(r"\w+"), re.compile(r"[a-z.]+@[a-z]+\.[a-z]+")
    add("re.findall:numbers", "character", over_bytes(numbers.findall, text), 100, 200000)
    add("re.findall:words", "character", over_bytes(words.findall, text), 100, 200000)
    add("re.findall:backtracking", "character", over_bytes(mail.findall, text), 100, 50000)
    add("re.sub", "character", over_bytes(lambda piece: numbers.sub("#", piece), text), 100, 200000)
    add("re.search:miss", "character", over_bytes(re.compile("zzqqxx").search, text), 100, 200000)
    add("str.split", "character", over_bytes(str.split, text), 100, 200000)
    add("str.splitlines", "character", over_bytes(str.splitlines, text.replace(" ", "\n")), 100, 200000)
    add("str.replace", "character", over_bytes(lambda piece: piece.replace("ab", "xyz"), text), 100, 200000)
    add("str.upper", "character", over_bytes(str.upper, text), 100, 200000)
    add("str.count", "character", over_bytes(lambda piece: piece.count("ab"), text), 100, 200000)
    add("str.encode", "character", over_bytes(str.encode, text), 100, 1 << 20)
    add("bytes.decode", "byte", over_bytes(lambda piece: piece.decode(), data), 100, 1 << 20)

    def sorting(source):
        return lambda n: ((lambda piece: (lambda: sorted(piece)))(source[:n]), n * math.log2(n))

    add("sorted:floats", "element * log2(elements)", sorting(floats), 100, 100000)
    add("sorted:ints", "element * log2(elements)", sorting(ints), 100, 100000)
    add("sorted:strings", "element * log2(elements)", sorting(strings), 100, 100000)
    add("sorted:key", "element * log2(elements)", lambda n: ((lambda: sorted(ints[:n], key=lambda x: -x)), n * math.log2(n)), 100, 100000)
    add("sorted:presorted", "element", lambda n: ((lambda piece: (lambda: sorted(piece)))(sorted(ints[:n])), n), 100, 100000)
    add("copy.deepcopy", "node", lambda n: ((lambda value: (lambda: copy.deepcopy(value)))(records(n)), n * 9), 10, 500)
    add("csv.reader", "character", lambda n: ((lambda body: (lambda: list(csv.reader(io.StringIO(body)))))("a,bb,ccc,123,4.5\n" * n), n * 17), 10, 5000)
    add("statistics.mean", "element", lambda n: ((lambda piece: (lambda: statistics.mean(piece)))(floats[:n]), n), 10, 2000)
    add("struct.pack", "value", lambda n: ((lambda s, v: (lambda: s.pack(*v)))(struct.Struct("%dd" % n), floats[:n]), n), 4, 1000)
    add("random.shuffle", "element", lambda n: ((lambda piece: (lambda: chooser.shuffle(piece)))(list(range(n))), n), 10, 5000)
    add("math.factorial", "number", lambda n: ((lambda: math.factorial(n)), n), 10, 1000)
    add("pow:modular", "bit", lambda n: ((lambda b, e, m: (lambda: pow(b, e, m)))(3, (1 << n) - 3, (1 << n) - 1), n), 64, 1024)

    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "data")

        def read(n):
            with open(path, "wb") as file:
                file.write((data * 9)[:n])
            def call():
                with open(path, "rb") as file:
                    file.read()
            return call, n

        def read_lines(n):
            with open(path, "w") as file:
                file.write("some words on a line\n" * n)
            def call():
                with open(path) as file:
                    for _ in file:
                        pass
            return call, n

        def write(n):
            piece = (data * 9)[:n]
            def call():
                with open(path, "wb") as file:
                    file.write(piece)
            return call, n

        add("file.read", "byte", read, 1000, 8 << 20, PERF)
        add("file.lines", "line", read_lines, 10, 20000, PERF)
        add("file.write", "byte", write, 1000, 4 << 20, PERF)
    add("os.stat", "call", lambda n: ((lambda: [os.stat("/") for _ in range(n)]), n), 1, 100)
    add("time.sleep:1ms", "call", lambda n: ((lambda: [time.sleep(0.001) for _ in range(n)]), n), 1, 4, PERF)


# ---------------------------------------------------------------------------------------------------------------- hand-overs


def work_nothing(_):
    return None


def hand_over():
    results = {"threads": thread_costs(), "wakeUp": wake_up(), "coroutines": coroutine_pool()}
    results["processes"] = process_costs()
    results["parallel"] = parallel_efficiency()
    if sys.version_info >= (3, 14):
        try:
            results["interpreters"] = interpreter_costs()
        except Exception as problem:  # no such pool in this build
            print("interpreters:", problem, file=sys.stderr)
    return results


def thread_costs():
    import threading
    from concurrent.futures import ThreadPoolExecutor

    repeats = 5 if QUICK else 15
    start, both, submit, worker, collect, per_task = [], [], [], [], [], []
    for _ in range(repeats):
        gate = threading.Event()
        begin = PERF()
        own = time.thread_time_ns()
        threads = [threading.Thread(target=gate.wait) for _ in range(50)]
        for thread in threads:
            thread.start()
        start.append((time.thread_time_ns() - own) / 50)
        gate.set()
        for thread in threads:
            thread.join()
        begin = PERF()
        for _ in range(50):
            thread = threading.Thread(target=nothing)
            thread.start()
            thread.join()
        both.append((PERF() - begin) / 50)

        tasks = 2000
        gate = threading.Event()
        used = []

        def blocker(gate=gate):
            gate.wait()
            return time.thread_time_ns()

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(blocker)
            time.sleep(0.005)
            own = time.thread_time_ns()
            futures = [pool.submit(work_nothing, 1) for _ in range(tasks)]
            submit.append((time.thread_time_ns() - own) / tasks)
            last = pool.submit(time.thread_time_ns)
            gate.set()
            used.append((last.result() - first.result()) / tasks)
            own = time.thread_time_ns()
            for future in futures:
                future.result()
            collect.append((time.thread_time_ns() - own) / tasks)
        worker.extend(used)
        with ThreadPoolExecutor(4) as pool:
            begin = PERF()
            for _ in pool.map(work_nothing, range(tasks)):
                pass
            per_task.append((PERF() - begin) / tasks)
    return {"startNs": spread(start, 0), "startJoinNs": spread(both, 0), "submitNs": spread(submit, 0), "workerNs": spread(worker, 0),
            "collectNs": spread(collect, 0), "wallPerTaskNs": spread(per_task, 0)}


def nothing():
    pass


def wake_up():
    """Half a round trip of two threads that take turns by locks: one futex wake-up with the interpreter lock's hand-over."""
    import threading

    results = []
    for _ in range(5 if QUICK else 15):
        there, back = threading.Lock(), threading.Lock()
        there.acquire()
        back.acquire()
        rounds = 300

        def answer():
            for _ in range(rounds):
                there.acquire()
                back.release()

        thread = threading.Thread(target=answer)
        thread.start()
        begin = PERF()
        for _ in range(rounds):
            there.release()
            back.acquire()
        results.append((PERF() - begin) / rounds / 2)
        thread.join()
    return spread(results, 0)


def coroutine_pool():
    import asyncio

    async def empty():
        pass

    async def many(n):
        begin = PERF()
        await asyncio.gather(*(empty() for _ in range(n)))
        return (PERF() - begin) / n

    async def turns(n):
        begin = PERF()
        for _ in range(n):
            await asyncio.sleep(0)
        return (PERF() - begin) / n

    async def resume(n):
        async def sleeper():
            begin = PERF()
            await asyncio.sleep(0.002)
            return PERF() - begin - 2_000_000
        took = await asyncio.gather(*(sleeper() for _ in range(n)))
        return sum(took) / n

    repeats = 5 if QUICK else 15
    return {"taskNs": spread([asyncio.run(many(2000)) for _ in range(repeats)], 0), "turnNs": spread([asyncio.run(turns(2000)) for _ in range(repeats)], 0),
            "sleepOverrunNs": spread([asyncio.run(resume(1)) for _ in range(repeats)], 0)}


def process_costs():
    """Each pool in a fresh interpreter, since a fork server and imported modules stay."""
    import json
    import subprocess

    results = {}
    for method in ("fork", "forkserver", "spawn"):
        rows = []
        for _ in range(3 if QUICK else 9):
            for workers in (1, 4):
                done = subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "process_pool_costs.py"), method, str(workers)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                if done.returncode == 0:
                    rows.append(json.loads(done.stdout.decode()))
                else:
                    print(method, done.stderr.decode()[-300:], file=sys.stderr)
        ones = [row for row in rows if row["workers"] == 1]
        fours = [row for row in rows if row["workers"] == 4]
        median = lambda values: sorted(values)[len(values) // 2]
        start = [(b["submitNs"] - a["submitNs"]) / 3 for a, b in zip(ones, fours)]
        start_one = median(start) if method == "fork" else 0
        results[method] = {
            "coldFirstResultNs": spread([row["coldFirstResultNs"] for row in ones], 0),
            "firstResultNs": spread([row["firstResultNs"] for row in ones], 0),
            "firstResultOfFourNs": spread([row["firstResultNs"] for row in fours], 0),
            "submitNs": spread([row["submitNs"] - start_one for row in ones], 0),
            "parentNsPerWorker": spread([(b["parentCpuNs"] - a["parentCpuNs"]) / 3 for a, b in zip(ones, fours)], 0),
            "parentFirstNs": spread([(4 * a["parentCpuNs"] - b["parentCpuNs"]) / 3 for a, b in zip(ones, fours)], 0),
            "workerCpuNs": spread([row["workerCpuNs"] for row in ones], 0),
            "stopNs": spread([row["stopNs"] for row in ones], 0),
            "stopOfFourNs": spread([row["stopNs"] for row in fours], 0),
        }
        if method == "fork":
            for key in ("mainNsPerTask", "parentNsPerTask", "collectNsPerTask", "workerNsPerTask", "wallNsPerTask", "wallNsPerTaskOneWorker", "workerNsPerItem", "parentNsPerItem", "wallNsPerItem",
                        "parentNsPerArgumentByte", "workerNsPerArgumentByte", "wallNsPerArgumentByte", "parentNsPerResultByte", "workerNsPerResultByte", "wallNsPerResultByte"):
                source = fours if key != "wallNsPerTaskOneWorker" else ones
                name = "wallNsPerTask" if key == "wallNsPerTaskOneWorker" else key
                results[key] = spread([row[name] for row in source if name in row], 3)
    return results


def interpreter_costs():
    from concurrent.futures import InterpreterPoolExecutor

    first, start, per_task, stop, four, per_byte = [], [], [], [], [], []
    for _ in range(3 if QUICK else 7):
        begin = PERF()
        pool = InterpreterPoolExecutor(1)
        future = pool.submit(len, "ab")
        start.append(PERF() - begin)
        future.result()
        first.append(PERF() - begin)
        begin = PERF()
        list(pool.map(len, ["ab"] * 500))
        per_task.append((PERF() - begin) / 500)
        payload = bytes(1 << 20)
        begin = PERF()
        for _ in range(10):
            pool.submit(len, payload).result()
        per_byte.append((PERF() - begin) / 10 / (1 << 20))
        begin = PERF()
        pool.shutdown()
        stop.append(PERF() - begin)
        begin = PERF()
        with InterpreterPoolExecutor(4) as pool:
            list(pool.map(len, ["ab"] * 4))
        four.append(PERF() - begin)
    return {"firstResultNs": spread(first, 0), "submitNs": spread(start, 0), "wallNsPerTask": spread(per_task, 0), "stopNs": spread(stop, 0),
            "fourWorkersNs": spread(four, 0), "wallNsPerByte": spread(per_byte, 3)}


def parallel_efficiency():
    """How fast a loop runs in each of two processes at once, against alone: what the cores share (caches, memory, clock speed)."""
    import subprocess

    source = "import time\nx=0\nb=time.perf_counter()\nfor i in range(3000000): x+=i\nprint(time.perf_counter()-b)"
    def run(count):
        running = [subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE) for _ in range(count)]
        return sum(float(one.communicate()[0]) for one in running) / count
    values = []
    for _ in range(3 if QUICK else 12):
        values.append(run(1) / run(2))
    return spread(values, 3)


def main():
    import json
    import platform

    parts = {"operations": constructs, "bulk": bulk, "hand-over": hand_over}
    wanted = sys.argv[sys.argv.index("--part") + 1] if "--part" in sys.argv else None
    gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    output = {"version": platform.python_version(), "implementation": platform.python_implementation(), "freeThreaded": not gil, "build": sys.version,
              "cores": os.cpu_count(), "system": platform.platform(), "started": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    for name, part in parts.items():
        if wanted in (None, name):
            begin = time.time()
            output[name] = part()
            print(output["version"], name, "%.0f s" % (time.time() - begin), file=sys.stderr)
    output["load"] = os.getloadavg()
    print(json.dumps(output, indent=None))


if __name__ == "__main__":
    main()
