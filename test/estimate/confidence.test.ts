import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, predictionsOf } from "./predictions.js";

/* How sure a recommendation is, and what is too open for one. */

const parser = await pythonParser();

const summing = (rounds: string): string => `from concurrent.futures import ThreadPoolExecutor
import sys
def task(n):
    total = 0
    for number in range(${rounds}):
        total += number & 7
    return total
with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, range(8)))
`;

function recommendation({ likeliest, recommended, confidence }: Prediction): unknown {
  return { likeliest, recommended, confidence };
}

describe("the confidence in what is recommended", () => {
  test("is full where the code tells how long a task takes", () => {
    assert.deepEqual(recommendation(predictionOf(parser, summing("10_000_000"))), {
      likeliest: "processes",
      recommended: "processes",
      confidence: 1,
    });
    assert.deepEqual(recommendation(predictionOf(parser, summing("10"))), { likeliest: "serial", recommended: "serial", confidence: 1 });
  });

  test("is less the more the code leaves open, and comes back with a pin", () => {
    const open = predictionOf(parser, summing("int(sys.argv[1])"));
    assert.ok(open.confidence > 0.2 && open.confidence < 0.95, `${open.confidence}`);
    const pinned = summing("int(sys.argv[1])").replace("):\n        total", "):  # gil: iterations=10_000_000\n        total");
    assert.deepEqual(recommendation(predictionOf(parser, pinned)), { likeliest: "processes", recommended: "processes", confidence: 1 });
  });

  test("is the same each time it is asked", () => {
    const program = summing("int(sys.argv[1])");
    assert.deepEqual(recommendation(predictionOf(parser, program)), recommendation(predictionOf(parser, program)));
  });

  test("keeps to the ways that the program could choose: where only waiting is open, threads are as good in all cases", () => {
    const program = `from concurrent.futures import ThreadPoolExecutor
import requests
def task(n):
    return requests.get("http://localhost").status_code
with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, range(8)))
`;
    assert.deepEqual(recommendation(predictionOf(parser, program)), { likeliest: "threads", recommended: "threads", confidence: 1 });
  });
});

describe("what is started one at a time", () => {
  const worker = `import threading
def work():
    return sum(number & 7 for number in range(1_000_000))
`;
  const tasks = (program: string): readonly string[] => predictionsOf(parser, `${worker}${program}`).map(({ task }) => task);

  test("is no place that shares out work, however often it may be called", () => {
    const button = `class Page:
    def on_click(self):
        threading.Thread(target=work).start()
`;
    assert.deepEqual(tasks(button), []);
    assert.deepEqual(tasks(`${button}def first(page: Page):\n    page.on_click()\ndef second(page: Page):\n    page.on_click()\n`), []);
  });

  test("is one where a loop or several lines of a function start it", () => {
    assert.deepEqual(tasks("for _ in range(4):\n    threading.Thread(target=work).start()\n"), ["work"]);
    assert.deepEqual(tasks("def start():\n    threading.Thread(target=work).start()\nfor _ in range(4):\n    start()\n"), ["work"]);
    const both = "def start():\n    threading.Thread(target=work).start()\n    threading.Thread(target=work).start()\n";
    assert.deepEqual(tasks(both), ["work", "work"]);
  });

  test("is one thread, though one of several lines starts it", () => {
    const program = `def run(first, second):
    workers = []
    for _ in range(4):
        worker = threading.Thread(target=work)
        if first:
            worker.start()
        else:
            worker.start()
        workers.append(worker)
    for worker in workers:
        worker.join()
run(True, False)
`;
    assert.deepEqual(tasks(program), ["work"]);
  });
});
