import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Interval } from "../../server/src/base/interval.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionsOf } from "./predictions.js";

/* What threads of a task take out of queues, and lists that functions fill for the one that made them. */

const parser = await pythonParser();

/** What one task of a pool computes. */
function workOf(program: string): Interval {
  const text = `from concurrent.futures import ThreadPoolExecutor
import queue
import threading
${program}
if __name__ == "__main__":
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(task, [1000, 1000]))
`;
  const last = predictionsOf(parser, text, "cpython-3.11").at(-1);
  assert.ok(last?.task === "task");
  return last.work.interpreterNs;
}

const byLoop = `        job = jobs.get()
        if job is None:
            break`;

/** A task whose threads add up numbers as far as the entries say. */
function consumers({ entry = "n", threads = 1, taking = byLoop, head = "while True:", rounds = "job", queue = "jobs" }): string {
  return `def consume(jobs, results):
    ${head}
${taking}
        total = 0
        for number in range(${rounds}):
            total += number & 7
        results.append(total)
def task(n):
    jobs = queue.Queue()
    others = queue.Queue()
    results = []
    threads = [threading.Thread(target=consume, args=(jobs, results)) for _ in range(${threads})]
    for thread in threads:
        thread.start()
    for place in range(60):
        ${queue}.put(${entry})
    for _ in threads:
        jobs.put(None)
    for thread in threads:
        thread.join()
    return sum(results)`;
}

describe("entries of queues", () => {
  test("numbers that are put in say how often whoever takes them out goes round", () => {
    const one = workOf(consumers({}));
    const ten = workOf(consumers({ entry: "10 * n" }));
    const ratio = ten.likely / one.likely;
    assert.ok(ratio > 8 && ratio < 11, `${ratio}`);
    assert.ok(ten.high / ten.low < 5, "nothing is left to guess");
  });

  test("so do parts of tuples, and the rounds of `iter`", () => {
    const one = workOf(consumers({}));
    const taking = `${byLoop}
        name, size = job`;
    const ofPair = workOf(consumers({ entry: "(str(place), n)", taking, rounds: "size" }));
    const ofIter = workOf(consumers({ head: "for job in iter(jobs.get, None):", taking: "" }));
    for (const { likely } of [ofPair, ofIter]) assert.ok(likely > 0.8 * one.likely && likely < 1.3 * one.likely, `${likely / one.likely}`);
  });

  test("several threads share what is put in", () => {
    const ratio = workOf(consumers({ threads: 3 })).likely / workOf(consumers({})).likely;
    assert.ok(ratio > 0.8 && ratio < 1.3, `${ratio}`);
  });

  test("what is put into another queue says nothing", () => {
    const { low, high } = workOf(consumers({ queue: "others" }));
    assert.ok(high / low > 10, `${high / low}`);
  });
});

test("a cache is no queue, though it has `get` and `put`", () => {
  const program = (put: string): number =>
    workOf(`import store
cache = store.Cache()
def fill():
    ${put}
def task(n):
    total = 0
    size = cache.get(n)
    for number in range(size):
        total += number
    return total`).likely;
  assert.equal(program("cache.put(10, 1)"), program("cache.put(10_000_000, 1)"));
});

describe("lists that are handed to functions to be filled", () => {
  const collecting = (body: string): Interval =>
    workOf(`def collect(count, found):
    for number in range(count):
        found.append(number)
def collect_all(count, found):
    collect(count, found)
def task(n):
    found = []
    for part in range(20):
        ${body}
    return sum(found)`);

  test("are as long as what the functions append to them", () => {
    const one = collecting("collect(n, found)");
    const ten = collecting("collect(10 * n, found)");
    const ratio = ten.likely / one.likely;
    // Long lists cost more for each element, as they do not stay in a cache.
    assert.ok(ratio > 5 && ratio < 25, `${ratio}`);
    assert.ok(one.high / one.low < 5, "nothing is left to guess");
  });

  test("where they are handed on, that is not known", () => {
    const { low, high } = collecting("collect_all(n, found)");
    assert.ok(high / low > 5, `${high / low}`);
  });

  test("a dict that a function fills is not empty", () => {
    const { low, high } = workOf(`def count(n, found):
    for number in numbers(n):
        found[number] = 1
def task(n):
    found = {}
    count(n, found)
    return sum(number * number for number in found)`);
    assert.ok(high / low > 10, `${high / low}`);
  });
});
