import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { newestTarget } from "../../server/src/base/target.js";
import { factsOf } from "../program/program.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

const parser = await pythonParser();

/** A program whose four threads run `task`, with one comment in it. */
function program(task: string, call = "pool.map(task, range(8))"): string {
  return `import time, zlib
from concurrent.futures import ThreadPoolExecutor
${task}
with ThreadPoolExecutor(4) as pool:
    ${call}
`;
}

describe("comments pin what the code leaves open", () => {
  test("the cost of a function", () => {
    const { work, assumptions } = predictionOf(parser, program("def task(n):  # gil: cost=2ms\n    return sum(other(n))"));
    assert.deepEqual(work.interpreterNs, { low: 2e6, likely: 2e6, high: 2e6 });
    assert.deepEqual(
      assumptions.filter(({ from }) => from === "annotation"),
      [{ what: "`task` takes", value: "2 ms", from: "annotation" }],
    );
  });

  test("a function keeps its mix of computing and waiting", () => {
    const { work } = predictionOf(parser, program("# gil: cost=1s\ndef task(n):\n    time.sleep(0.5)"));
    assert.ok(work.waitNs.likely > 0.99e9 && work.waitNs.likely <= 1e9, String(work.waitNs.likely));
  });

  test("the cost of a call of which nothing is known", () => {
    const { work, strategies } = predictionOf(parser, program("def task(n):\n    return n.solve()  # gil: cost=30ms"));
    assert.ok(Math.abs(work.interpreterNs.likely - 30e6) < 0.1e6, String(work.interpreterNs.likely));
    assert.ok(strategies.every(({ strategy, applicable }) => applicable || strategy === "asyncio" || strategy === "subinterpreters"));
  });

  test("the cost of a loop with all its rounds", () => {
    const { work } = predictionOf(parser, program("def task(rows):\n    # gil: cost=5ms\n    for row in rows:\n        row += 1"));
    assert.ok(Math.abs(work.interpreterNs.likely - 5e6) < 0.1e6, String(work.interpreterNs.likely));
  });

  test("the rounds of a loop", () => {
    const body = (comment: string): string =>
      `def task(rows):\n    total = 0\n    for row in rows:${comment}\n        total += 1\n    return total`;
    const few = predictionOf(parser, program(body("  # gil: iterations=1_000"))).work.interpreterNs;
    const many = predictionOf(parser, program(body("  # gil: iterations=1e6"))).work.interpreterNs;
    assert.ok(Math.abs(many.likely / few.likely - 1000) < 20, String(many.likely / few.likely));
    assert.ok(many.high / many.low < 3, "only the cost of a round is uncertain");
  });

  test("the calls of a recursion", () => {
    const { assumptions } = predictionOf(
      parser,
      program("def task(tree):  # gil: iterations=5000\n    return 0 if tree is None else task(tree.left) + task(tree.right)"),
    );
    assert.ok(assumptions.some(({ what, value, from }) => what === "calls of `task`" && value === "5000" && from === "annotation"));
  });

  const pinned = "    return n";
  for (const [what, definition, run = "task"] of [
    ["behind a decorator", `@functools.lru_cache(maxsize=None)  # gil: cost=2ms\ndef task(n):\n${pinned}`],
    ["above a decorator", `# gil: cost=2ms\n@functools.lru_cache\ndef task(n):\n${pinned}`],
    ["between a decorator and its function", `@functools.lru_cache\n# gil: cost=2ms\ndef task(n):\n${pinned}`],
    ["behind the last line of a header", `def task(\n    n,\n    by=1,\n):  # gil: cost=2ms\n${pinned}`],
    [
      "on a function that a partial calls",
      `def work(\n    by, n\n) -> int:  # gil: cost=2ms\n${pinned}\ntask = functools.partial(work, 3)`,
    ],
    [
      "on a partial's function, called",
      `def work(by, n):  # gil: cost=2ms\n${pinned}\nlater = functools.partial(work, by=3)\ndef task(n):\n    return later(n)`,
    ],
    ["on a lambda", "task = lambda n: n * 2  # gil: cost=2ms"],
    ["on a class method", `class Task:\n    # gil: cost=2ms\n    @classmethod\n    def run(cls, n):\n        return n`, "Task.run"],
    ["on a function inside another", `def task(n):\n    # gil: cost=2ms\n    def inner(n):\n        return n\n    return inner(n)`],
  ] as const)
    test(`the cost of a function: ${what}`, () => {
      const { work } = predictionOf(parser, program(`import functools\n${definition}`, `pool.map(${run}, range(8))`));
      assert.ok(Math.abs(work.interpreterNs.likely - 2e6) < 2e3, String(work.interpreterNs.likely));
    });

  test("a comment above the first statement of a function speaks of that statement alone", () => {
    const { work } = predictionOf(parser, program("def task(n):\n    # gil: cost=2ms\n    n.prepare()\n    time.sleep(0.05)"));
    assert.ok(work.interpreterNs.likely < 2.1e6 && work.waitNs.likely > 49e6, String(work.waitNs.likely));
  });

  test("a function of another module, imported from the package around", () => {
    const host = new AnalysisHost(parser, { target: newestTarget, cores: 2, calibrations: [], severities: {} });
    host.setFile("/app/__init__.py", "");
    host.setFile("/app/work.py", "import functools\n# gil: cost=2ms\n@functools.lru_cache(maxsize=None)\ndef solve(n):\n    return n\n");
    host.setFile("/app/main.py", program("from . import work\ndef task(n):\n    return work.solve(n)"));
    const [only] = host.snapshot().predictions("/app/main.py");
    assert.ok(only && Math.abs(only.work.interpreterNs.likely - 2e6) < 2e3, String(only?.work.interpreterNs.likely));
  });

  test("the number of tasks", () => {
    const { tasks } = predictionOf(parser, program("def task(n):\n    return n", "pool.map(task, open('rows'))  # gil: iterations=300"));
    assert.deepEqual(tasks, { low: 300, likely: 300, high: 300 });
  });
});

test("times and counts that cannot be read are invalid directives", () => {
  const reasons = factsOf(
    parser,
    "f()  # gil: cost=fast\nf()  # gil: cost=2\nf()  # gil: iterations=many\nf()  # gil: cost=1.5us\n",
  ).directives.map((each) => (each.kind === "invalid" ? each.reason : each.kind));
  assert.deepEqual(reasons, [
    "`cost` takes a time, such as `# gil: cost=2ms`",
    "`cost` takes a time, such as `# gil: cost=2ms`",
    "`iterations` takes a count, such as `# gil: iterations=1e6`",
    "note",
  ]);
});
