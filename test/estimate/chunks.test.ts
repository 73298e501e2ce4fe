import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Strategy } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

/*
 * Tasks of some 50 µs, which take longer to hand over one by one than to do: 400 of them with `chunksize=50` took 17 ms in a pool of two on CPython
 * 3.11 and 20 ms on 3.13, 14 and 21 ms in a loop (2 cores, 2026-11-27).
 */

const parser = await pythonParser();

function program(imports: string, opened: string, handedOut: string): string {
  return `${imports}

SIZE = 50


def largest(number):
    best = 1
    for i in range(1, 1100):
        if number % i == 0:
            best = i
    return best


if __name__ == "__main__":
    with ${opened} as pool:
        print(sum(${handedOut}))
`;
}

const makespan = (text: string, strategy: Strategy = "processes"): number =>
  strategyOf(predictionOf(parser, text, "cpython-3.13", 2), strategy).makespanNs.likely;
const executor = (rest: string, kind = "Process"): string =>
  program(
    `from concurrent.futures import ${kind}PoolExecutor`,
    `${kind}PoolExecutor(max_workers=2)`,
    `pool.map(largest, range(400)${rest})`,
  );
const classic = (call: string): string => program("import multiprocessing", "multiprocessing.Pool(2)", `pool.${call}`);

describe("what is handed over in chunks", () => {
  const oneByOne = makespan(executor(""));

  test("takes one hand-over for each chunk, however its size is written", () => {
    for (const size of ["50", "SIZE", "SIZE * 2 - 50"]) {
      const chunked = makespan(executor(`, chunksize=${size}`));
      assert.ok(chunked < oneByOne * 0.7, `${size}: ${chunked} ${oneByOne}`);
    }
  });

  test("is what `multiprocessing` does by itself in `map`, and not in `imap`", () => {
    const chunked = makespan(classic("map(largest, range(400))"));
    assert.ok(chunked < oneByOne * 0.7, `${chunked} ${oneByOne}`);
    assert.equal(makespan(classic("imap(largest, range(400))")), oneByOne);
    assert.ok(makespan(classic("imap(largest, range(400), 50)")) < oneByOne * 0.7);
  });

  test("is one task where the size is 1, and for threads", () => {
    assert.equal(makespan(executor(", chunksize=1")), oneByOne);
    assert.equal(makespan(executor(", chunksize=50", "Thread"), "threads"), makespan(executor("", "Thread"), "threads"));
  });

  test("leaves a worker without work where a chunk holds all tasks", () => {
    const all = makespan(executor(", chunksize=400"));
    assert.ok(all > makespan(executor(", chunksize=200")) * 1.2, String(all));
  });
});

describe("tasks that nobody can count", () => {
  const read = (chunks: string): string =>
    program("import multiprocessing", "multiprocessing.Pool(8)", `pool.imap(largest, open("numbers")${chunks}`).replace(
      "number % i",
      "int(number) % i",
    );

  test("are enough for several chunks each, where they go over in chunks of a size that is written down", () => {
    for (const size of [100, 10_000]) {
      const prediction = predictionOf(parser, read(`, ${size})`), "cpython-3.13", 4);
      assert.ok(prediction.tasks.likely >= 2 * size && prediction.tasks.high >= 100 * size, JSON.stringify(prediction.tasks));
      assert.equal(prediction.recommended, "processes", String(size));
    }
  });

  test("are as many as without where the size is not", () => {
    const likely = (chunks: string): number => predictionOf(parser, read(chunks), "cpython-3.13", 4).tasks.likely;
    assert.equal(likely(", int(input()))"), likely(")"));
  });
});
