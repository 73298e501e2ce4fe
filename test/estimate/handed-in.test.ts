import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, predictionsOf } from "./predictions.js";

/* Functions that others hand in: what runs is up to them. */

const parser = await pythonParser();
const second = 1_000_000_000;
const functions = `import time

def quick():
    return 1

def slow():
    total = 0
    for n in range(1_000_000):
        total += n
    return total

def sleeps():
    time.sleep(1)
`;

const unknownCalls = ({ assumptions }: Prediction): string | undefined =>
  assumptions.map(({ what }) => what).find((what) => what.includes("nothing is known"));

describe("a helper that runs what its callers hand in", () => {
  const helper = (calls: string): Prediction =>
    predictionOf(
      parser,
      `import asyncio
${functions}
async def in_thread(func, *args):
    return await asyncio.to_thread(func, *args)

async def main(client):
${calls.replaceAll(/^/gm, "    ")}
`,
    );

  test("is told under the name it knows the function by, with the range of all that callers hand in", () => {
    const { task, work, assumptions } = helper("await in_thread(quick)\nawait in_thread(sleeps)");
    assert.equal(task, "func");
    assert.ok(work.waitNs.low === 0 && work.waitNs.high >= second, JSON.stringify(work.waitNs));
    assert.ok(assumptions.some(({ what, value }) => what === "what is handed in as `func`" && value === "`quick`, `sleeps`"));
  });

  test("may run what nobody knows, where somebody hands that in", () => {
    const { assumptions } = helper("await in_thread(quick)\nawait in_thread(client.refresh)");
    assert.ok(assumptions.some(({ what, value }) => what.endsWith("as far as it is known") && value === "`quick`"));
    assert.equal(unknownCalls({ assumptions } as Prediction), "a call of which nothing is known");
  });

  test("runs the one function that all hand in", () => {
    const { task, work, assumptions } = helper("await in_thread(slow)\nawait in_thread(slow)");
    assert.equal(task, "slow");
    assert.ok(work.interpreterNs.low > second / 200 && assumptions.every(({ what }) => !what.includes("handed in")));
  });
});

describe("functions that a loop runs one after the other", () => {
  const looped = (loop: string, target = "task"): Prediction =>
    predictionOf(
      parser,
      `import threading\n${functions}\ndef main():\n    ${loop}\n        threading.Thread(target=${target}).start()\nmain()\n`,
    );

  test("are told as all that they are, each as long as it takes", () => {
    for (const loop of ["for task in (quick, slow):", "for task, _ in [(quick, 1), (slow, 2)]:"]) {
      const { task, tasks, assumptions, strategies } = looped(loop);
      assert.deepEqual([task, tasks.likely], ["task", 2], loop);
      assert.ok(assumptions.some(({ what, value }) => what === "what the loop runs as `task`" && value === "`quick`, `slow`"));
      const free = strategies.find(({ strategy }) => strategy === "free-threaded");
      assert.ok(free && free.speedup.likely < 1.2, "the long one is not done sooner");
    }
  });

  test("are told by their name where they are one", () => {
    assert.equal(looped("for task in (slow, slow):").task, "slow");
    assert.equal(looped("for n in (1, 2):", "slow").task, "slow");
  });
});

describe("a function that an object keeps", () => {
  const started = (targets: readonly string[]): readonly Prediction[] =>
    predictionsOf(
      parser,
      `import threading
${functions}
class Runner(threading.Thread):
    def __init__(self, target, args=()):
        super().__init__()
        self._target = target
        self._args = args

    def run(self):
        self._target(*self._args)

def main(client):
${targets.map((target) => `    Runner(${target}).start()`).join("\n")}
`,
    );

  test("is any of those that it is made with, and unknown where one of them is", () => {
    const [known] = started(["quick", "slow"]);
    assert.ok(
      known && known.work.interpreterNs.low < second / 2_000 && known.work.interpreterNs.high > second / 100,
      JSON.stringify(known?.work),
    );
    const [open] = started(["quick", "client.refresh"]);
    assert.ok(open && unknownCalls(open) !== undefined);
  });

  test("is the one that all of them are made with", () => {
    const [only] = started(["slow", "slow"]);
    assert.ok(only && only.work.interpreterNs.low > second / 200 && unknownCalls(only) === undefined);
  });
});

