import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf } from "./predictions.js";

/* How many workers a pool has, of which the code says more than one thing. */

const parser = await pythonParser();

const pooled = (head: string, before: string, size: string, calls = ""): Prediction =>
  predictionOf(
    parser,
    `import os, threading
from concurrent.futures import ThreadPoolExecutor
def work(n):
    return sum(i * n for i in range(100_000))
def main(${head}):
${before.replaceAll(/^(?=.)/gm, "    ")}    with ThreadPoolExecutor(${size}) as pool:
        return list(pool.map(work, range(40)))
${calls}`,
    "cpython-3.13",
    4,
  );

const range = ({ assumptions }: Prediction): string | undefined => assumptions.find(({ what }) => what === "number of workers")?.value;

describe("a pool behind a test", () => {
  const alone = "return [work(n) for n in range(40)]";

  test("has several workers where one would not have come to it", () => {
    for (const [head, test_] of [
      ["jobs=1", "if jobs == 1:"],
      ["jobs=1", "if jobs <= 1:"],
      ["jobs=1", "if jobs < 2 or not work:"],
      ["jobs=1", "if not jobs > 1:"],
      ["jobs=1, parallel=False", "if not parallel:"],
      ["jobs=1, serial=True", "if serial:"],
    ] as const) {
      const prediction = pooled(head, `${test_}\n    ${alone}\n`, "jobs");
      assert.ok(prediction.workers >= 2 && prediction.workersKnown === "assumed", `${test_} ${prediction.workers}`);
    }
    const inside = pooled("n=1", "if n < 2:\n    return []\n", "n");
    assert.ok(inside.workers >= 2, "what sizes the pool needs no name");
  });

  test("has as many as are given where the test says nothing of it", () => {
    for (const test_ of ["if jobs == 0:", "if jobs > 8:", "if os.environ:"])
      assert.equal(pooled("jobs=1", `${test_}\n    ${alone}\n`, "jobs", "main()\n").workers, 1, test_);
    assert.equal(pooled("jobs=1", "if jobs == 1:\n    print()\n", "jobs", "main()\n").workers, 1, "it goes on");
  });

  test("has the larger part of a range", () => {
    const prediction = pooled("x", `jobs = 4 if x else 1\nif jobs == 1:\n    ${alone}\n`, "jobs");
    assert.deepEqual([prediction.workers, range(prediction)], [4, "2 to 4, likely 4"]);
  });
});

describe("a size that is one unless callers ask for more", () => {
  const several = ({ workers, workersKnown }: Prediction): boolean => workers >= 2 && workersKnown === "assumed";

  test("is one where the program does not ask, and several where nobody is seen to call", () => {
    assert.ok(several(pooled("jobs=1", "", "jobs")));
    assert.equal(pooled("jobs=1", "", "jobs", "main()\n").workers, 1);
  });

  test("is not the default where all of many callers give another", () => {
    const callers = [0, 1, 2, 3, 4, 5].map((n) => `def call_${n}(settings):\n    return main(jobs=settings["jobs"])\n`);
    assert.ok(several(pooled("jobs=1", "", "jobs", callers.join(""))));
    assert.equal(pooled("jobs=1", "", "jobs", [...callers, "main()\n"].join("")).workers, 1);
  });
});

describe("a size that is one of two", () => {
  test("is one of them, and no number between", () => {
    const prediction = pooled("x", "n = 4 if x else 1\n", "n");
    assert.deepEqual([prediction.workers, prediction.workersKnown, range(prediction)], [4, "assumed", "1 to 4, likely 4"]);
    assert.equal(range(pooled("x", "if x:\n    n = 16\nelse:\n    n = 2\n", "n")), "2 to 16, likely 16");
  });

  test("is the number of cores where that is known", () => {
    const prediction = pooled("", "", "os.cpu_count() or 1");
    assert.deepEqual([prediction.workers, prediction.workersKnown], [4, "known"]);
  });
});

test("threads that a loop starts behind such a test are several", () => {
  const threads = `import threading
def work(n):
    return sum(i * n for i in range(100_000))
def main(num=1):
    if num == 1:
        return work(0)
    for n in range(num):
        threading.Thread(target=work, args=(n,)).start()
`;
  assert.ok(predictionOf(parser, threads).tasks.low >= 2);
});

describe("a pool that is annotated as any", () => {
  const scheduled = (parameter: string, variable: string): string => `import asyncio
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
def work(n):
    return sum(i * n for i in range(1_000_000))
async def schedule(items, pool${parameter}):
    loop = asyncio.get_running_loop()
    await asyncio.wait([loop.run_in_executor(pool, work, item) for item in items])
def main(items, workers):
    pool${variable} = None
    if workers > 1:
        pool = ProcessPoolExecutor(max_workers=workers)
    if pool is None:
        pool = ThreadPoolExecutor(max_workers=1)
    asyncio.run(schedule(items, pool))
if __name__ == "__main__":
    main(range(8), 4)
`;
  for (const [parameter, variable] of [
    ["", ""],
    [": Executor", ""],
    ["", ": Executor | None"],
    [": Executor", ": Executor | None"],
  ] as const)
    test(`is the one that is made, as \`pool${parameter}\` of \`pool${variable}\``, () => {
      const { kind, recommended } = predictionOf(parser, scheduled(parameter, variable), "cpython-3.13", 4);
      assert.equal(kind, "process-pool");
      assert.equal(recommended, "processes");
    });
});

test("a library's pool whose default is one worker has several where one would not have come to it", () => {
  const text = `from joblib import Parallel, delayed
def work(n):
    return sum(i * n for i in range(1_000_000))
def run(items, processes):
    if processes <= 1:
        return map(work, items)
    return Parallel(n_jobs=processes)(delayed(work)(item) for item in items)
`;
  assert.equal(predictionOf(parser, text, "cpython-3.13", 4).workers, 4);
});

test("a pool that somebody made of many workers has enough tasks for them, however long these take", () => {
  const text = `import time
from multiprocessing import Pool
def work(rows):
    return [time.sleep(0.2) for row in rows]
def main(parts):
    with Pool(32) as pool:
        for done in pool.imap_unordered(work, parts, 2):
            print(done)
`;
  assert.ok(predictionOf(parser, text, "cpython-3.13", 4).tasks.likely >= 64);
});

describe("a size that is the least of several", () => {
  test("is at most what is known of them, where the others depend on what there is to do", () => {
    for (const size of ["min(6, len(x))", "min(len(x), 6)", "min(x.limit, len(x) or 1, 6)"]) {
      const prediction = pooled("x", "", size);
      assert.deepEqual([prediction.workers, range(prediction)], [6, "1 to 6, likely 6"], size);
    }
    assert.equal(range(pooled("x", "size = min(3, len(x))\n", "size")), "1 to 3, likely 3");
  });

  test("is not known where nothing is known of any", () => {
    assert.equal(pooled("x", "", "min(x.limit, len(x))").workers, pooled("x", "", "x.limit").workers);
  });
});
