import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Samples } from "../../server/src/estimate/samples/samples.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

const parser = await pythonParser();

const program = (items: string): string => `
from concurrent.futures import ThreadPoolExecutor

def task(rounds):
    total = 0
    for i in range(rounds):
        total ^= i * 31
    return total

with ThreadPoolExecutor(max_workers=4) as pool:
    list(pool.map(task, ${items}))
`;

const speedup = (text: string): number => strategyOf(predictionOf(parser, text, "cpython-3.13t", 4), "free-threaded").speedup.likely;

describe("each task is as long as its own item says", () => {
  test("one that takes nine tenths of the time leaves hardly anything to gain", () => {
    assert.ok(speedup(program("[20_000, 900_000, 20_000, 20_000, 20_000]")) < 1.2);
  });

  test("the longest one last is worse than first", () => {
    const rest = "100_000, 100_000, 100_000, 100_000";
    assert.ok(speedup(program(`[400_000, ${rest}]`)) > speedup(program(`[${rest}, 400_000]`)) * 1.15);
  });

  test("items that are computed count, too, and pairs of them", () => {
    assert.ok(speedup(program("[1_000 * 6 ** k for k in range(5)]")) < 1.4);
    const pairs = program("[(10, 1_000), (900, 1_000), (10, 1_000)]").replace(
      "def task(rounds):",
      "def task(pair):\n    a, b = pair\n    rounds = a * b",
    );
    assert.ok(speedup(pairs) < 1.2);
  });

  test("a loop that submits one after the other", () => {
    const text = program("[]").replace(
      "    list(pool.map(task, []))",
      "    for n in (20_000, 900_000, 20_000, 20_000):\n        pool.submit(task, n)",
    );
    assert.ok(speedup(text) < 1.2);
  });

  test("items that only differ in what the task does not look at make no difference", () => {
    const text = program("[1, 2, 900_000, 3, 4, 5, 6, 7]").replace("range(rounds)", "range(200_000)");
    assert.ok(speedup(text) > 2.5);
  });
});

describe("items of several kinds, repeated or joined", () => {
  const mixed = (items: string): string => `
import time
from concurrent.futures import ThreadPoolExecutor

def task(job):
    kind, amount = job
    if kind == "pause":
        time.sleep(amount)
        return 0
    total = 0
    for i in range(amount):
        total ^= i * 31
    return total

JOBS = ${items}

if __name__ == "__main__":
    with ThreadPoolExecutor(max_workers=4) as pool:
        list(pool.map(task, JOBS))
`;

  for (const items of [
    '[("pause", 0.2), ("sum", 400_000), ("pause", 0.2)] * 4',
    '3 * [("pause", 0.2)] + [("sum", 400_000)] * 3',
    '[("pause", 0.2)] * 100 + [("sum", 400_000)] * 100',
  ])
    test(`each waits or computes as its own says: ${items}`, () => {
      const { work, assumptions } = predictionOf(parser, mixed(items));
      assert.ok(work.waitNs.low > 80e6 && work.waitNs.high < 140e6, JSON.stringify(work.waitNs));
      assert.ok(work.interpreterNs.likely > 3e6 && work.interpreterNs.high < 60e6, JSON.stringify(work.interpreterNs));
      assert.ok(!assumptions.some(({ what }) => what.includes("sleep")));
    });
});

test("the data that all tasks look through is made once, however many tasks there are", (context) => {
  const groups = (items: string): string => `
from concurrent.futures import ThreadPoolExecutor

ROWS = [{"town": "t%d" % (i % 41), "size": i % 60} for i in range(50_000)]

def task(least):
    found = {}
    for row in ROWS:
        if row["size"] < least:
            continue
        found.setdefault(row["town"], []).append(row["size"])
    return len(found)

with ThreadPoolExecutor(max_workers=4) as pool:
    list(pool.map(task, ${items}))
`;
  const read = context.mock.method(Samples.prototype as unknown as { comprehension(): unknown }, "comprehension");
  const timesRead = (items: string): number => {
    read.mock.resetCalls();
    assert.ok(predictionOf(parser, groups(items), "cpython-3.13t", 4).tasks.likely > 1);
    return read.mock.callCount();
  };
  assert.equal(timesRead("[0, 7, 14, 21, 28, 35]"), timesRead("[0, 35]"));
});
