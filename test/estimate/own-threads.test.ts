import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

/* Tasks that start threads of their own, which keep other cores busy already where there is no GIL. */

const parser = await pythonParser();

function predicted(task: string, target: string) {
  const text = `from concurrent.futures import ThreadPoolExecutor
import queue
import threading


def add_up(count, sums=None):
    total = 0
    for number in range(count):
        total += number * number
    if sums is not None:
        sums.append(total)
    return total


def fill(batches):
    for start in range(40):
        batches.put([start * 7 + number for number in range(400)])
    batches.put(None)


def task(seed):
    ${task.replaceAll("\n", "\n    ")}


if __name__ == "__main__":
    with ThreadPoolExecutor(max_workers=2) as pool:
        list(pool.map(task, range(12)))
`;
  return predictionOf(parser, text, target, 2);
}

const alone = "add_up(100_000)\nreturn add_up(100_000)";
const halved = `sums = []
helper = threading.Thread(target=add_up, args=(100_000, sums))
helper.start()
total = add_up(100_000)
helper.join()
return total`;
const handedOver = `batches = queue.Queue(maxsize=8)
filler = threading.Thread(target=fill, args=(batches,))
filler.start()
total = 0
while (batch := batches.get()) is not None:
    for value in batch:
        total += value * value
filler.join()
return total`;

describe("a task that starts threads itself", () => {
  const speedup = (task: string, target: string, strategy: "free-threaded" | "processes"): number =>
    strategyOf(predicted(task, target), strategy).speedup.likely;

  test("gains little from others without a GIL where its own keep the cores busy", () => {
    assert.ok(speedup(alone, "cpython-3.13t", "free-threaded") > 1.8);
    assert.ok(speedup(halved, "cpython-3.13t", "free-threaded") < 1.25);
    assert.ok(speedup(halved, "cpython-3.13t", "processes") < 1.25);
  });

  test("gains little where it takes from a queue what they put into it, as it may be that neither waits for the other", () => {
    // 1.34 of a similar one, CPython 3.13t on two cores.
    const { low, likely, high } = strategyOf(predicted(handedOver, "cpython-3.13t"), "free-threaded").speedup;
    assert.ok(likely > 1 && likely < 1.6 && low < 1.1 && high > 1.6, `${low} ${likely} ${high}`);
  });

  test("gains as much as any with a GIL", () => {
    const [with_, without] = [speedup(halved, "cpython-3.13", "processes"), speedup(alone, "cpython-3.13", "processes")];
    assert.ok(Math.abs(with_ / without - 1) < 0.1, `${with_} ${without}`);
  });

  test("is done sooner in a serial run, too", () => {
    const serial = (task: string): number => strategyOf(predicted(task, "cpython-3.13t"), "serial").makespanNs.likely;
    assert.ok(serial(halved) < 0.7 * serial(alone), `${serial(halved)} ${serial(alone)}`);
  });
});