describe("what runs behind next()", () => {
  const next = (iterators: string): Prediction =>
    predictionOf(
      parser,
      `from concurrent.futures import ThreadPoolExecutor

def task(rows):
    return next(rows, None)

def main(sources):
    iterators = ${iterators}
    with ThreadPoolExecutor(4) as pool:
        for n in range(4):
            pool.submit(task, iterators[n])
`,
    );

  test("is unknown for an iterator of what callers bring", () => {
    assert.equal(unknownCalls(next("[iter(source) for source in sources]")), "a call of which nothing is known");
  });

  test("is nothing for an iterator of a list", () => {
    assert.equal(unknownCalls(next("[iter([n, n + 1]) for n in range(4)]")), undefined);
  });
});

test("calls of which nothing is known are counted where they stand, not as often as they run", () => {
  const task = `def task(rows):
    for row in rows:
        row.part.sum_up(row)
        row.part.finish()
`;
  const text = `import threading\n${task}\nfor _ in range(4):\n    threading.Thread(target=task, args=(open_rows(),)).start()\n`;
  assert.match(unknownCalls(predictionOf(parser, text)) ?? "", /^2 calls of which nothing is known$/);
});

test("processes are called processes", () => {
  const text =
    "import multiprocessing\n\ndef work(jobs):\n    jobs.sort()\n\ndef main(groups):\n    for group in groups:\n        multiprocessing.Process(target=work, args=(group,)).start()\n";
  const { assumptions } = predictionOf(parser, text);
  assert.ok(assumptions.some(({ what }) => what === "number of processes"));
});

test("functions that hand on what they are handed are looked through once, however many ways lead through them", () => {
  const layers = 6;
  const width = 24;
  const names = Array.from({ length: width }, (_, index) => index);
  const layer = (depth: number): string =>
    names
      .map((index) => {
        const calls = depth + 1 < layers ? names.map((next) => `    f${depth + 1}_${next}(cb)`) : ["    cb()"];
        return `def f${depth}_${index}(cb):\n${calls.join("\n")}\n`;
      })
      .join("\n");
  const text = `from threading import Thread
${functions}
${Array.from({ length: layers }, (_, depth) => layer(depth)).join("\n")}
def main():
${names.map((index) => `    f0_${index}(${index % 2 === 0 ? "quick" : "slow"})`).join("\n")}

for _ in range(4):
    Thread(target=main).start()
`;
  const before = performance.now();
  assert.equal(predictionOf(parser, text).task, "main");
  assert.ok(performance.now() - before < 40_000);
});

test("a process that is an object of the program's own class runs its own method, whatever its constructor is given", () => {
  const prediction = predictionOf(
    parser,
    `from multiprocessing import Process
class Worker(Process):
    def __init__(self, number, steps):
        super().__init__()
        self.steps = steps
    def run(self):
        return sum(number * number for number in range(200_000))
def main(steps):
    workers = [Worker(number, steps) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
`,
  );
  assert.equal(prediction.task, "run");
  assert.ok(prediction.work.interpreterNs.low > second / 1_000, `${prediction.work.interpreterNs.low} ns`);
});

