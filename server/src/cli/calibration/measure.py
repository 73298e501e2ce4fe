"""Measures the interpreter that runs it, for `gilscope calibrate`. Follows constructs.py in one text: it uses its names.

Progress goes to stderr as lines `progress DONE TOTAL WHAT`; the result is one line of JSON on stdout. Times are nanoseconds,
[low, likely, high]: the least, the lower quartile and the upper quartile of the repeats. Everything handed to other processes is a builtin,
so that workers need not import this text.
"""
import gc
import json
import os
import platform
import sys
import time

PERF = time.perf_counter_ns
# Windows counts processor time in steps of 15 ms.
CPU = PERF if sys.platform == "win32" else time.process_time_ns
THREAD = PERF if sys.platform == "win32" else time.thread_time_ns
STARTED = time.time()


def progress(done, total, what):
    sys.stderr.write("progress %d %d %s\n" % (done, total, what))
    sys.stderr.flush()


def usable_cores():
    """Those that this process may use: a container or `taskset` may leave it fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def elapsed():
    """Seconds since the start: on a busy machine there are fewer repeats, not a longer wait."""
    return time.time() - STARTED


def shifted(triple, by, least=0.0):
    return [round(max(least, value + by), 1) for value in triple]


def constructs():
    names, timers, results = {}, {}, {}
    exec(PRELUDE, names)
    for name, (setup, statement, units) in CONSTRUCTS.items():
        copies = 10 if units == 1 else 1
        try:
            function = build(names, setup, statement, copies, CPU)
            rounds = rounds_for(function, 2_000_000)
            empty = build(names, setup, "pass", 1, CPU)
        except Exception:
            # A construct that this version lacks.
            continue
        timers[name] = (function, empty, min(rounds, 300000) if name == "listPop" else rounds, copies * units)
    measured = {name: [] for name in timers}
    for turn in range(4):
        for name, (function, empty, rounds, units) in timers.items():
            measured[name].append(max(0.0, function(rounds) - empty(rounds)) / rounds / units)
        progress(turn + 4, 10, "operations")
        if turn >= 1 and elapsed() > 9:
            break
    for name, values in measured.items():
        results[name] = spread(values)
    return results


def native_calls():
    """Calls whose time depends on their data alone, of each kind: processors have instructions of their own for some, so that none tells of the others."""
    import bz2
    import hashlib
    import pickle
    import re
    import zlib

    data = bytes(range(256)) * 4096
    text = text_data(50000)
    words = text.encode()
    rows = records(200)
    packed, squeezed, pickled, written = zlib.compress(words), bz2.compress(words), pickle.dumps(rows, 5), json.dumps(rows)
    find = re.compile(r"\w+").findall
    calls = {
        "hashlib.sha256": (lambda: hashlib.sha256(data).digest(), len(data)),
        "hashlib.sha512": (lambda: hashlib.sha512(data).digest(), len(data)),
        "hashlib.blake2b": (lambda: hashlib.blake2b(data).digest(), len(data)),
        "hashlib.pbkdf2_hmac": (lambda: hashlib.pbkdf2_hmac("sha256", b"password", b"salt", 1000), 1000),
        "zlib.crc32": (lambda: zlib.crc32(data), len(data)),
        "zlib.compress:6": (lambda: zlib.compress(words, 6), len(words)),
        "zlib.decompress": (lambda: zlib.decompress(packed), len(words)),
        "bz2.compress": (lambda: bz2.compress(words), len(words)),
        "bz2.decompress": (lambda: bz2.decompress(squeezed), len(words)),
        "pickle.dumps:records": (lambda: pickle.dumps(rows, 5), len(pickled)),
        "pickle.loads:records": (lambda: pickle.loads(pickled), len(pickled)),
        "json.dumps:records": (lambda: json.dumps(rows), len(written)),
        "json.loads:records": (lambda: json.loads(written), len(written)),
        "re.findall:words": (lambda: find(text), len(text)),
        "str.split": (lambda: text.split(), len(text)),
        # What the kernel takes for files.
        "os.stat": (lambda: os.stat(os.sep), 1),
    }
    results = {}
    for name, (call, units) in calls.items():
        values = []
        call()
        for _ in range(5):
            begin = CPU()
            call()
            # Short ones until the clock has something to tell.
            rounds = max(1, min(50, int(1_500_000 / max(1, CPU() - begin))))
            begin = CPU()
            for _ in range(rounds):
                call()
            values.append((CPU() - begin) / rounds / units)
        results[name] = spread(values, 4)
    return results


def wake_up():
    """Half a round trip of two threads that take turns by locks, and what a thread that sleeps for longer needs to come to."""
    import threading

    short = []
    for _ in range(9):
        there, back = threading.Lock(), threading.Lock()
        there.acquire()
        back.acquire()

        def answer():
            for _ in range(300):
                there.acquire()
                back.release()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        begin = PERF()
        for _ in range(300):
            there.release()
            back.acquire()
        short.append((PERF() - begin) / 300 / 2)
        thread.join()

    gate, seen = threading.Lock(), []
    gate.acquire()

    def sleeper():
        for _ in range(60):
            gate.acquire()
            seen.append(PERF())

    thread = threading.Thread(target=sleeper, daemon=True)
    thread.start()
    released = []
    for turn in range(60):
        time.sleep(0.003)
        released.append(PERF())
        gate.release()
        while len(seen) <= turn:
            time.sleep(0.001)
    thread.join()
    long = sorted(b - a for a, b in zip(released, seen))
    low = min(short)
    return {"low": round(low), "high": round(max(low, long[int(0.9 * len(long))]))}


def threads(wake_low):
    import threading
    from concurrent.futures import ThreadPoolExecutor

    start, both, submit, worker, collect = [], [], [], [], []
    tasks = 1000
    for _ in range(9):
        gate = threading.Event()
        own = THREAD()
        some = [threading.Thread(target=gate.wait) for _ in range(50)]
        for thread in some:
            thread.start()
        start.append((THREAD() - own) / 50)
        gate.set()
        for thread in some:
            thread.join()
        begin = PERF()
        for _ in range(50):
            thread = threading.Thread(target=bool)
            thread.start()
            thread.join()
        both.append((PERF() - begin) / 50)

        gate = threading.Event()

        def blocker(gate=gate):
            gate.wait()
            return THREAD()

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(blocker)
            time.sleep(0.003)
            own = THREAD()
            futures = [pool.submit(bool) for _ in range(tasks)]
            submit.append((THREAD() - own) / tasks)
            last = pool.submit(THREAD)
            gate.set()
            worker.append((last.result() - first.result()) / tasks)
            own = THREAD()
            for future in futures:
                future.result()
            collect.append((THREAD() - own) / tasks)
    start = spread(start, 0)
    return {
        "startNs": start,
        # What start and join take beyond starting and two wake-ups.
        "bootstrapNs": shifted(spread(both, 0), -start[1] - 2 * wake_low, 5000),
        "submitNs": spread(submit, 0),
        "workerNs": spread(worker, 0),
        "collectNs": spread(collect, 0),
    }


def pages():
    """What the system takes to make a page of memory that is written to for the first time, and to copy one that a forked child writes to: for 4 KiB.

    In blocks as large as those that the interpreter asks for, each touched before the next is there, so that they do not become huge pages.
    """
    import mmap

    block, blocks = 1 << 20, 8
    count = block * blocks / 4096
    ones = b"\1" * (block // mmap.PAGESIZE)

    def touch(memory):
        begin = CPU()
        memory[:: mmap.PAGESIZE] = ones
        return CPU() - begin

    def all_in_child(memories):
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(write, b"%d %d" % tuple(sum(map(touch, memories)) for _ in range(2)))
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            first, again = map(int, pipe.read().split())
        os.waitpid(child, 0)
        return max(0, first - again) / count

    made, copied = [], []
    for _ in range(5):
        memories, first = [], 0
        for _ in range(blocks):
            memories.append(mmap.mmap(-1, block, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
            first += touch(memories[-1])
        made.append(max(0, first - sum(map(touch, memories))) / count)
        copied.append(all_in_child(memories))
        for memory in memories:
            memory.close()
    return {"freshPage": spread(made, 0), "copiedPage": spread(copied, 0)}


def start_method(method):
    """Starting and ending pools of one and of four workers."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    context = multiprocessing.get_context(method)
    if method == "forkserver" and sys.version_info >= (3, 14):
        # It imports the main module once for all workers, which has the executor in its first lines; this text has no file to import.
        context.set_forkserver_preload(["concurrent.futures.process"])

    def pool(workers):
        begin, main = PERF(), THREAD()
        executor = ProcessPoolExecutor(workers, mp_context=context)
        futures = [executor.submit(time.process_time_ns) for _ in range(workers)]
        main = THREAD() - main
        worker = futures[0].result()
        ready = PERF() - begin
        for future in futures:
            future.result()
        begin = PERF()
        executor.shutdown()
        return ready, worker, main, PERF() - begin

    def first_collection():
        """Processor time for which a worker's garbage collector goes through what it has from its parent, unless it has already."""
        with ProcessPoolExecutor(1, mp_context=context) as executor:
            used = lambda: executor.submit(time.process_time_ns).result()
            used()
            before = used()
            executor.submit(gc.collect, 1).result()
            return used() - before

    cold = pool(1)[0]
    ones, fours, collections = [], [], []
    for turn in range(3):
        ones.append(pool(1))
        fours.append(pool(4))
        if method == "forkserver":
            collections.append(first_collection())
        if turn >= 1 and elapsed() > 5:
            break
    stop = 400_000
    # What the thread that submits spends on three workers more. A fork takes longer than its processor time, as parent and child copy pages
    # meanwhile, and all workers are forked before the first has its task; other programs would make that still longer.
    own = [max(50_000, (four[2] - one[2]) / 3) for one, four in zip(ones, fours)]
    whole = [min(2 * least, max(least, (four[0] - one[0]) / 3)) for least, one, four in zip(own, ones, fours)]
    likely = spread(whole if method == "fork" else own, 0)
    return {
        "firstNs": spread([max(300_000, one[2] - least) for one, least in zip(ones, own)], 0),
        "coldNs": [round(max(0, cold - max(one[0] for one in ones)))] * 2 + [round(max(0, cold - min(one[0] for one in ones)))],
        "startNs": likely,
        "bootstrapNs": spread([one[1] for one in ones], 0),
        "collectNs": spread(collections or [0], 0),
        "exitNs": spread([max(100_000, one[3] - stop) for one in ones], 0),
        "stopNs": [300_000, stop, 500_000],
    }


