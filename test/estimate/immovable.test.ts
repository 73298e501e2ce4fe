import assert from "node:assert/strict";
import { test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionsOf, snapshotOf, strategyOf } from "./predictions.js";

/* Work that processes cannot do as it is, and work of which nobody knows what would be best. */

const parser = await pythonParser();

const computing = `        total = 0
        for number in range(1_000_000):
            total += number & 7
`;

function processesOf(program: string): string {
  return answerOf(program, "processes");
}

function answerOf(program: string, way: "processes" | "subinterpreters", target?: string): string {
  const last = predictionsOf(parser, `from concurrent.futures import ThreadPoolExecutor\nimport threading\n${program}`, target).at(-1);
  assert.ok(last);
  const processes = strategyOf(last, way);
  return processes.applicable ? `${last.recommended}` : processes.reason;
}

const method = (attribute: string): string => `class Counter:
    def __init__(self):
        self.state = ${attribute}
    def count(self, n):
${computing}        return total
def main():
    counter = Counter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(counter.count, range(8)))
main()
`;

const inner = (line: string): string => `def main():
    found = []
    def count(n):
        ${line}
${computing}        return total
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(8)))
main()
`;

test("a method goes to processes if its object can be pickled", () => {
  assert.equal(processesOf(method("[]")), "processes");
  assert.equal(processesOf(method("threading.Lock()")), "the object whose method the task is cannot be pickled");
});

/** Of what pickle does not find by its name, however the workers of a process pool are started. */
const isInside = "the task is defined inside another function and cannot be pickled";

test("a function inside another goes to no process, and to an interpreter only if it uses nothing around it", () => {
  assert.equal(processesOf(inner("size = len(found)")), isInside);
  assert.equal(processesOf(inner("mine = []; mine.append(n)")), isInside);
  assert.equal(processesOf(inner("size = 1").replace("    def count", "    global count\n    def count")), "processes");
  const toInterpreter = (line: string): string => answerOf(inner(line), "subinterpreters", "cpython-3.14");
  assert.equal(toInterpreter("size = len(found)"), "the task uses `found` from the code around it, which is not sent along");
  assert.notEqual(toInterpreter("mine = []; mine.append(n)"), isInside);
  const last = (called: string): string => inner("size = 1").replace("pool.map(count,", `pool.map(${called},`);
  assert.equal(processesOf(last("lambda n: count(n)")), "the task is a lambda, which cannot be pickled");
  assert.equal(processesOf(last("functools.partial(count)").replace("def main", "import functools\ndef main")), isInside);
  assert.equal(processesOf(inner("found[n] = n")), "the task changes variables of the function around it");
  assert.equal(processesOf(inner("found.append(n)")), "the task changes variables of the function around it");
});

/** A task that is given something, and does something with it once it has computed. */
const given = (made: string, does: string, after = ""): string => `import queue
LOCK = threading.Lock()
TOTAL = 0
CACHE = {}
def task(n, it):
${computing.replaceAll(/^ {4}/gm, "")}    ${does}
    return total
def main():
    it = ${made}
    with ThreadPoolExecutor(4) as pool:
        for n in range(8):
            pool.submit(task, n, it)
    ${after || "print()"}
main()
`;

test("what cannot be pickled cannot be handed to processes", () => {
  const said = "`it`, which the task uses, cannot be pickled";
  assert.equal(processesOf(given("threading.Lock()", "with it: print(total)")), said);
  assert.equal(processesOf(given("queue.Queue()", "it.put(total)")), said);
  assert.equal(processesOf(given("(each for each in range(8))", "next(it)")), said);
  assert.equal(processesOf(given("[1, 2, 3]", "it[0] + total")), "processes");
});

test("what a manager of multiprocessing gives out goes to processes as it is", () => {
  const lock = (made: string): string =>
    given(made, "with it: print(total)")
      .replaceAll(/\bit\b/g, "lock")
      .replace("import queue", "import queue, multiprocessing");
  assert.equal(processesOf(lock("multiprocessing.Manager().Lock()")), "processes");
});

