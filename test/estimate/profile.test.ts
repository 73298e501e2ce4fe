import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { exactly } from "../../server/src/base/interval.js";
import { parseTarget, type Target } from "../../server/src/base/target.js";
import type { Prediction } from "../../server/src/estimate/prediction.js";
import type { ProfiledFunction } from "../../server/src/estimate/profile.js";
import { Parser } from "../../server/src/syntax/parser.js";

const require = createRequire(import.meta.url);
let parser: Parser;
before(async () => {
  parser = await Parser.create({
    runtime: readFileSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm")),
    python: readFileSync(require.resolve("tree-sitter-python/tree-sitter-python.wasm")),
  });
});

const text = `from concurrent.futures import ThreadPoolExecutor

class Early:
    def work(self, item):
        return unknown(item)

def task(item):
    for _ in range(10):
        item += 1
    return item

with ThreadPoolExecutor(4) as pool:
    list(pool.map(task, range(12)))
`;

function predictionWith(functions: readonly ProfiledFunction[], source = text): Prediction {
  const profile = { profiler: "cProfile", functions };
  const host = new AnalysisHost(parser, { target: parseTarget("cpython-3.13") as Target, cores: 4, severities: {}, profile });
  host.setFile("/home/me/app/jobs.py", source);
  return host.snapshot().predictions("/home/me/app/jobs.py")[0] as Prediction;
}

const seen = (file: string, name: string, line: number, ms: number): ProfiledFunction => {
  return { file, name, line, calls: 12, perCall: exactly(ms * 1e6) };
};

test("what a profile says of a function takes the place of what its code looks like", () => {
  for (const file of ["/home/me/app/jobs.py", "app/jobs.py", "./jobs.py", "/srv/app/jobs.py"]) {
    const { work, assumptions } = predictionWith([seen(file, "task", 7, 30)]);
    assert.equal(work.interpreterNs.likely, 30e6, file);
    assert.deepEqual(assumptions[0], { what: "`task` takes", value: "30 ms (cProfile, 12 calls)", from: "measured" });
  }
});

test("another file's function, and namesakes that cannot be told apart, say nothing", () => {
  for (const file of ["/srv/other/jobs.py", "/home/me/app/other.py", "obs.py"]) {
    assert.ok(predictionWith([seen(file, "task", 7, 30)]).work.interpreterNs.likely < 1e6, file);
  }
  const twice = text.replace("def work", "def task");
  assert.ok(predictionWith([seen("jobs.py", "task", 4, 30)], twice).work.interpreterNs.likely < 1e6);
  const both = [seen("jobs.py", "task", 7, 30), seen("jobs.py", "task", 4, 5)];
  assert.equal(predictionWith(both, twice).work.interpreterNs.likely, 30e6);
});

test("a comment of the author comes before a profile", () => {
  const pinned = text.replace("def task(item):", "def task(item):  # gil: cost=2ms");
  assert.equal(predictionWith([seen("jobs.py", "task", 7, 30)], pinned).work.interpreterNs.likely, 2e6);
});
