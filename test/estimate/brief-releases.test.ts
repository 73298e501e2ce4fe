import assert from "node:assert/strict";
import { describe, test } from "node:test";
import record from "../knowledge/measured-brief-releases.json";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

const parser = await pythonParser();

/** What `threads` threads gain on two cores, likely, if each task hashes so many bytes again and again and counts in between. */
function gain(bytes: number, passes: number, threads: number, targetNamed: string, strategy: "threads" | "processes" = "threads"): number {
  const text = `import hashlib
import threading


def work(data):
    for _ in range(20_000):
        hashlib.sha256(data)
        for _ in range(${passes}):
            pass


threads = [threading.Thread(target=work, args=(b"x" * ${bytes},)) for _ in range(${threads})]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
`;
  return strategyOf(predictionOf(parser, text, targetNamed, 2), strategy).speedup.likely;
}

describe("threads whose calls give the GIL up for a moment", () => {
  test("gain about what was measured, costs of operations estimated from the source", () => {
    const errors = record.rows
      .filter(({ native }) => native === "sha256")
      .flatMap(({ bytes, passes, python, speedup_2, speedup_4 }) => {
        const target = `cpython-${python.split(".").slice(0, 2).join(".")}`;
        return ([2, 4] as const).map((threads) => {
          const measured = threads === 2 ? speedup_2 : speedup_4;
          const predicted = gain(bytes, passes, threads, target);
          return Math.max(predicted / measured, measured / predicted) - 1;
        });
      })
      .sort((a, b) => a - b);
    const at = (share: number): number => errors[Math.floor(share * (errors.length - 1))] ?? 1;
    assert.ok(errors.length >= 90);
    assert.ok(at(0.5) <= 0.15, `median error ${at(0.5)}`);
    assert.ok(at(0.9) <= 0.6, `nine in ten within ${at(0.9)}`);
  });

  test("lose time where each call is shorter than a wake-up, and gain where it is longer", () => {
    assert.ok(gain(4_096, 1, 2, "cpython-3.13") < 1);
    assert.ok(gain(400_000, 1, 2, "cpython-3.13") > 1.7);
  });

  test("have fewer such calls where the work turns out to be less", () => {
    const text = `import os
from concurrent.futures import ThreadPoolExecutor


def work(folder):
    for entry in folder.entries:
        os.lstat(entry)


with ThreadPoolExecutor(4) as pool:
    list(pool.map(work, read()))
`;
    const prediction = predictionOf(parser, text, "cpython-3.13", 2);
    const [serial, threads] = [strategyOf(prediction, "serial"), strategyOf(prediction, "threads")];
    assert.ok(serial.makespanNs.low < serial.makespanNs.likely / 20, JSON.stringify(serial.makespanNs));
    assert.ok(threads.makespanNs.low < 3 * serial.makespanNs.low + 2_000_000, JSON.stringify([serial.makespanNs, threads.makespanNs]));
  });

  test("lose nothing where there is no GIL to take again, nor in processes of their own", () => {
    assert.ok(gain(4_096, 1, 2, "cpython-3.14t") > 1.6);
    assert.ok(gain(4_096, 1, 2, "cpython-3.13", "processes") > 1.5);
  });
});
