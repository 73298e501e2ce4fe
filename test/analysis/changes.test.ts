import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import type { Settings } from "../../server/src/analysis/answers.js";
import type { Range } from "../../server/src/base/range.js";
import { newestTarget } from "../../server/src/base/target.js";
import { BodyCosts } from "../../server/src/estimate/costs/body-costs.js";
import { CostModel } from "../../server/src/estimate/costs/work.js";
import { fewSteps } from "../../server/src/estimate/trial/follow.js";
import { builtInKnowledge } from "../../server/src/knowledge/knowledge.js";
import { makePackedFacts } from "../../server/src/program/packed-facts.js";
import { pythonParser } from "../syntax/python-parser.js";

/* What is remembered from before a change never shows: the answers are those of a host that has seen nothing but the present texts. */

const parser = await pythonParser();
const settings: Settings = { target: newestTarget, cores: 4, severities: {}, mostSteps: fewSteps };

/** A program whose files call each other in circles, hand functions and pools around, and share names of methods. */
const program: Readonly<Record<string, string>> = {
  "/p/app.py": `import threading
from store import Store, shared
from jobs import run_all, Job
import pools

store = Store()

def count(limit):
    for row in range(limit):
        for column in range(2000):
            store.add(row * column)
    return store.total

def start():
    threads = []
    for index in range(4):
        thread = threading.Thread(target=count, args=(2000,))
        thread.start()
        threads.append(thread)
    run_all(count, pools.make())
    threading.Thread(target=pools.consume, args=(pools.make(),)).start()
    Job(store.add).start()
    shared.append(1)
    for thread in threads:
        thread.join()
`,
  "/p/jobs.py": `import threading
import app
from pools import make

class Base:
    def __init__(self, action):
        self.action = action
        self.done = 0

    def start(self):
        return self.prepare(self)

    def prepare(self, other):
        other.done += 1
        return other

class Job(Base):
    def start(self):
        worker = threading.Thread(target=self.loop)
        worker.start()
        return self.prepare(make())

    def loop(self):
        while self.action:
            self.action(1)
            self.done += 1

def run_all(action, pool):
    results = [pool.submit(action, 300) for _ in range(8)]
    return [result.result() for result in results] or app.count(3)
`,
  "/p/pools.py": `from concurrent.futures import ThreadPoolExecutor
import hashlib
from store import *

def make(size=4):
    return ThreadPoolExecutor(max_workers=size)

def digest(data):
    return hashlib.sha256(bytes(10_000_000)).hexdigest()

def consume(executor):
    for _ in range(4):
        executor.submit(Store().add, 1)

def digests(items):
    with make() as pool:
        return list(pool.map(digest, items)) + list(pool.map(Store().add, items))
`,
  "/p/store.py": `import threading
import jobs

shared = []
lock = threading.Lock()
hits = 0

class Store(jobs.Base):
    def __init__(self):
        self.total = 0
        self.next = self

    def add(self, value):
        global hits
        hits += 1
        with lock:
            self.total += value
        self.next = self.follow(value)
        return self.next.add(value) if value else self

    def follow(self, value):
        return self.next or jobs.Job(self.add)
`,
};

const lines = [
  "",
  "x = 1",
  "hits += 1",
  "    hits += 1",
  "        self.total += 1",
  "        self.done += self.total",
  "    global hits",
  "    with lock:",
  "def make():",
  "def count(limit):",
  "    def add(self, value):",
  "    def start(self):",
  "class Store:",
  "from app import count as make",
  "from jobs import *",
  "import pools as jobs",
  "store = jobs.Job(count)",
  "threading.Thread(target=store.add).start()",
  "    return Store()",
  "        return self",
  "        self.prepare(self).start()",
  "    pools = jobs",
  "    threading.Thread(target=pools.consume, args=(3,)).start()",
  "    threading.Thread(target=pools.consume, args=(make(),)).start()",
  "    pool.submit(store.add)",
  "    for _ in range(100000): pass",
  "# gil: ignore[GIL201]",
  "    # gil: thread-root",
];

