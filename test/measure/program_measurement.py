"""How program_speedups.py measures one program, and what it makes of several."""
import json
import os
import pathlib
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from quiet_machine import busy_for, others_share, usage  # noqa: E402

# A run is quiet if other programs took no more than this share of the machine: all of it is time that workers lack, while one thread has a core to spare.
QUIET = 0.01
PROGRAMS = pathlib.Path(__file__).resolve().parent / "programs"


def load(name):
    import importlib

    sys.path.insert(0, str(PROGRAMS))
    return importlib.import_module(name)


def imported(name, tries):
    """What importing the program costs a worker that was not forked from one that has, and what its first task costs beyond the same task again."""
    import subprocess

    fresh = FRESH % (str(PROGRAMS), name)
    times = [json.loads(subprocess.check_output([sys.executable, "-B", "-c", fresh])) for _ in range(tries)]
    return [min(each) for each in zip(*times)]


FRESH = """if True:
    import concurrent.futures.process, json, sys
    from time import process_time_ns as now
    sys.path.insert(0, %r)
    marks = [now()]
    import %s as program
    marks.append(now())
    for _ in range(2):
        program.task(next(iter(program.ITEMS)))
        marks.append(now())
    print(json.dumps([marks[1] - marks[0], max(0, 2 * marks[2] - marks[1] - marks[3])]))
"""


