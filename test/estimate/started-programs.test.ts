import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import { pythonParser } from "../syntax/python-parser.js";
import { predictionOf, strategyOf } from "./predictions.js";

const parser = await pythonParser();

const pooled = (command: string, workers = 4, pool = "ThreadPoolExecutor"): Prediction =>
  predictionOf(
    parser,
    `import subprocess, sys
from concurrent.futures import ${pool}


def run(path):
    return subprocess.run(${command}, capture_output=True).stdout


if __name__ == "__main__":
    with ${pool}(${workers}) as pool:
        print(list(pool.map(run, sys.argv[1:])))
`,
    "cpython-3.13",
    2,
  );

describe("programs that tasks start and wait for", () => {
  const unknown = '["report-builder", path]';

  test("of one that nobody knows it is said that it may compute or wait, and threads are best either way", () => {
    const prediction = pooled(unknown);
    assert.ok(prediction.assumptions.some(({ what }) => what.includes("may compute or wait itself")));
    assert.equal(prediction.recommended, "threads");
    assert.ok(strategyOf(prediction, "threads").speedup.likely > 1.6);
    // As many as there are workers where it waits.
    assert.ok(strategyOf(prediction, "threads").speedup.high > 3);
    for (const { bottleneck } of prediction.strategies) assert.equal(bottleneck, "");
    assert.match(strategyOf(prediction, "asyncio").reason, /cannot be told/);
  });

  test("processes around it are not what is best", () => {
    assert.notEqual(pooled(unknown, 4, "ProcessPoolExecutor").recommended, "processes");
  });

  test("a converter and a compiler compute, and what talks to a server waits", () => {
    for (const command of ['["ffmpeg", "-i", path, path + ".ogg"]', '["make", "-C", path]', '"/usr/bin/gcc -c file.c"']) {
      const prediction = pooled(command);
      assert.match(strategyOf(prediction, "threads").bottleneck, /cores are busy/, command);
      assert.ok(!prediction.assumptions.some(({ what }) => what.includes("may compute")), command);
    }
    for (const command of ['["git", "fetch", "--all"]', '["git", "-C", "repo", "log"]', '["docker", "pull", path]']) {
      const { nativeNs, waitNs } = pooled(command).work;
      assert.equal(nativeNs.likely < waitNs.likely, !command.includes("log"), command);
    }
  });
});