test("what a function inside another uses of that one stands in the way first", () => {
  const guarded = (made: string, does: string): string => inner(does).replace("found = []", `found = ${made}`);
  assert.equal(processesOf(guarded("threading.Lock()", "found.acquire()")), "`found`, which the task uses, cannot be pickled");
  assert.equal(processesOf(guarded("[1, 2]", "size = found[0]")), isInside);
});

test("connections and clients that nobody knows are not handed to processes, nor methods of objects that hold them", () => {
  const said = (name: string): string => `\`${name}\`, which the task uses, is a connection or a lock, of which each process needs its own`;
  const object = (value: string, task: string): string => `class Sender:
    def __init__(self, client):
        self.client = ${value}
        self.size = 3
    def one(self, n):
${computing}        return total
    def start(self):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(${task}, range(8)))
`;
  assert.equal(processesOf(object("client", "self.one")), said("self.client"));
  assert.equal(processesOf(object("open_client('a')", "lambda n: self.one(n)")), said("self.client"));
  assert.equal(processesOf(object("'name'", "self.one")), "processes");
  assert.equal(processesOf(object("threading.Lock()", "lambda n: self.one(n)")), "`self`, which the task uses, cannot be pickled");
  const around = (parameter: string): string => inner("client.send(n)").replace("def main():", `def main(${parameter}):`);
  assert.equal(processesOf(around("client").replace(/\nmain\(\)/, "\nmain(connect())")), said("client"));
  assert.equal(processesOf(around("client: str").replace(/\nmain\(\)/, "\nmain('a')")), isInside);
});

test("processes do not do what changes state that the program reads", () => {
  const under = "with LOCK:\n        ";
  const said = (name: string): string => `the task changes \`${name}\`, of which each process would have its own`;
  const counts = given("1", `global TOTAL\n    ${under}TOTAL += total`, "print(TOTAL)");
  assert.equal(processesOf(counts), said("TOTAL"));
  assert.equal(processesOf(given("1", "CACHE[n] = total", "print(CACHE)")), said("CACHE"));
  const later = given("1", `${under}CACHE[n] = total`).replace("def main", "def found():\n    return list(CACHE.values())\ndef main");
  assert.equal(processesOf(later), said("CACHE"), "whoever reads it under whatever order");
});

test("a lock that guards what a process has for itself, or what is outside, goes with the work", () => {
  const under = "with LOCK:\n        ";
  for (const does of [`${under}CACHE[n] = total`, `${under}print(total)`]) {
    const program = given("1", does);
    assert.equal(processesOf(program), "processes");
    const [prediction] = predictionsOf(parser, `from concurrent.futures import ThreadPoolExecutor\nimport threading\n${program}`);
    assert.ok(prediction?.assumptions.some(({ what }) => what === "locks in processes"));
  }
});

test("where most of the work is unknown, no way is recommended", () => {
  const program = (call: string): string => `import engine
def task(n):
    return ${call}
with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, range(8)))
`;
  assert.equal(processesOf(program("engine.shape(n)")), "undefined");
  assert.equal(processesOf(program("eval(engine.TEXTS[n])")), "undefined");
  assert.equal(processesOf(program("sum(k * k for k in range(1_000_000))")), "processes");
});

test("where most of the work is unknown, no length is told from which on processes pay", () => {
  const pays = (call: string): number | undefined => {
    const program = `import engine\nfrom concurrent.futures import ThreadPoolExecutor\ndef task(n):\n    return ${call}\nwith ThreadPoolExecutor(4) as pool:\n    list(pool.map(task, range(8)))\n`;
    return snapshotOf(parser, program, "cpython-3.13", 4).scalings("/main.py")[0]?.processesPayAboveNs;
  };
  assert.equal(pays("engine.shape(n)"), undefined);
  assert.ok((pays("sum(k * k for k in range(1_000_000))") ?? 0) > 0);
});

test("an iterator that nobody knows may take any time for its next element", () => {
  const program = (streams: string): string => `import engine
def task(stream):
    return next(stream)
with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, ${streams}))
`;
  assert.equal(processesOf(program("engine.streams()")), "undefined");
  assert.equal(processesOf(program("[iter([1]), iter([2])]")), "serial");
});