const step = fc.record({
  file: fc.constantFrom(...Object.keys(program)),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  removed: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.constant(1) }, fc.nat(4)),
  added: fc.array(fc.constantFrom(...lines), { maxLength: 2 }),
  /** What is asked after the change, because what was asked decides what is remembered. */
  asked: fc.constantFrom("all", "all", "all", "lenses", "nothing"),
  /** What becomes of the file after the change. */
  afterwards: fc.oneof(
    { weight: 5, arbitrary: fc.constant("stays open") },
    { weight: 2, arbitrary: fc.constantFrom("closed and opened", "closed, edited elsewhere and opened", "closed, read again and opened") },
  ),
});

function answers(host: AnalysisHost, paths: readonly string[]): unknown {
  const analysis = host.snapshot();
  return paths.map((path) => [path, analysis.findings(path), analysis.predictions(path), analysis.lenses(path)]);
}

test("answers after changes are those of a host that starts from the changed texts", () => {
  const paths = Object.keys(program);
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const texts = new Map(Object.entries(program));
      const host = new AnalysisHost(parser, settings);
      for (const [path, text] of texts) host.openFile(path, text);
      answers(host, paths);
      for (const { file, at, removed, added, asked, afterwards } of steps) {
        const before = texts.get(file) ?? "";
        const rows = before.split("\n");
        const row = Math.floor(at * rows.length);
        const start = rows.slice(0, row).join("\n").length + (row > 0 ? 1 : 0);
        const end = Math.min(before.length, start + rows.slice(row, row + removed).reduce((sum, each) => sum + each.length + 1, 0));
        const newText = added.map((line) => `${line}\n`).join("");
        host.editFile(file, [{ range: { start, end }, newText }]);
        texts.set(file, before.slice(0, start) + newText + before.slice(end));
        if (afterwards !== "stays open") {
          host.closeFile(file);
          const text = texts.get(file) ?? "";
          if (afterwards === "closed, read again and opened") host.setFile(file, `${text}\nshared.append(2)\n`);
          if (asked === "lenses") answers(host, paths);
          if (afterwards === "closed, edited elsewhere and opened") texts.set(file, `x = 2\n${text}`);
          host.openFile(file, texts.get(file) ?? "");
        }
        if (asked === "nothing") continue;
        if (asked === "lenses") {
          host.snapshot().lenses(file);
          continue;
        }
        const fresh = new AnalysisHost(parser, settings, builtInKnowledge(), "one state");
        for (const [path, text] of texts) fresh.setFile(path, text);
        assert.deepEqual(answers(host, paths), answers(fresh, paths));
      }
      for (const path of paths) host.closeFile(path);
    }),
    { numRuns: 18, seed: 4 },
  );
});

const statements = [
  "self.total += value",
  "hits += self.done",
  "with lock:",
  "threading.Thread(target=store.add).start()",
  "self.next = jobs.Job(self.add)",
  "return self.action(pools.make())",
  "shared.append(hits)",
  "executor.submit(work, 1)  # gil: ignore[GIL101]",
  "global hits",
  "self.start().add(1)",
];

const typing = fc.record({
  file: fc.constantFrom(...Object.keys(program)),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  statement: fc.constantFrom(...statements),
  place: fc.constantFrom("new line", "over the line", "end of the line"),
});

test("while a statement is typed or taken back, character by character, the answers are those of a fresh host", () => {
  const paths = Object.keys(program);
  fc.assert(
    fc.property(fc.array(typing, { minLength: 1, maxLength: 3 }), fc.nat(6), (typed, phase) => {
      const texts = new Map(Object.entries(program));
      const host = new AnalysisHost(parser, settings);
      for (const [path, text] of texts) host.openFile(path, text);
      answers(host, paths);
      let edits = phase;
      const edit = (file: string, start: number, removed: number, newText: string): void => {
        const before = texts.get(file) ?? "";
        host.editFile(file, [{ range: { start, end: start + removed }, newText }]);
        texts.set(file, before.slice(0, start) + newText + before.slice(start + removed));
        if (++edits % 7 > 0) return void host.snapshot().findings(file);
        const fresh = new AnalysisHost(parser, settings);
        for (const [path, text] of texts) fresh.setFile(path, text);
        assert.deepEqual(answers(host, paths), answers(fresh, paths));
      };
      for (const { file, at, statement, place } of typed) {
        const rows = (texts.get(file) ?? "").split("\n");
        const row = Math.floor(at * rows.length);
        const line = rows[row] ?? "";
        const indentation = /^ */.exec(line)?.[0] ?? "";
        const lineStart = rows.slice(0, row).join("\n").length + (row > 0 ? 1 : 0);
        let caret = lineStart + line.length;
        if (place === "over the line") {
          for (; caret > lineStart + indentation.length; caret--) edit(file, caret - 1, 1, "");
        } else if (place === "new line") {
          edit(file, caret, 0, `\n${indentation}`);
          caret += 1 + indentation.length;
        }
        for (const character of statement) edit(file, caret++, 0, character);
        if (row % 2 === 0) for (const _ of statement) edit(file, --caret, 1, "");
      }
      for (const path of paths) host.closeFile(path);
    }),
    { numRuns: 8, seed: 5 },
  );
});

