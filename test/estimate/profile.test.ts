import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { before, test } from "node:test";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { exactly } from "../../server/src/base/interval.js";
import { parseTarget, type Target } from "../../server/src/base/target.js";
import type { Prediction } from "../../server/src/estimate/prediction/prediction.js";
import type { FunctionTotal, Profile, ProfiledFunction } from "../../server/src/estimate/tasks/profile.js";
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
  return predictionFrom({ profiler: "cProfile", functions }, source);
}

function predictionFrom(profile: Profile, source: string): Prediction {
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

/** Two functions of the program below the task, one of them called from elsewhere too if that is asked for. */
const sampledText = (elsewhere: string): string => `from concurrent.futures import ThreadPoolExecutor
import hashlib; DATA = bytes(50_000_000)

def mix(item):
    return hashlib.sha256(DATA).digest()

def task(item):
    return mix(item), unknown(item)

def main():
    ${elsewhere}
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(task, range(20)))

main()
`;

const total = (name: string, line: number, interpreterMs: number, nativeMs: number, waitMs: number): FunctionTotal => {
  return { file: "app/jobs.py", name, line, interpreterNs: interpreterMs * 1e6, nativeNs: nativeMs * 1e6, waitNs: waitMs * 1e6 };
};

test("a profiler that counts no calls tells what a task takes where the tasks are counted and nobody else calls the functions", () => {
  const totals = [total("mix", 4, 20, 600, 0), total("task", 7, 200, 0, 60), total("main", 10, 500, 0, 0)];
  const profile: Profile = { profiler: "Scalene", functions: [], totals };
  const { work, assumptions, strategies } = predictionFrom(profile, sampledText("pass"));
  assert.deepEqual([work.interpreterNs.likely, work.nativeNs.likely, work.waitNs.likely], [11e6, 30e6, 3e6]);
  assert.deepEqual(assumptions[0], { what: "`task` takes", value: "44 ms (Scalene, 20 tasks)", from: "measured" });
  assert.ok(strategies.find(({ strategy }) => strategy === "threads")?.applicable, "what it calls is no longer unknown");

  for (const elsewhere of ["mix(1)", "task(1)"])
    assert.ok(!predictionFrom(profile, sampledText(elsewhere)).assumptions.some(({ value }) => value.includes("Scalene")), elsewhere);
  const uncounted = sampledText("pass").replace("range(20)", "items()");
  assert.ok(!predictionFrom(profile, uncounted).assumptions.some(({ value }) => value.includes("Scalene")));
  const pinned = sampledText("pass").replace("def task(item):", "def task(item):  # gil: cost=2ms");
  assert.ok(!predictionFrom(profile, pinned).assumptions.some(({ value }) => value.includes("Scalene")));
});
