import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

/* Loops of which nobody can tell how often they run: what is told of them stays within what somebody would wait for. */

const parser = await pythonParser();
const second = 1_000_000_000;

function pooled(task: string, tasks = "range(20)") {
  const text = `from concurrent.futures import ThreadPoolExecutor
import time
${task}
with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, ${tasks}))
`;
  return predictionOf(parser, text, "cpython-3.11", 2);
}

function serial(task: string, tasks?: string) {
  return strategyOf(pooled(task, tasks), "serial").makespanNs;
}

const isSaid = (task: string): boolean => pooled(task).assumptions.some(({ what }) => what.startsWith("length of a task"));

/** So many loops, one in the other, of unknown lengths. */
function nested(depth: number): string {
  const loops = Array.from({ length: depth }, (_, at) => `${"    ".repeat(at + 1)}for a${at} in read(a${at - 1}):\n`).join("");
  return `def task(number):\n    total = 0\n    a_ = number\n${loops.replace("a-1", "a_")}${"    ".repeat(depth + 1)}total += 1\n    return total\n\ndef read(value):\n    return value.parts\n`;
}

describe("tasks of which the code leaves open by orders of magnitude how long they take", () => {
  test("take what somebody would wait for, however deep loops of unknown lengths stand in each other", () => {
    for (const depth of [3, 5, 7]) {
      const { low, likely, high } = serial(nested(depth));
      assert.ok(likely > 0.01 * second && likely < 30 * second, `${depth} loops: ${likely / second} s`);
      assert.ok(low < likely / 10 && high > likely * 10 && high < 5_000 * likely, `${low} to ${high}`);
    }
  });

  test("still take longer, the more loops there are", () => {
    assert.ok(serial(nested(7)).likely > serial(nested(3)).likely);
  });

  test("are said to be assumed, and only they", () => {
    assert.ok(isSaid(nested(5)));
    assert.ok(!isSaid("def task(number):\n    return sum(n * n for n in range(3_000_000))\n"));
  });
});

describe("tasks that the code tells the length of", () => {
  test("are as short or long as it tells", () => {
    const short = serial("def task(number):\n    return number + 1\n");
    assert.ok(short.high < 100_000, String(short.high));
    const long = serial("def task(number):\n    total = 0\n    for n in range(10**9):\n        total += n\n    return total\n");
    assert.ok(long.low > 100 * second, String(long.low));
  });

  test("wait as long as they say beside computing of an unknown length", () => {
    const { work } = pooled(nested(5).replace("    return total", "    time.sleep(0.25)\n    return total"));
    assert.ok(work.waitNs.low >= second / 4 && work.waitNs.high < 0.252 * second, `${work.waitNs.low} to ${work.waitNs.high}`);
  });
});