test("a host that was to be asked about one state only finds everything anew when a file changes all the same", () => {
  const paths = Object.keys(program);
  const host = new AnalysisHost(parser, settings, builtInKnowledge(), "one state");
  for (const [path, text] of Object.entries(program)) host.setFile(path, text);
  const before = answers(host, paths);
  const jobs = (program["/p/jobs.py"] ?? "").replaceAll("threading.Thread(", "print(");
  host.setFile("/p/jobs.py", jobs);
  const fresh = new AnalysisHost(parser, settings);
  for (const [path, text] of Object.entries(program)) fresh.setFile(path, path === "/p/jobs.py" ? jobs : text);
  const after = answers(host, paths);
  assert.notDeepEqual(after, before);
  assert.deepEqual(after, answers(fresh, paths));
});

test("an older state answers as before, also after a newer one was asked", () => {
  const paths = Object.keys(program);
  const host = new AnalysisHost(parser, settings);
  for (const [path, text] of Object.entries(program)) host.openFile(path, text);
  const expected = answers(host, paths);
  const early = host.snapshot();
  host.editFile("/p/store.py", [{ range: { start: 0, end: 0 }, newText: "x = 1\n" }]);
  const late = host.snapshot();
  host.editFile("/p/app.py", [{ range: { start: 0, end: 0 }, newText: "y = 1\n" }]);
  answers(host, paths);
  const of = (analysis: typeof early): unknown =>
    paths.map((path) => [path, analysis.findings(path), analysis.predictions(path), analysis.lenses(path)]);
  assert.deepEqual(of(early), expected);
  const fresh = new AnalysisHost(parser, settings);
  for (const [path, text] of Object.entries(program)) fresh.setFile(path, path === "/p/store.py" ? `x = 1\n${text}` : text);
  assert.deepEqual(of(late), answers(fresh, paths));
  for (const path of paths) assert.equal(early.hover(path, 0), undefined);
});

test("what a function is handed by a spawn elsewhere counts from the change on", () => {
  const worker = "def consume(executor, work):\n    for _ in range(4):\n        executor.submit(work, 1)\n\ndef work(n):\n    print(n)\n";
  const start = (handed: string): string =>
    `import threading\nfrom concurrent.futures import ThreadPoolExecutor\nfrom worker import consume, work\n\nthreading.Thread(target=consume, args=(${handed}, work)).start()\n`;
  const host = new AnalysisHost(parser, settings);
  host.setFile("/q/worker.py", worker);
  for (const [handed, places] of [
    ["ThreadPoolExecutor(3)", 1],
    ["None", 0],
    ["ThreadPoolExecutor(3)", 1],
  ] as const) {
    host.setFile("/q/main.py", start(handed));
    assert.equal(host.snapshot().predictions("/q/worker.py").length, places, handed);
  }
});

test("a call in a file of which a definition has gone leads to the functions that the file has now", () => {
  const text = `import threading
def run(self):
        work("a name")
        yield (lambda item: threading.Lock())
def work(name):
    for _ in range(2): threading.Thread(target=name.rows).start()`;
  const host = new AnalysisHost(parser, settings);
  host.openFile("/q/app.py", text);
  assert.equal(host.snapshot().predictions("/q/app.py").length, 1);
  // Several edits come between two questions: the lambda is broken off, the import was away in between.
  const edit = (start: number, end: number, newText: string): void => host.editFile("/q/app.py", [{ range: { start, end }, newText }]);
  edit(0, 0, "# ");
  const at = text.indexOf(": threading.Lock") + 2;
  edit(at, at, "\r\n");
  edit(0, 2, "");
  const fresh = new AnalysisHost(parser, settings);
  fresh.setFile("/q/app.py", `${text.slice(0, at - 2)}\r\n${text.slice(at - 2)}`);
  assert.equal(fresh.snapshot().predictions("/q/app.py").length, 1);
  assert.equal(host.snapshot().predictions("/q/app.py").length, 1);
  host.closeFile("/q/app.py");
});

