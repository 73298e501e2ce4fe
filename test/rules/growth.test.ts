import assert from "node:assert/strict";
import { test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { acquisitionsOfAnyone, activityOf } from "../../server/src/program/link/activity/activity.js";
import type { Program } from "../../server/src/program/link/link.js";
import { lockedWaits } from "../../server/src/program/link/locks/locked-waits.js";
import { accessesByLocation } from "../../server/src/rules/race.js";
import { programOf } from "../program/program.js";
import { pythonParser } from "../syntax/python-parser.js";

/* Programs that grow: the work must grow with their size and no faster. Steps are counted, not time. */

const parser = await pythonParser();

/** As many functions, each of which changes one dict under a lock and calls two others, and as many threads that start in one of them. */
function callers(functions: number, threads: number): Program {
  const lines = ["import threading", "state = {}", "lock = threading.Lock()"];
  for (let i = 0; i < functions; i++) {
    lines.push(`def step${i}(x):`, "    with lock:", `        state[x] = ${i}`, "    if x:");
    lines.push(`        step${(i + 1) % functions}(x)`, "    else:", `        step${(i * 2 + 1) % functions}(x)`);
  }
  for (let i = 0; i < threads; i++) lines.push(`threading.Thread(target=step${i % functions}, args=(${i},)).start()`);
  return programOf(parser, { "m.py": `${lines.join("\n")}\n` });
}

/** As many threads that put into one queue and take from it while they hold one lock. */
function waiters(threads: number): Program {
  const lines = ["import queue", "import threading", "lock = threading.Lock()", "jobs = queue.Queue(3)"];
  for (let i = 0; i < threads; i++) {
    lines.push(`def work${i}():`, "    with lock:", `        jobs.put(${i})`, "        print(jobs.get())");
    lines.push(`threading.Thread(target=work${i}).start()`);
  }
  return programOf(parser, { "m.py": `${lines.join("\n")}\n` });
}

/** How many pairs of accesses rules compare at most. */
function pairsOf(program: Program): number {
  return [...accessesByLocation(program).values()].reduce((sum, { length }) => sum + length * length, 0);
}

test("the accesses to compare do not grow with the threads that come by the same code", () => {
  const [few, many, more] = [10, 20, 40].map((threads) => pairsOf(callers(10, threads)));
  assert.ok(few !== undefined && few > 0);
  assert.equal(many, more);
});

test("calls that are reached in very many ways are told once for each place", () => {
  // As a parser does: each level reads the next one on two sides of an operator.
  const levels = Array.from({ length: 20 }, (_, i) => `def level${i}(text):\n    return (level${i + 1}(text), level${i + 1}(text[1:]))\n`);
  const lines = [
    "import re",
    ...levels,
    "def level20(text):",
    "    return re.match('a+', text)",
    "async def main(text):",
    "    return level0(text)",
  ];
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
  host.setFile("/m.py", `${lines.join("\n")}\nimport asyncio\nasyncio.run(main(input()))\n`);
  assert.ok(host.snapshot().findings("/m.py"));
});

test("a lock taken again at the end of very many ways is one place for each call that holds it", () => {
  const levels = Array.from({ length: 12 }, (_, i) => `def level${i}(x):\n    if x:\n        level${i + 1}(x)\n    level${i + 1}(not x)`);
  const lines = ["import threading", "lock = threading.RLock()", ...levels, "def level12(x):", "    with lock:", "        print(x)"];
  const start = ["def start(x):", "    with lock:", "        level0(x)", "    with lock:", "        level0(not x)", ""];
  const taken = acquisitionsOfAnyone(programOf(parser, { "m.py": [...lines, ...start].join("\n") }));
  const inStart = taken.filter(({ path: [first], locks }) => first?.function.head.name === "start" && locks.length > 0);
  assert.equal(new Set(inStart.map(({ path: [first] }) => first?.call.start)).size, 2, "both calls are told");
  assert.ok(taken.length < 200, `${taken.length}`);
});

test("iterators that are made of themselves are looked through once", () => {
  const wrapped = ["a", "b", "c"].map((name) => `        if rows.${name}:\n            rows = iter(rows)`);
  const lines = ["import threading", "def work(rows):", "    while True:", ...wrapped, "        for row in rows:", "            row.run()"];
  const program = programOf(parser, { "m.py": `${lines.join("\n")}\nthreading.Thread(target=work, args=([],)).start()\n` });
  const { resolver } = program;
  const resolve = resolver.resolve.bind(resolver);
  let count = 0;
  resolver.resolve = (value, within) => {
    assert.ok(++count < 100_000, "the look-ups come to no end");
    return resolve(value, within);
  };
  activityOf(program);
  const within = program.file("m.py")?.functions.find(({ facts }) => facts.name === "work");
  const loop = within?.facts.body[0];
  const inner = loop?.op === "loop" ? loop.body.find((each) => each.op === "loop") : undefined;
  assert.ok(within && inner?.op === "loop" && inner.iterable);
  resolver.elements(inner.iterable, within);
});

test("waits under locks are judged with a number of look-ups that grows with the program", () => {
  const lookUps = (threads: number): number => {
    const program = waiters(threads);
    activityOf(program);
    const { resolver } = program;
    const resolve = resolver.resolve.bind(resolver);
    let count = 0;
    resolver.resolve = (value, within) => {
      count++;
      return resolve(value, within);
    };
    assert.equal(lockedWaits(program).length, 2 * threads);
    return count;
  };
  const [few = 0, many = 0, more = 0] = [10, 20, 40].map(lookUps);
  assert.ok(more - many <= 2.2 * (many - few), `${few}, ${many}, ${more} look-ups`);
});

test("a variable that is bound to partials of itself again and again is looked into once for each", () => {
  const lines = [
    "import functools",
    "import threading",
    "class Counter:",
    "    def __init__(self):",
    "        self.n = 0",
    "    def add(self):",
    "        self.n += len(str(self.n))",
    "def build(**options):",
    "    return Counter()",
    "make = functools.partial(build)",
    ...Array.from({ length: 12 }, (_, i) => `if input():\n    make = functools.partial(make, option${i}=${i})`),
    "counter = make()",
    "for _ in range(4):",
    "    threading.Thread(target=counter.add).start()",
  ];
  const host = new AnalysisHost(parser, { target: newestTarget, cores: 4, severities: {} });
  host.setFile("/m.py", `${lines.join("\n")}\n`);
  const found = host.snapshot().findings("/m.py");
  assert.ok(found.some(({ rule }) => rule === "non-atomic-shared-update"));
});

test("a variable that is made of itself again and again is looked into as often as it is read", () => {
  const lookUps = (values: number): number => {
    const lines = [
      "import threading",
      "def work(x):",
      ..."    x = x.next()\n".repeat(values).split("\n"),
      "threading.Thread(target=work, args=([],)).start()",
    ];
    const program = programOf(parser, { "m.py": `${lines.join("\n")}\n` });
    const { resolver } = program;
    const resolve = resolver.resolve.bind(resolver);
    let count = 0;
    resolver.resolve = (value, within) => {
      count++;
      return resolve(value, within);
    };
    activityOf(program);
    return count;
  };
  const [few = 0, many = 0, more = 0] = [500, 1_000, 2_000].map(lookUps);
  assert.ok(more - many <= 2.2 * (many - few), `${few}, ${many}, ${more} look-ups`);
});
