import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Interval } from "../../server/src/base/interval.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

/* How often what stands behind a return, a raise or a continue runs, and how often loops go round whose ends the text tells in other ways than by a count. */

const parser = await pythonParser();

function task(program: string, items = "range(8)"): Interval {
  const text = `from concurrent.futures import ThreadPoolExecutor
${program}
if __name__ == "__main__":
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(task, ${items}))
`;
  return predictionOf(parser, text).work.interpreterNs;
}

const heavy = Array.from({ length: 40 }, (_, index) => `        total += n * ${index}`).join("\n");

const guarded = (guard: string): string => `def task(number):
    total = 0
    for n in range(100_000):
${guard}
${heavy}
    return total
`;

describe("what follows a guard in its block", () => {
  const plain = task(guarded("        pass")).likely;
  for (const [guard, least, most] of [
    ["        if n % 10:\n            continue", 0.08, 0.25],
    ["        if n % 10 == 0:\n            continue", 0.8, 1.1],
    ["        if n < 0:\n            raise ValueError(n)", 0.95, 1.2],
    ["        if n % 10:\n            total += 1", 0.95, 1.2],
  ] as const)
    test(`runs as often as the guard lets it: ${guard.trim().replace(/\n\s+/, " ")}`, () => {
      const share = task(guarded(guard)).likely / plain;
      assert.ok(share > least && share < most, String(share));
    });

  test("never runs after a return", () => {
    const work = (rest: string): number => task(`def task(n):\n    total = sum(range(1_000))\n    return total\n${rest}`).likely;
    assert.equal(work("    for n in range(1_000_000):\n        total += n\n"), work(""));
  });

  test("with shares that are known, a branch does not keep the whole of its dearer arm", () => {
    const { likely, high } = task(guarded("        if n % 10:\n            continue"));
    assert.ok(high / likely < 4, String(high / likely));
  });
});

describe("lengths that do not depend on where things begin", () => {
  test("range(start, start + 4000), whatever start is", () => {
    const items = "[4_000_000_000_000, 9_000_000_000_000, 17]";
    const program = (range: string): string =>
      `def task(start):\n    total = 0\n    for n in ${range}:\n        total += 1\n    return total\n`;
    const { low, likely, high } = task(program("range(start, start + 4000)"), items);
    const known = task(program("range(4000)"), items);
    assert.ok(high / low < 3 && likely / known.likely < 1.3 && likely / known.likely > 0.7, `${low} ${likely} ${high}`);
  });

  test("not range(start, stop + 4000)", () => {
    const items = "[10, 1_000_000]";
    const program = "def task(start):\n    stop = 2_000_000\n    for n in range(start, stop + 4000):\n        pass\n";
    assert.ok(task(program, items).likely > 1e6);
  });

  test("n % 4 of a number that nobody knows is below four", () => {
    const program = (count: string): string => `def task(text):\n    total = 0\n    for n in range(${count}):\n        total += n\n`;
    const known = task(program("3"), "map(str, range(8))");
    assert.ok(task(program("hash(text) % 4"), "map(str, range(8))").high <= known.high * 1.5);
  });
});

describe("scanners of text", () => {
  const scanner = (step: string): string => `TEXT = "alpha beta 12 gamma " * 2_000
def task(number):
    text = TEXT
    i = 0
    words = 0
    while i < len(text):
        if text[i].isalpha():
${step}
            words += 1
        i += 1
    return words
`;
  test("go over the text once, in however many loops they do", () => {
    const inner = scanner("            while i < len(text) and text[i].isalpha():\n                i += 1");
    const times = task(inner).likely / task(scanner("            pass")).likely;
    assert.ok(times > 0.3 && times < 3, String(times));
  });

  test("a loop inside that has a place of its own goes over it again", () => {
    const again = scanner("            j = 0\n            while j < len(text):\n                j += 1");
    assert.ok(task(again).likely / task(scanner("            pass")).likely > 1_000);
  });
});

test("what is left of a set is looked for element by element", () => {
  const program = (expression: string): string =>
    `LEFT = {n for n in range(50_000)}\nRIGHT = {n for n in range(10)}\ndef task(number):\n    return len(${expression})\n`;
  const [all, few] = [task(program("LEFT - RIGHT")).likely, task(program("RIGHT - LEFT")).likely];
  assert.ok(all > few * 100, `${all} ${few}`);
});

test("a recursion that keeps what it found in a dict is worked out once for each combination of arguments", () => {
  const program = (stored: string): string => `PARTS = (1, 2, 5, 10, 20, 50, 100)
def ways(amount, index, memo):
    if amount == 0:
        return 1
    if amount < 0 or index == 7:
        return 0
    key = (amount, index)
    if key in memo:
        return memo[key]
    result = ways(amount - PARTS[index], index, memo) + ways(amount, index + 1, memo)
    ${stored}
    return result
def task(number):
    return ways(300, 0, {})
`;
  const { likely } = task(program("memo[key] = result"));
  assert.ok(likely > 150_000 && likely < 3_000_000, String(likely));
});
