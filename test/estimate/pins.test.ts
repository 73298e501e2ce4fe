import assert from "node:assert/strict";
import { describe, test } from "node:test";
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