test("a file that is closed and opened again after definitions came and went is read as if for the first time", () => {
  const paths = Object.keys(program);
  const jobs = program["/p/jobs.py"] ?? "";
  const loop = jobs.slice(jobs.indexOf("    def loop"), jobs.indexOf("def run_all"));
  for (const later of [
    jobs,
    jobs.replace("import threading\n", "import threading\n\ndef first(one):\n    return one\n\ndef second(one):\n    return one\n"),
  ]) {
    const host = new AnalysisHost(parser, settings);
    for (const [path, text] of Object.entries(program)) host.openFile(path, text);
    answers(host, paths);
    const edit = (start: number, removed: number, newText: string): void => {
      host.editFile("/p/jobs.py", [{ range: { start, end: start + removed }, newText }]);
      answers(host, paths);
    };
    edit(0, 0, "def added(one):\n    return lambda: one\n\n");
    edit(jobs.indexOf(loop) + "def added(one):\n    return lambda: one\n\n".length, loop.length, "");
    edit(0, "def added(one):\n    return lambda: one\n\n".length, "");
    edit(jobs.indexOf(loop), 0, loop);
    host.closeFile("/p/jobs.py");
    answers(host, paths);
    host.openFile("/p/jobs.py", later);
    const fresh = new AnalysisHost(parser, settings);
    for (const [path, text] of Object.entries(program)) fresh.setFile(path, path === "/p/jobs.py" ? later : text);
    assert.deepEqual(answers(host, paths), answers(fresh, paths));
    for (const path of paths) host.closeFile(path);
  }
});

test("a file that is closed and opened again is as it was, also if it was read from disk in between", (context) => {
  const paths = Object.keys(program);
  const text = program["/p/app.py"] ?? "";
  const host = new AnalysisHost(parser, settings);
  for (const path of paths) host.openFile(path, program[path] ?? "");
  const before = answers(host, paths);
  const estimated = context.mock.method(CostModel.prototype, "workOfTask");
  host.closeFile("/p/app.py");
  host.setFacts("/p/app.py", text, makePackedFacts(text, parser));
  assert.deepEqual(answers(host, paths), before);
  host.openFile("/p/app.py", text);
  assert.deepEqual(answers(host, paths), before);
  assert.equal(estimated.mock.callCount(), 0);
  host.closeFile("/p/app.py");
  host.setFacts("/p/app.py", `x = 1\n${text}`, makePackedFacts(`x = 1\n${text}`, parser));
  const fresh = new AnalysisHost(parser, settings);
  for (const path of paths) fresh.setFile(path, path === "/p/app.py" ? `x = 1\n${text}` : (program[path] ?? ""));
  assert.deepEqual(answers(host, paths), answers(fresh, paths));
});

test("an import or an assignment that is typed into a module leaves the work of its threads as it was estimated", (context) => {
  const text = `import threading
from concurrent.futures import ThreadPoolExecutor

total = 0
rows = [1, 2, 3]

class Account:
    def add(self, rows):
        for row in rows:
            self.note(row, total)

    def note(self, row, limit):
        self.last = row * limit

def price(value):
    global total
    result = sum(k * value for k in range(500))
    total += result
    return result

def main():
    threading.Thread(target=Account().add, args=([4, 5],)).start()
    with ThreadPoolExecutor(max_workers=4) as pool:
        return list(pool.map(price, range(40)))
`;
  const host = new AnalysisHost(parser, settings);
  host.openFile("/p/app.py", text);
  host.snapshot().findings("/p/app.py");
  const estimated = context.mock.method(CostModel.prototype, "workOfTask");
  for (const newText of ["import string\n", "limit = 7\n"]) {
    host.editFile("/p/app.py", [{ range: { start: 0, end: 0 }, newText }]);
    host.snapshot().findings("/p/app.py");
    assert.equal(estimated.mock.callCount(), 0, newText);
  }
});

