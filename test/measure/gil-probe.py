"""How much of its speed a thread keeps while another thread repeats a library call.

    python gil-probe.py --output measured-gil-probe.json [--only NAME ...] [--groups NAME ...] [--again]

once per interpreter; all share one record. What is called is in probed_calls.py and gil_release.py.

A counting thread and a calling thread run side by side, in two ways:

1. Nobody asks for the GIL: the switch interval is set to 100 seconds. The counter lets go every 0.2 milliseconds of its own accord, and gets
   the GIL back only where the call lets it go. `fraction` is its rate then, as a share of its rate alone, in windows that take turns with
   windows of counting alone. Beside a call that holds the GIL, and beside bytecode, it is about 0; beside one that lets go it is about 1.
   Of a call shorter than a millisecond it says only whether it lets go at all: the counter then keeps the GIL for its 0.2 milliseconds.
   What disturbs makes the counter slower, never faster, so the best of ROUNDS windows counts.
2. The counter asks, after a tenth of the call's duration and 5 milliseconds at most. When it gets the GIL for the first time in a call, it
   notes how far that call is, in the processor time that it has used, or by the clock if it waits. `open` is the share of the calls that it
   got into before seven tenths of their least duration. Bytecode is open, about 1; a native call can be got into only at its end, so it is
   0. Not asked of calls that let go, nor of those that are shorter than half a millisecond.

    releases          the counter keeps at least 0.6 of its speed
    gives-way         so it does, but the call does next to nothing meanwhile: it lets go often, and computes with the GIL in between
    releases-in-part  the counter keeps between 0.2 and 0.6; or less, but more than nothing, and gets into the call if it asks
    runs-python       it keeps less, but the call is open, at least 0.5: they take turns
    runs-in-part      the call is open between 0.15 and 0.5
    holds             the call is not open
    keeps             the call does not let go, and is too short to ask, or the machine too busy

The time that a thread is ready to run but has no core is taken off its clock where Linux tells it; that is sound because a thread that waits
for the GIL sleeps until it is let go. What is left of a busy machine shows in `calm`: the counter's rate alone as a share of the best that it
reached in the whole run, on the wall. A row is replaced only by one that was measured with as much calm.

In a build without a GIL `fraction` says whether the call stops the other thread all the same: `no-gil`, or `stops-others` below 0.6.
"""

import argparse
import datetime
import gc
import json
import os
import platform
import statistics
import sys
import threading
import time

# One thread for each call: threads that a library starts by itself would take the counter's core.
for limit in ("OMP", "OPENBLAS", "MKL", "NUMBA", "NUMEXPR", "VECLIB", "RAYON", "BLOSC"):
    os.environ[limit + "_NUM_THREADS"] = "1"
