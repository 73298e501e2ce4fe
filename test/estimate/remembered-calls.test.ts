import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

/* Recursions that keep what they found. */

const parser = await pythonParser();

/** Milliseconds of one task. */
function toldMs(task: string, item: string): { low: number; likely: number; high: number } {
  const program = `import functools
from concurrent.futures import ThreadPoolExecutor
${task}
if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(task, [${item}] * 4))
`;
  const { low, likely, high } = predictionOf(parser, program, "cpython-3.11").work.interpreterNs;
  return { low: low / 1e6, likely: likely / 1e6, high: high / 1e6 };
}

describe("work of a recursion that remembers grows with what it can be asked for (milliseconds of CPython 3.11)", () => {
  const programs: readonly (readonly [what: string, task: string, item: string, ms: number])[] = [
    [
      "a grid, in a cache made anew by each call",
      `def task(size):
    @functools.lru_cache(maxsize=None)
    def ways(row, column):
        if row == 0 or column == 0:
            return 1
        if (row * column) % 17 == 5:
            return 0
        return ways(row - 1, column) + ways(row, column - 1)
    return ways(size, size)`,
      "100",
      3,
    ],
    [
      "a shortest tour by what has been visited",
      `def task(count):
    far = [[(a * 7 + b * 13) % 50 + 1 for b in range(count)] for a in range(count)]
    @functools.cache
    def rest(visited, last):
        if visited == (1 << count) - 1:
            return far[last][0]
        best = 10 ** 9
        for city in range(count):
            if not visited & (1 << city):
                best = min(best, far[last][city] + rest(visited | (1 << city), city))
        return best
    return rest(1, 0)`,
      "10",
      4.1,
    ],
    [
      "products of a chain, kept in an attribute",
      `class Chain:
    def __init__(self):
        self.known = {}
    def cost(self, first, last):
        if first >= last:
            return 0
        if (first, last) in self.known:
            return self.known[(first, last)]
        best = 10 ** 9
        for middle in range(first, last):
            best = min(best, self.cost(first, middle) + self.cost(middle + 1, last) + first * middle * last % 97)
        self.known[(first, last)] = best
        return best
def task(count):
    return Chain().cost(0, count - 1)`,
      "50",
      12.5,
    ],
    [
      "pieces of a text, kept in a list",
      `def task(text):
    end = len(text)
    known = [None] * (end + 1)
    def pieces(start):
        if start == end:
            return 0
        if known[start] is not None:
            return known[start]
        fewest = 10 ** 9
        for stop in range(start + 1, end + 1):
            if text[start:stop] == text[start:stop][::-1]:
                fewest = min(fewest, 1 + pieces(stop))
        known[start] = fewest
        return fewest
    return pieces(0)`,
      '"abacabad" * 20',
      3.5,
    ],
  ];
  for (const [what, task, item, ms] of programs)
    test(what, () => {
      const told = toldMs(task, item);
      assert.ok(told.likely > ms / 2 && told.likely < ms * 2, `${told.likely} of ${ms}`);
      assert.ok(told.low <= ms && told.high >= ms, `${told.low} to ${told.high}`);
      assert.ok(told.high / told.low >= 2, "how many of all there are is a guess");
    });

  test("one that only marks where it has been tries everything", () => {
    const search = (mark: string): string => `def place(used, level):
    if level == 0:
        return 1
    found = 0
    for slot in range(8):
        if not used[slot]:
            ${mark}
            found += place(used, level - 1)
            used[slot] = 0
    return found
def task(levels):
    return place([0] * 8, levels)`;
    const told = toldMs(search("used[slot] = 1"), "8");
    assert.ok(told.high > 30, `${told.high}`);
  });
});
