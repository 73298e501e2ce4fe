import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

/* Loops that take out of a container, until a condition holds, what was put in one at a time. */

const parser = await pythonParser();

function taskNs(program: string): number {
  const text = `from concurrent.futures import ThreadPoolExecutor
from collections import deque
import heapq
${program}
if __name__ == "__main__":
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(task, range(8)))
`;
  return predictionOf(parser, text).work.interpreterNs.likely;
}

/** How many times as long with the loop, which takes a round each time, as with one such step. */
function timesOneStep(program: string): number {
  return taskNs(program) / taskNs(program.replace(/while /, "if "));
}

const ofClass = (test: string, step: string): string => `class Window:
    def __init__(self):
        self.entries = deque()
    def add(self, value):
        self.entries.append(value)
        while ${test}:
            ${step}
window = Window()
def task(number):
    for value in range(5_000):
        window.add(value)
`;

describe("loops that trim a container that outlives them", () => {
  for (const [what, program] of [
    ["entries of an attribute", ofClass("self.entries and self.entries[0] < value - 60", "self.entries.popleft()")],
    ["more entries than there is room for", ofClass("len(self.entries) > 100", "self.entries.popleft()")],
    [
      "a heap that another name stands for",
      ofClass("value and mine and mine[0] < value", "heapq.heappop(mine)").replace(
        "        while",
        "        mine = self.entries\n        while",
      ),
    ],
    [
      "a local variable of a loop around them",
      "def task(number):\n    recent = deque()\n    for value in range(5_000):\n        recent.append(value)\n        while recent[0] < value - 60:\n            recent.popleft()\n",
    ],
  ] as const)
    test(`go round once for each that was put in: ${what}`, () => {
      const times = timesOneStep(program);
      assert.ok(times > 0.9 && times < 2, String(times));
    });

  test("may find any number where they take all there is", () => {
    assert.ok(timesOneStep(ofClass("self.entries", "self.entries.popleft()")) > 3);
  });

  test("go round as often as they want where they take nothing out", () => {
    assert.ok(timesOneStep(ofClass("self.entries and self.entries[0] < value - 60", "self.entries.rotate()")) > 3);
  });

  test("go round as often as they want where the list is made anew for them", () => {
    const own =
      "def task(number):\n    for value in range(2_000):\n        rest = [value, 2, 1]\n        while rest and rest[-1] < value:\n            rest.pop()\n";
    assert.ok(timesOneStep(own) > 3);
  });
});