def forked(task, item, tries):
    """What its first task costs a forked worker beyond the same task again: the pages that it writes to, reference counts too, are copied."""
    extra = []
    for _ in range(tries):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            marks = [time.process_time_ns()]
            for _ in range(2):
                task(item)
                marks.append(time.process_time_ns())
            os.write(writing, b"%d" % max(0, 2 * marks[1] - marks[0] - marks[2]))
            os._exit(0)
        os.waitpid(child, 0)
        extra.append(int(os.read(reading, 100)))
        os.close(reading)
        os.close(writing)
    return sorted(extra)[len(extra) // 2]


def measure(name, options, kept):
    import multiprocessing
    import re
    import threading
    from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

    text = (PROGRAMS / (name + ".py")).read_text()
    program = load(name)
    once = list(program.ITEMS)
    task = program.task
    given = re.search(r"max_workers=(\d+)", text)
    times = -(-options.tasks // len(once)) if given else 1
    items = once * times
    repeats = options.repeats

    def serial():
        for item in items:
            task(item)

    def pool(kind, workers):
        with kind(workers) as executor:
            for _ in executor.map(task, items):
                pass

    def bare():
        threads = [threading.Thread(target=task, args=(item,)) for item in items]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    executors = {"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor}
    if "interpreters" in options.kinds and sys.version_info >= (3, 14):
        from concurrent.futures import InterpreterPoolExecutor

        executors["interpreters"] = InterpreterPoolExecutor
    if not given:
        sizes = [len(items)]
    else:
        sizes = options.workers or sorted({2, int(given.group(1))})
    kinds = {"serial": serial}
    for kind, executor in executors.items():
        for workers in sizes:
            is_bare = kind == "threads" and not given
            kinds["%s %d" % (kind, workers)] = bare if is_bare else lambda executor=executor, workers=workers: pool(executor, workers)

    runs = {kind: [] for kind in kinds}
    if kept and kept.exists():
        runs.update((kind, quiet) for kind, quiet in json.loads(kept.read_text()).items() if kind in runs)
    task(items[0])
    # The fork server belongs to the program, not to one of its pools.
    with ProcessPoolExecutor(1) as executor:
        executor.submit(task, items[0]).result()
    deadline = time.monotonic() + options.patience
    # Undisturbed, two rounds are enough to tell what is only true of the first.
    while time.monotonic() < deadline or (options.alone and len(runs["serial"]) < 2):
        lacking = [kind for kind in kinds if kind != "serial" and len(runs[kind]) < repeats]
        if not lacking:
            break
        # Where other programs come and go, what is compared is measured side by side.
        pairs = [lacking[at : at + 2] for at in range(0, len(lacking), 2)]
        order = ["serial", *lacking] if options.alone else ["serial", *(each for pair in pairs for each in (*pair, "serial"))]
        for kind in order:
            quiet, took = alone(kinds[kind]) if options.alone else timed(kinds[kind], deadline)
            if options.pauses:
                time.sleep(took / 1e9)
            if quiet:
                runs[kind].append(took)
    if kept:
        kept.write_text(json.dumps(runs))
    if options.only_times:
        return {"runs": runs}
    if len(runs["serial"]) < 2:
        raise SystemExit("no quiet moment")
    serial_ns = lower_quartile(runs["serial"])
    measured = {}
    for kind, ns in runs.items():
        if kind != "serial" and len(ns) >= 2:
            measured[kind] = {"ns": lower_quartile(ns), "spread": spread(ns), "runs": len(ns)}
    import_ns, first_ns = imported(name, 3)
    if multiprocessing.get_start_method() == "fork":
        first_ns = forked(task, items[0], 5)
    made_of = tasks_of(program, text, once, serial_ns / times, repeats, float("inf") if options.alone else deadline + 5)
    return {
        "serialNs": serial_ns,
        "measured": measured,
        "spread": spread(runs["serial"]),
        "importNs": import_ns,
        "firstTaskNs": first_ns,
        **({"itemsTimes": times} if times > 1 else {}),
        **made_of,
        "tasks": repeated(made_of["tasks"], times),
    }


def repeated(tasks, times):
    """The same tasks so many times; one group stays one."""
    if len(tasks) == 1:
        return [{**tasks[0], "count": tasks[0]["count"] * times}]
    return tasks * times


def alone(function):
    """How long the function takes on a machine that runs nothing else."""
    begin = time.perf_counter_ns()
    function()
    return True, time.perf_counter_ns() - begin


def timed(function, deadline):
    """Waits for a quiet moment; whether it stayed quiet, and how long the function took."""
    while busy_for(0.01) > QUIET and time.monotonic() < deadline:
        time.sleep(0.05)
    before = usage()
    begin = time.perf_counter_ns()
    function()
    took = time.perf_counter_ns() - begin
    return others_share(before, usage(), took) <= QUIET, took


def lower_quartile(times):
    """Whatever disturbs a run makes it longer; a virtual machine's neighbours do, and it cannot see them."""
    return sorted(times)[(len(times) - 1) // 4]


def spread(times):
    rising = sorted(times)
    return round(rising[len(rising) * 3 // 4] / rising[len(rising) // 4], 2)


def tasks_of(program, text, items, serial_ns, repeats, deadline):
    """The steps of the tasks, and the sizes of what they are given and return."""
    import pickle

    recorder = Recorder(program, text)
    timings = []
    wanted = min(3, repeats) if len(items) <= 100 else 1
    while len(timings) < wanted:
        observe = lambda: timings.append([recorder.steps_of(item) for item in items])
        quiet, _ = alone(observe) if deadline == float("inf") else timed(observe, deadline)
        if not quiet and time.monotonic() < deadline:
            timings.pop()
    recorder.remove()
    groups = []
    many = len(items) > 100
    totals = [min(sum(ns for _, ns in run[index]) for run in timings) for index in range(len(items))]
    for index in range(len(items)):
        first = groups[-1][0] if groups else index
        alike = len(timings[0][index]) == len(timings[0][first]) and abs(totals[index] / totals[first] - 1) < 0.1
        if groups and (many or alike or repr(items[index]) == repr(items[first])):
            groups[-1].append(index)
        else:
            groups.append([index])
    tasks = []
    for group in groups:
        flat = [run[index] for run in timings for index in group]
        kinds = [kind for kind, _ in flat[0]]
        times = [lower_quartile([each[place][1] for each in flat if len(each) == len(kinds)]) for place in range(len(kinds))]
        tasks.append((group, kinds, times))
    # Timing calls takes time itself, and the machine's speed changes: what is computed is scaled to what the tasks take without.
    waited = sum(len(group) * ns for group, kinds, times in tasks for kind, ns in zip(kinds, times) if kind == "wait")
    computed = sum(len(group) * ns for group, kinds, times in tasks for kind, ns in zip(kinds, times) if kind != "wait")
    factor = max(0.0, serial_ns - waited) / computed if computed > 0 else 1
    result = []
    for group, kinds, times in tasks:
        item = items[group[0]]
        row = {"count": len(group), "steps": steps_from(kinds, [ns if kind == "wait" else ns * factor for kind, ns in zip(kinds, times)])}
        try:
            for name, value in (("argument", item), ("result", program.task(item))):
                row[name + "Bytes"] = len(pickle.dumps(value, -1))
                if objects_of(value) > 100:
                    row[name + "Objects"] = objects_of(value)
        except Exception:
            pass
        result.append(row)
    semaphores = {name: recorder.places[name] for name in sorted(recorder.places)}
    return {"tasks": result, **({"semaphores": semaphores} if semaphores else {})}


def objects_of(value):
    """How many objects a value is: itself and what it is made of."""
    if isinstance(value, dict):
        return 1 + sum(objects_of(each) for pair in value.items() for each in pair)
    if isinstance(value, (list, tuple, set, frozenset)):
        return 1 + sum(map(objects_of, value))
    if hasattr(value, "__dict__") and not isinstance(value, type):
        return 1 + objects_of(vars(value))
    return 1


class Recorder:
    """Times the named calls and the locks of a program where they happen; the rest is bytecode."""

    def __init__(self, program, text):
        import importlib
        import re
        import threading

        self.program = program
        self.events = []
        self.depth = 0
        self.originals = []
        self.places = {}
        self.task_kind = None
        line = re.search(r"^# parts: (.*)$", text, re.M)
        for part in line.group(1).split(", ") if line else []:
            name, kind = part.split("=")
            if name == "task":
                self.task_kind = kind
                continue
            holder = importlib.import_module(name.rsplit(".", 1)[0]) if "." in name else program
            last = name.rsplit(".", 1)[-1]
            function = getattr(holder, last, None) or getattr(__import__("builtins"), last)
            self.replace(holder, last, self.timed(function, kind))
        for name, value in list(vars(program).items()):
            if isinstance(value, (type(threading.Lock()), type(threading.RLock()), threading.Semaphore)):
                if isinstance(value, threading.Semaphore):
                    self.places[name] = value._value
                self.replace(program, name, RecordedLock(self, name, value))

    def replace(self, holder, name, value):
        self.originals.append((holder, name, vars(holder).get(name)))
        setattr(holder, name, value)

    def remove(self):
        for holder, name, value in self.originals:
            if value is None:
                delattr(holder, name)
            else:
                setattr(holder, name, value)

    def timed(self, function, kind):
        def call(*arguments, **keywords):
            if self.depth > 0:
                return function(*arguments, **keywords)
            self.depth += 1
            begin = time.perf_counter_ns()
            try:
                return function(*arguments, **keywords)
            finally:
                self.events.append((kind, begin, time.perf_counter_ns()))
                self.depth -= 1

        return call

    def steps_of(self, item):
        self.events.clear()
        begin = time.perf_counter_ns()
        self.program.task(item)
        end = time.perf_counter_ns()
        steps = []
        at = begin
        for kind, since, until in self.events:
            steps.append((self.task_kind or "interpreter", max(1, since - at)))
            steps.append((kind, until - since))
            at = until
        steps.append((self.task_kind or "interpreter", max(1, end - at)))
        return steps


class RecordedLock:
    def __init__(self, recorder, name, lock):
        self.recorder = recorder
        self.name = name
        self.lock = lock

    def __enter__(self):
        self.lock.acquire()
        now = time.perf_counter_ns()
        self.recorder.events.append(("acquire " + self.name, now, now))

    def __exit__(self, *_):
        self.lock.release()
        now = time.perf_counter_ns()
        self.recorder.events.append(("release " + self.name, now, now))


def steps_from(kinds, times):
    """Workload steps; what repeats itself is written once."""
    for period in range(1, 9):
        for first in range(0, 4):
            rounds = (len(kinds) - first) // period
            if rounds < 4:
                continue
            end = first + rounds * period
            if len(kinds) - end <= 3 and all(kinds[i] == kinds[i + period] for i in range(first, end - period)):
                means = [sum(times[first + place : end : period]) / rounds for place in range(period)]
                inner = steps_from(kinds[first : first + period], means)
                return (steps_from(kinds[:first], times[:first]) + [{"repeat": rounds, "steps": inner}]
                        + steps_from(kinds[end:], times[end:]))
    return [step_of(kind, round(ns)) for kind, ns in zip(kinds, times) if " " in kind or round(ns) > 0]


def step_of(kind, ns):
    if " " in kind:
        verb, name = kind.split()
        return {verb: name}
    return {"waitNs": ns} if kind == "wait" else {"compute": {kind + "Ns": ns}}


def main(script):
    import argparse
    import multiprocessing
    import platform
    import subprocess

    arguments = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--target")
    arguments.add_argument("--repeats", type=int, default=7)
    arguments.add_argument("--patience", type=float, default=20, help="seconds to wait for quiet moments, for each program")
    arguments.add_argument("--before", help="a record whose programs are kept, unless they are measured now")
    arguments.add_argument("--kept", type=pathlib.Path, help="a folder for the quiet runs of each program")
    arguments.add_argument("--workers", type=lambda text: [int(each) for each in text.split(",")], help="sizes of pools, such as 1,2,4,8,16; else 2 and what the program says")
    arguments.add_argument("--kinds", default="threads,processes", help="which pools; `interpreters` since 3.14")
    arguments.add_argument("--tasks", type=int, default=1, help="items are repeated until there are at least so many")
    arguments.add_argument("--alone", action="store_true", help="nothing else runs on this machine: every moment is quiet")
    arguments.add_argument("--pauses", action="store_true", help="as long as each run, between runs: what is scheduled before all others (`chrt -f 20`) is throttled otherwise")
    arguments.add_argument("--only-times", action="store_true", help="with --one: the times of all runs, without what tasks are made of")
    arguments.add_argument("--one")
    arguments.add_argument("names", nargs="*")
    options = arguments.parse_args()
    if options.one:
        kept = options.kept and options.kept / ("%s %s.json" % (options.target, options.one))
        print(json.dumps(measure(options.one, options, kept)))
        return
    programs = json.loads(pathlib.Path(options.before).read_text())["programs"] if options.before else {}
    # A fresh interpreter for each program: fork servers and caches stay otherwise.
    command = [sys.executable, "-B", script, "--repeats", str(options.repeats), "--patience", str(options.patience)]
    command += ["--kinds", options.kinds, "--tasks", str(options.tasks)]
    if options.workers:
        command += ["--workers", ",".join(map(str, options.workers))]
    for name in ("alone", "pauses"):
        if getattr(options, name):
            command += ["--" + name]
    if options.kept:
        command += ["--target", options.target, "--kept", str(options.kept)]
    for name in options.names or sorted(path.stem for path in PROGRAMS.glob("*.py")):
        done = subprocess.run(command + ["--one", name], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            print(name, "failed:", (done.stderr.decode().strip().splitlines() or ["?"])[-1], file=sys.stderr)
            continue
        row = programs[name] = json.loads(done.stdout.decode())
        gains = ["%s: %.2f (%.2f)" % (kind, row["serialNs"] / each["ns"], each["spread"])
                 for kind, each in row["measured"].items()]
        print("%-24s" % name, "%.1f ms (%.2f)" % (row["serialNs"] / 1e6, row["spread"]), *gains, file=sys.stderr, flush=True)
    record = {
        "target": options.target,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "startMethod": multiprocessing.get_start_method(),
        "measured": time.strftime("%Y-%m-%d"),
        "by": "test/measure/program_speedups.py on a virtual machine of %d shared cores, Linux" % os.cpu_count(),
        "programs": {name: programs[name] for name in sorted(programs)},
    }
    print(json.dumps(record))

