import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

const parser = await pythonParser();

/** What processes make of tasks whose rows are made of a state that they go on with. */
function speedup(result: string): number {
  const text = `from concurrent.futures import ThreadPoolExecutor


def draw(seed):
    rows = []
    state = seed
    for number in range(50_000):
        state = (state * 1103515245 + 12345) % 2147483648
        rows.append((number, state, state / 2147483648))
    ${result}


if __name__ == "__main__":
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(draw, range(8)))
`;
  return strategyOf(predictionOf(parser, text, "cpython-3.13", 2), "processes").speedup.likely;
}

describe("what a task hands back weighs as much as it is made of", () => {
  const ofNumber = speedup("return len(rows)");
  const ofRows = speedup("return rows");

  test("rows that are pickled take much of what processes gain", () => assert.ok(ofRows < ofNumber * 0.7, `${ofRows} ${ofNumber}`));

  for (const result of ["return [row for row in rows]", "rows.reverse()\n    return rows", "return list(rows)"])
    test(`so do those of \`${result}\``, () => assert.ok(Math.abs(speedup(result) / ofRows - 1) < 0.15, String(speedup(result))));

  test("where half of the tasks have none, less of it", () => {
    const half = speedup("if state % 2:\n        return []\n    return rows");
    assert.ok(half > ofRows * 1.1 && half < ofNumber * 0.95, String(half));
  });
});

test("texts cost more to hand back than as many floats", () => {
  const handedBack = (element: string, count: number): number => {
    const text = `from concurrent.futures import ThreadPoolExecutor


def task(seed):
    return [${element} for number in range(${count})]


if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(task, range(8)))
`;
    const prediction = predictionOf(parser, text, "cpython-3.11", 2);
    const likelyOf = (strategy: "serial" | "processes"): number => strategyOf(prediction, strategy).makespanNs.likely;
    return likelyOf("processes") - likelyOf("serial") / 2;
  };
  const beyond = (element: string): number => (handedBack(element, 80_000) - handedBack(element, 20_000)) / 60_000 / 8;
  const [ofTexts, ofFloats] = [beyond('str(number) + "x"'), beyond("number * 0.5")];
  // 190 and 68 ns through a pipe and back, of which half of the writing overlaps.
  assert.ok(ofTexts > 90 && ofTexts < 250, String(ofTexts));
  assert.ok(ofFloats > 30 && ofFloats < 90, String(ofFloats));
});

test("objects of the program's own classes cost many times what is in them to hand over, also where a part is picked by number", () => {
  const handedOver = (element: string): number => {
    const text = `from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

KINDS = ("pass", "goal", "foul")


@dataclass
class Event:
    minute: int
    kind: str


def task(events):
    return sum(1 for event in events for _ in range(4))


if __name__ == "__main__":
    GAMES = [[${element} for number in range(2_500)] for game in range(100)]
    with ThreadPoolExecutor(2) as pool:
        print(sum(pool.map(task, GAMES)))
`;
    const { makespanNs } = strategyOf(predictionOf(parser, text, "cpython-3.11", 2), "processes");
    return makespanNs.likely;
  };
  // 100 times 2,500 objects, in the parent alone 1 to 2 µs to write down each (CPython 3.14 and 3.11).
  const pairs = handedOver("(number % 90, KINDS[number % 3])");
  const events = handedOver("Event(number % 90, KINDS[number % 3])");
  assert.ok(events - pairs > 150e6, `${events} ${pairs}`);
  assert.ok(events > 2 * pairs, `${events} ${pairs}`);
});