def process_hand_over(method):
    """Handing tasks and data to one worker and back; the worker's own clock tells its part."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    submit, beside, collect, worker, item, parent_byte, worker_byte, beside_after, worker_after = [], [], [], [], [], [], [], [], []
    tasks, items, size, longer = 400, 20000, 1 << 20, 100
    begin = THREAD()
    sum(range(100000))
    # About a millisecond each: long enough that the threads which carry tasks go to sleep meanwhile.
    work = [range(int(100000 * 1e6 / max(1000, THREAD() - begin)))] * longer
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as pool:
        used = lambda: pool.submit(time.process_time_ns).result()
        list(pool.map(len, [""] * 100))
        for turn in range(3):
            if turn >= 1 and elapsed() > 14:
                break
            before, whole, own = used(), CPU(), THREAD()
            futures = [pool.submit(len, "") for _ in range(tasks)]
            main = (THREAD() - own) / tasks
            own = THREAD()
            for future in futures:
                future.result()
            results = (THREAD() - own) / tasks
            parent = (CPU() - whole) / tasks
            submit.append(main)
            collect.append(results)
            # The manager's and the feeder's, one half for each way.
            beside.append(max(5000, parent - main - results) / 2)
            worker.append((used() - before) / tasks)
            before = used()
            list(pool.map(sum, work, chunksize=longer))
            between = used()
            list(pool.map(sum, work))
            worker_after.append(max(5000, (used() - between - (between - before)) / longer))
            before = used()
            list(pool.map(len, [""] * items, chunksize=2000))
            item.append((used() - before) / items)
            for call, argument in ((len, bytes(size)), (bytes, size)):
                before, whole = used(), CPU()
                for _ in range(8):
                    pool.submit(call, argument).result()
                parent_byte.append((CPU() - whole) / size / 8)
                worker_byte.append((used() - before) / size / 8)
    # Several workers are what programs have, and each wake-up then serves more than one of them.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context(method)) as pool:
        list(pool.map(sum, work[:10]))
        for _ in submit:
            whole = CPU()
            list(pool.map(sum, work))
            beside_after.append(max(5000, (CPU() - whole) / longer - submit[0] - collect[0]) / 2)
    return {
        "submitNs": spread(submit, 0),
        "sendNs": spread(beside, 0),
        "receiveNs": spread(beside, 0),
        "collectNs": spread(collect, 0),
        "workerNs": spread(worker, 0),
        "sendAfterWorkNs": spread(beside_after, 0),
        "workerAfterWorkNs": spread(worker_after, 0),
        "itemNs": spread(item, 0),
        "parentNsPerByte": spread(parent_byte, 3),
        "workerNsPerByte": spread(worker_byte, 3),
    }


FIRST_INTERPRETERS = """
import json
from concurrent.futures import InterpreterPoolExecutor
from time import perf_counter_ns as now
rows = []
for _ in range(5):
    times = [now()]
    pool = InterpreterPoolExecutor(1)
    future = pool.submit(len, "ab")
    times.append(now())
    future.result()
    times.append(now())
    pool.shutdown()
    times.append(now())
    rows.append([times[1] - times[0], times[2] - times[0], times[3] - times[2]])