/** Has a program asked about, and tells after each edit of which of its functions the bodies are added up anew. */
function bodiesAddedUp(
  text: string,
  names: readonly string[],
  context: TestContext,
): (range: Range, newText: string) => readonly boolean[] {
  const host = new AnalysisHost(parser, settings);
  host.openFile("/p/app.py", text);
  host.snapshot().findings("/p/app.py");
  const added = context.mock.method(BodyCosts.prototype, "operations");
  return (range, newText) => {
    added.mock.resetCalls();
    host.editFile("/p/app.py", [{ range, newText }]);
    host.snapshot().findings("/p/app.py");
    const bodies = added.mock.calls.map(({ arguments: [list, at] }) => (list === at.function.facts.body ? at.function.head.name : ""));
    return names.map((name) => bodies.includes(name));
  };
}

test("of what a coroutine runs, only the function that is edited and those that call it are added up anew", (context) => {
  const text = `import asyncio

def price(value):
    return sum(k * value for k in range(500))

def weight(value):
    return sum(k + value for k in range(700))

def both(value):
    return price(value) * 2 + other(value)

def other(value):
    return weight(value) + 1

async def main():
    for value in range(20):
        both(value)
        other(value)
        await asyncio.sleep(1)

asyncio.run(main())
`;
  const addedUpAfter = bodiesAddedUp(text, ["price", "both", "weight", "other"], context);
  const place = text.indexOf("k * value");
  assert.deepEqual(addedUpAfter({ start: place, end: place }, "k + "), [true, true, false, false]);
});

test("an edit that leaves what a function costs as it was leaves those that call it as they were added up", (context) => {
  const text = `import asyncio

def shifted(value):
    start = value * 2
    print(start)

def both(value):
    shifted(value)
    return sum(k for k in range(700))

async def main():
    for value in range(20):
        both(value)
        await asyncio.sleep(1)

asyncio.run(main())
`;
  const bodiesAfter = bodiesAddedUp(text, ["shifted", "both"], context);
  const place = text.indexOf("2\n");
  assert.deepEqual(bodiesAfter({ start: place, end: place + 1 }, "3"), [true, false]);
  assert.deepEqual(bodiesAfter({ start: place, end: place }, "value * "), [true, true]);
});

test("what a function costs follows what its callers hand over, also to functions that stand in it", () => {
  const start = `import asyncio
import threading

def price(rows):
    def inner():
        return sum(k * rows for k in range(rows))
    return inner() + helper(rows)

def helper(count):
    total = 0
    for k in range(count):
        total += k
    return total

def outer(count):
    return price(count)

def task():
    for _ in range(30):
        outer(4000)

async def main():
    outer(3000)
    await asyncio.sleep(1)

for _ in range(4):
    threading.Thread(target=task).start()
asyncio.run(main())
`;
  let text = start;
  const host = new AnalysisHost(parser, settings);
  host.openFile("/p/app.py", text);
  answers(host, ["/p/app.py"]);
  for (const [from, to] of [
    ["total += k", "total += count"],
    ["outer(4000)", "outer(40)"],
    ["price(count)", "price(count * 9)"],
    ["total += count", "total += k * k"],
    ["def price(rows)", "def price(other, rows=7)"],
    ["k * rows", "k + rows"],
    ["outer(3000)", "outer(300000)"],
    ["def helper(count)", "def helper(k, count=70)"],
    ["def outer(count):\n    return", "def outer(count):\n    count = 50\n    return"],
    ["total += k * k", "total += k"],
  ] as const) {
    const at = text.indexOf(from);
    host.editFile("/p/app.py", [{ range: { start: at, end: at + from.length }, newText: to }]);
    text = text.slice(0, at) + to + text.slice(at + from.length);
    const fresh = new AnalysisHost(parser, settings);
    fresh.setFile("/p/app.py", text);
    assert.deepEqual(answers(host, ["/p/app.py"]), answers(fresh, ["/p/app.py"]), `${from} → ${to}`);
  }
  host.closeFile("/p/app.py");
});