os.environ.update(POLARS_MAX_THREADS="1", ARROW_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false", TF_CPP_MIN_LOG_LEVEL="3")
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

clock = time.perf_counter
NEVER, DEFAULT_INTERVAL, SHORTEST_INTERVAL = 100, 0.005, 5e-5
PARTS, TURNS = 10, 16
BATCH = 2e-4
ROUNDS = 4
HAS_GIL = getattr(sys, "_is_gil_enabled", lambda: True)()


class CoreClock:
    """The wall clock of one thread without the time that it waited for a core. To be made and read in that thread."""

    def __init__(self):
        try:
            self.file = os.open("/proc/self/task/%d/schedstat" % threading.get_native_id(), os.O_RDONLY)
        except OSError:
            self.file = None

    def now(self):
        wall = clock()
        return wall if self.file is None else wall - int(os.pread(self.file, 100, 0).split()[1]) / 1e9

    def close(self):
        if self.file is not None:
            os.close(self.file)


class Caller(threading.Thread):
    """Repeats the call, once it is let in, for that long and at least twice, or until it is told to stop."""

    def __init__(self, call, seconds):
        super().__init__(daemon=True)
        self.call, self.seconds = call, seconds
        self.gate = threading.Lock()
        self.gate.acquire()
        self.calls, self.used, self.error = 0, 0.0, None
        self.began, self.stopping, self.finished = False, False, False

    def run(self):
        call = self.call
        self.gate.acquire()
        self.began = True
        used, end = time.thread_time(), clock() + self.seconds
        try:
            while not self.stopping and (clock() < end or self.calls < 2):
                call()
                self.calls += 1
        except Exception as error:
            self.error = error
        self.used = time.thread_time() - used
        self.finished = True

    def end(self):
        self.join()
        if self.error:
            raise self.error


def count(has_begun, is_over):
    """Counts, and lets go of the GIL after each batch, until it is over; how often in a second of the thread's own time since it has begun."""
    own = CoreClock()
    counted, started = 0, None
    while not is_over():
        if started is None:
            # What is called may begin while this thread lets go, and keep the GIL until it is over.
            before = own.now()
            time.sleep(0)
            started = before if has_begun() else None
            continue
        end = clock() + BATCH
        while clock() < end:
            counted += 1
        time.sleep(0)
    rate = counted / (own.now() - (started or own.now() - 1))
    own.close()
    return rate


best_alone = 0.0


def count_alone():
    """The counter's rate on its own, and how calm the machine is."""
    global best_alone
    started = clock()
    end = started + 0.02
    used = time.thread_time()
    rate = count(lambda: True, lambda: clock() >= end)
    share = (time.thread_time() - used) / (clock() - started)
    best_alone = max(best_alone, rate)
    return rate, min(1.0, share / 0.75) * rate / best_alone


def counting_freely(call, window):
    """What the counter keeps of its speed without asking, the caller's share of the processor time that the two use, and the calm."""
    sys.setswitchinterval(NEVER)
    try:
        before, calm_before = count_alone()
        caller = Caller(call, window)
        caller.start()
        used = time.thread_time()
        caller.gate.release()
        beside = count(lambda: caller.began, lambda: caller.finished)
        used = time.thread_time() - used
        caller.end()
        after, calm_after = count_alone()
        return beside / max(before, after), caller.used / (caller.used + used), min(calm_before, calm_after)
    finally:
        sys.setswitchinterval(DEFAULT_INTERVAL)


class TimedCaller(Caller):
    """Notes when its calls start and end, by the processor time that it has used, or by the clock."""

    def __init__(self, call, axis):
        super().__init__(self.timed, 100)
        self.timed_call, self.axis = call, axis
        self.starts, self.ends = [], []

    def now(self):
        return time.clock_gettime(self.own_clock) if self.axis == "processor" else clock()

    def run(self):
        self.own_clock = time.pthread_getcpuclockid(threading.get_ident())
        super().run()

    def timed(self):
        self.starts.append(self.now())
        result = self.timed_call()  # Kept, so that freeing a large result does not count as part of the call.
        self.ends.append(self.now())
        del result


def open_share(call, seconds, computes):
    """The share of the calls that a thread gets into that asks for the GIL; None if the machine was too busy for it to try."""
    sys.setswitchinterval(min(DEFAULT_INTERVAL, max(SHORTEST_INTERVAL, seconds / PARTS)))
    try:
        caller = TimedCaller(call, "processor" if computes else "wall")
        caller.start()
        turns, last, started = [], 0.0, clock()
        caller.gate.release()
        while not caller.finished:
            if len(caller.starts) > len(caller.ends):
                now = caller.now()
                # The caller has got on since, so this is another turn.
                if now - last > seconds / 50:
                    turns.append((len(caller.starts) - 1, now))
                    last = now
            if caller.calls >= 3 and (len(turns) >= TURNS or clock() - started > 2):
                break
        caller.stopping = True
        caller.end()
    finally:
        sys.setswitchinterval(DEFAULT_INTERVAL)
    least = min([seconds] + [end - start for start, end in zip(caller.starts, caller.ends)])
    # Waiting for the GIL takes processor time, too, so that only the first turn in a call says how far the call was.
    firsts = {}
    for index, now in turns:
        firsts.setdefault(index, now - caller.starts[index])
    if len(firsts) < TURNS / 3:
        return None
    return sum(0 < first < 0.7 * least for first in firsts.values()) / len(firsts)


def duration(call):
    """Seconds of one call, the least of some, of the processor or, for a call that mostly waits, of the wall; and whether it computes."""
    call()
    wall, processor, started = 1e9, 1e9, clock()
    for done in range(200):
        used, before = time.thread_time(), clock()
        call()
        wall, processor = min(wall, clock() - before), min(processor, time.thread_time() - used)
        # One slow call may be the machine's doing; several are the call's.
        if clock() - started > (0.05 if done >= 2 else 1):
            break
    computes = processor > 0.2 * wall
    return (processor if computes and wall > 1e-4 else wall), computes


def probe(call, ways):
    gc.callbacks.clear()  # Some packages put Python code there, and a collection in the middle of a native call would let others in.
    seconds, computes = duration(call)
    window = min(0.8, max(0.04, 4 * seconds))
    rounds = []
    while len(rounds) < ROUNDS and not (rounds and max(rounds)[0] > 0.85):
        rounds.append(counting_freely(call, window))
    free, share, _ = max(rounds)
    calm = statistics.median(each[2] for each in rounds)
    is_long = seconds >= PARTS * SHORTEST_INTERVAL
    asked = None
    if HAS_GIL and free < 0.2 and is_long and ways == 2:
        # A native call is closed whatever disturbs; bytecode may seem closed.
        attempts = [open_share(call, seconds, computes)]
        while (attempts[-1] or 0) < 0.5 and len(attempts) < 3:
            attempts.append(open_share(call, seconds, computes))
        asked = max((each for each in attempts if each is not None), default=None)
    return {
        "ns": round(seconds * 1e9),
        "fraction": round(free, 2),
        **({} if asked is None else {"open": round(asked, 2)}),
        "calm": round(calm, 2),
        "verdict": verdict(free, asked, share if computes and is_long else 1),
    }


def verdict(free, asked, share):
    if not HAS_GIL:
        return "no-gil" if free >= 0.6 else "stops-others"
    if free >= 0.6:
        return "releases" if share > 0.15 else "gives-way"
    if free >= 0.2:
        return "releases-in-part"
    if asked is None:
        return "keeps"
    if free >= 0.03 and asked >= 0.15:
        return "releases-in-part"
    return "runs-python" if asked >= 0.5 else "runs-in-part" if asked >= 0.15 else "holds"


def probes(groups):
    """Yields (entry, size, arguments, call, package, version)."""
    import gil_release
    import probed_calls

    if not groups or "gil_release" in groups:
        for entry, size, known, call in gil_release.calls():
            yield (entry, size, known, call) + distribution(entry.split(".")[0])
    for group in probed_calls.groups:
        if groups and group.__name__ not in groups:
            continue
        calls = group()
        while True:
            try:
                entry, size, known, call = next(calls)
            except StopIteration:
                break
            except ImportError as error:
                print("%s is left out: %s" % (group.__name__, error), file=sys.stderr)
                break
            yield (entry, size, known, call) + distribution(entry.split(".")[0])


OTHER_NAMES = {
    "PIL": "pillow", "cv2": "opencv-python-headless", "sklearn": "scikit-learn", "faiss": "faiss-cpu", "argon2": "argon2-cffi",
    "Crypto": "pycryptodome", "nacl": "pynacl", "zmq": "pyzmq", "yaml": "pyyaml", "tensorflow": "tensorflow-cpu", "Cryptodome": "pycryptodomex",
}  # fmt: skip


def distribution(module):
    """The package that a module comes from, and its version; of the standard library, `python` and nothing."""
    from importlib import metadata

    name = OTHER_NAMES.get(module, module)
    try:
        return name, metadata.version(name)
    except metadata.PackageNotFoundError:
        return "python", None


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--output", required=True, help="JSON record; rows of other runs stay")
    options.add_argument("--only", nargs="*", help="entries to probe")
    options.add_argument("--groups", nargs="*", help="groups of calls to probe")
    options.add_argument("--again", action="store_true", help="probe also what the record has already")
    options.add_argument("--ways", type=int, choices=[1, 2], default=2, help="1: never ask; what does not let go is then `keeps`")
    arguments = options.parse_args()
    python = platform.python_version() + ("" if HAS_GIL else "t")
    record = {}
    if os.path.exists(arguments.output):
        with open(arguments.output) as file:
            record = {(row["entry"], row["size"], row["python"]): row for row in json.load(file)["rows"]}
    written = clock()
    for entry, size, known, call, package, version in probes(arguments.groups):
        key = (entry, size, python)
        if arguments.only and entry not in arguments.only or key in record and not arguments.again:
            continue
        try:
            result = probe(call, arguments.ways)
        except Exception as error:
            print("%-44s %-24s failed: %r" % (entry, size, error), file=sys.stderr, flush=True)
            continue
        if key in record and record[key].get("calm", 0) > result["calm"]:
            continue
        known = {name: value for name, value in known.items() if name != "times"}
        record[key] = {
            "entry": entry,
            "size": size,
            "python": python,
            **({"package": package, "version": version} if version else {}),
            "date": str(datetime.date.today()),
            "arguments": known,
            **result,
        }
        print("%-52s %-24s %10d ns  %.2f %s  %s" % (entry, size, result["ns"], result["fraction"], result.get("open", ""), result["verdict"]), flush=True)
        if clock() - written > 10:
            write(arguments.output, record)
            written = clock()
    write(arguments.output, record)


def write(path, record):
    with open(path + ".new", "w") as file:
        file.write('{\n  "script": "test/measure/gil-probe.py",\n  "rows": [\n')
        file.write(",\n".join("    " + json.dumps(record[key], ensure_ascii=False) for key in sorted(record)))
        file.write("\n  ]\n}\n")
    os.replace(path + ".new", path)


if __name__ == "__main__":
    main()