describe("a function that runs the one that its caller hands in", () => {
  const runBy = (helpers: string, task: string): Prediction =>
    predictionOf(
      parser,
      `import sys
from concurrent.futures import ThreadPoolExecutor
${functions}
${helpers}

with ThreadPoolExecutor(4) as pool:
    # What is handed out is not known, so that no task can be followed.
    list(pool.map(${task}, sys.argv))
`,
    );
  const work = (helpers: string, task: string): number => runBy(helpers, task).work.interpreterNs.high;

  test("costs what that one costs, not what others do that are handed in elsewhere", () => {
    const apply = `
def apply(function):
    return function()

def short(item):
    return apply(quick)

def long(item):
    return apply(slow)
`;
    assert.ok(work(apply, "long") > 100 * work(apply, "short"), `${work(apply, "long")} ${work(apply, "short")}`);
  });

  const decorators = `import functools

def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner

def repeated(times):
    def decorate(function):
        def again(*args, **kwargs):
            for _ in range(times):
                result = function(*args, **kwargs)
            return result
        return again
    return decorate
`;

  test("costs what the decorated function costs, which is told by its own name", () => {
    const code = `${decorators}
@logged
def short(item):
    return quick()

@logged
def long(item):
    return slow()
`;
    assert.ok(work(code, "long") > 100 * work(code, "short"));
    assert.equal(runBy(code, "long").task, "long");
  });

  test("hands on what it is given, that of a method its object", () => {
    const code = (n: number): string => `${decorators}
class Job:
    def __init__(self, n):
        self.n = n

    @logged
    def run(self, item):
        total = 0
        for n in range(self.n):
            total += n
        return total

@logged
def count(item, n):
    total = 0
    for n in range(n):
        total += n
    return total

def by_keyword(item):
    return count(item, n=${n})

def by_place(item):
    return count(item, ${n})

job = Job(${n})
`;
    for (const task of ["by_keyword", "by_place", "job.run"]) {
      const [small, large] = [work(code(10_000), task), work(code(1_000_000), task)];
      assert.ok(large > 50 * small && large < 150 * small, `${task}: ${small} to ${large}`);
    }
  });

  test("counts what each of several decorators does, and one that decorates what the function calls", () => {
    const code = `${decorators}
@repeated(10)
@logged
def long(item):
    return slow()

@logged
def once(item):
    return slow()

@logged
def around(item):
    return once(item)
`;
    const once = work(code, "once");
    assert.ok(work(code, "long") > 8 * once && work(code, "long") < 12 * once, `${work(code, "long")} ${once}`);
    assert.ok(work(code, "around") > 0.9 * once && work(code, "around") < 1.1 * once, `${work(code, "around")} ${once}`);
  });

  test("is known where a decorator that is given options hands out a partial of itself", () => {
    const code = `import functools

def timed(function=None, *, label=None):
    if function is None:
        return functools.partial(timed, label=label)
    @functools.wraps(function)
    def inner(*args, **kwargs):
        return function(*args, **kwargs)
    return inner

@timed(label="a")
def brief():
    return quick()

@timed(label="b")
def lengthy():
    return slow()

def short(item):
    return brief()

def long(item):
    return lengthy()
`;
    assert.ok(work(code, "long") > 100 * work(code, "short"), `${work(code, "long")} ${work(code, "short")}`);
  });

  test("a partial of a function of the library costs what that does", () => {
    const code = `import functools

largest = functools.partial(max, key=lambda n: sum(range(n)))

def partly(item):
    return functools.partial(sorted, reverse=True)(list(range(100_000)))

def whole(item):
    return sorted(list(range(100_000)), reverse=True)

def keyed(item):
    return largest([1_000] * 1_000)

def unkeyed(item):
    return max([1_000] * 1_000)
`;
    const [partly, whole] = [work(code, "partly"), work(code, "whole")];
    assert.ok(partly > 0.9 * whole && partly < 1.1 * whole, `${partly} ${whole}`);
    assert.ok(work(code, "keyed") > 50 * work(code, "unkeyed"), `${work(code, "keyed")} ${work(code, "unkeyed")}`);
  });

  test("the largest and smallest by a key that is a function of the program cost a call of that for each element", () => {
    const code = (name: string): string => `import heapq

def key(n):
    return sum(i for i in range(500))

def task(item):
    return heapq.${name}(3, [1] * 10_000, key=key)

def once(item):
    return key(item)
`;
    for (const name of ["nlargest", "nsmallest"]) {
      const ratio = work(code(name), "task") / work(code(name), "once");
      assert.ok(ratio > 5_000 && ratio < 20_000, `${name}: ${ratio}`);
    }
  });
});