print(json.dumps(rows))
"""


def interpreters():
    """Made and ended in a process of its own, which has not kept any memory, as those of programs are; the middle counts, as nothing is repeated there."""
    import subprocess
    from concurrent.futures import InterpreterPoolExecutor

    rows = json.loads(subprocess.check_output([sys.executable, "-I", "-c", FIRST_INTERPRETERS]))
    start, first, stop = ([round(sorted(row[place] for row in rows)[at]) for at in (1, 2, 3)] for place in range(3))
    task, byte, submit = [], [], []
    for _ in range(3):
        pool = InterpreterPoolExecutor(1)
        pool.submit(len, "ab").result()
        begin = PERF()
        futures = [pool.submit(len, "ab") for _ in range(300)]
        submit.append((PERF() - begin) / 300)
        for future in futures:
            future.result()
        task.append((PERF() - begin) / 300)
        payload = bytes(1 << 20)
        begin = PERF()
        for _ in range(5):
            pool.submit(len, payload).result()
        byte.append((PERF() - begin) / 5 / len(payload))
        pool.shutdown()
    submit = spread(submit, 0)
    return {
        "startNs": start,
        "bootstrapNs": shifted(first, -start[1]),
        "submitNs": submit,
        "workerNs": shifted(spread(task, 0), -submit[1], 5000),
        "nsPerByte": spread(byte, 3),
        "exitNs": stop,
    }


def bytecode_and_objects(rounds):
    total = 0
    for i in range(rounds):
        total += i % 7 * 3
        if i % 8 == 0:
            total += len([i, str(i)])
    return total


def crowding():
    """How many times longer the same work takes in each of so many processes as in one, by their processor time: other programs do not count.

    Forked, as nothing else has this text.
    """
    import multiprocessing

    context = multiprocessing.get_context("fork")
    cores = usable_cores()
    rounds = rounds_for(bytecode_and_objects_took, 25_000_000)

    def together(workers):
        barrier, results = context.Barrier(workers), context.SimpleQueue()

        def run():
            barrier.wait()
            results.put(bytecode_and_objects_took(rounds))

        some = [context.Process(target=run) for _ in range(workers)]
        for process in some:
            process.start()
        times = sorted(results.get() for _ in some)
        for process in some:
            process.join()
        return times[workers // 2]

    # A core's speed changes by phases, with the heat and the host's other guests: what is compared is measured in turn. Of the least times of all
    # rounds, one may be of a quick phase and the other of a slow one: 1.03, 1.73 and 1.98 on one day, where programs gained 1.65 by two threads.
    counts = sorted({max(2, cores // 2), cores})
    times = {workers: [] for workers in counts}
    for _ in range(7):
        alone = together(1)
        for workers in counts:
            times[workers].append(together(workers) / alone)
    return [{"busy": busy, "times": round(sorted(times[busy])[len(times[busy]) // 2], 3)} for busy in counts if busy <= cores]


def bytecode_and_objects_took(rounds):
    begin = CPU()
    bytecode_and_objects(rounds)
    return CPU() - begin


def coroutines():
    import asyncio

    async def empty():
        pass

    async def many(count):
        begin = PERF()
        await asyncio.gather(*(empty() for _ in range(count)))
        return (PERF() - begin) / count

    async def turns(count):
        begin = PERF()
        for _ in range(count):
            await asyncio.sleep(0)
        return (PERF() - begin) / count

    task = spread([asyncio.run(many(1000)) for _ in range(9)], 0)
    part = lambda share: [round(value * share, 1) for value in task]
    return {"startNs": part(0.5), "workerNs": part(0.4), "collectNs": part(0.1), "resumeNs": spread([asyncio.run(turns(1000)) for _ in range(9)], 0)}


def main():
    import multiprocessing

    if platform.python_implementation() != "CPython":
        sys.exit("only CPython can be measured: a compiler such as PyPy's removes the operations that are timed")

    # First, while this process is as small as the programs to be predicted: what the timing of operations leaves in memory would double what a
    # fork takes, and treble the end of a worker (CPython 3.11: 1.5 to 3.2 ms and 1.2 to 3.3 ms).
    methods = [method for method in ("fork", "forkserver", "spawn") if method in multiprocessing.get_all_start_methods()]
    processes = {}
    for index, method in enumerate(methods):
        try:
            processes[method] = start_method(method)
        except Exception as problem:
            sys.stderr.write("lacking %s: %s\n" % (method, problem))
        progress(1 + index, 10, "processes (%s)" % method)
    memory = {}
    if "fork" in methods and sys.platform == "linux":
        memory["pages"] = pages()
    operations = constructs()
    native = native_calls()
    progress(8, 10, "threads")
    wake = wake_up()
    hand_over = {"wakeUp": wake, "threads": threads(wake["low"]), "coroutines": coroutines()}
    progress(9, 10, "processes")
    if processes:
        processes.update(process_hand_over(next(iter(processes))))
        hand_over["processes"] = processes
    if sys.version_info >= (3, 14):
        try:
            hand_over["interpreters"] = interpreters()
        except Exception as problem:
            sys.stderr.write("lacking interpreters: %s\n" % problem)
    cores = {}
    if "fork" in methods and sys.platform == "linux":
        cores["crowding"] = crowding()
    progress(10, 10, "interpreters")
    print(json.dumps({
        "gilscope": "costs",
        "format": 1,
        "implementation": platform.python_implementation(),
        "version": platform.python_version(),
        "freeThreaded": not getattr(sys, "_is_gil_enabled", lambda: True)(),
        "measured": time.strftime("%Y-%m-%d", time.gmtime()),
        "system": platform.platform(),
        "cores": usable_cores(),
        "seconds": round(elapsed(), 1),
        "operations": operations,
        "native": native,
        "handOver": hand_over,
        **cores,
        **memory,
    }))


if __name__ == "__main__":
    main()
