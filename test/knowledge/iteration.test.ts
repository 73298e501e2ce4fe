import assert from "node:assert/strict";
import { test } from "node:test";
import { knownTargets, parseTarget, type Target, targetName } from "../../server/src/base/target.js";
import { type IterationWay, iterationVerdict, sharedIteratorVerdict, snapshotStep } from "../../server/src/knowledge/iteration.js";
import measured from "./measured-shared-iteration.json";
import { judgeClaims, missingRuns, type RaceClaim, type RaceRow, type RaceRun, reviewUnshown, type UnshownClaims } from "./race-record.js";

function target(name: string): Target {
  return parseTarget(name) ?? assert.fail(name);
}

interface Row extends RaceRow {
  readonly container?: string;
  readonly way?: IterationWay;
  readonly iterator?: string;
  readonly how?: Readonly<Record<string, number>>;
}

const record = measured as unknown as readonly RaceRun<Row>[];

function claimOf({ container, way, iterator }: Row): RaceClaim {
  if (container !== undefined && way !== undefined) {
    return { name: `${way} of ${container}`, verdict: (on) => iterationVerdict(container, way, on) };
  }
  return { name: `sharing ${iterator}`, verdict: (on) => sharedIteratorVerdict(iterator ?? "", on) };
}

const unshown: readonly UnshownClaims[] = [
  {
    names: ["builtins.range", "builtins.set", "collections.deque", "builtins.iter", "itertools.islice"].map((name) => `sharing ${name}`),
    on: "free-threaded",
    because:
      "documented: threads that share an iterator may see duplicate or missing elements (Python support for free threading, Iterators)",
  },
  {
    names: ["sharing builtins.open"],
    on: "free-threaded",
    because: "the file's lock is given up while it reads its next chunk; with the GIL the record shows lines lost",
  },
  {
    names: ["repr() of collections.deque"],
    on: "free-threaded",
    because: "it copies the deque first, and the record shows `list()` of a deque raise",
  },
  {
    names: [
      ...["dict", "OrderedDict", "defaultdict"].map((type) => `for-loop over items() of ${module(type)}`),
      ...["list", "dict", "OrderedDict"].map((type) => `comprehension of ${module(type)}`),
      ...["list", "defaultdict"].map((type) => `copy.deepcopy() of ${module(type)}`),
      ...["set", "defaultdict"].map((type) => `sum() of ${module(type)}`),
      ...["list", "dict", "OrderedDict", "defaultdict"].map((type) => `repr() of ${module(type)}`),
      ...["list", "dict", "defaultdict"].map((type) => `json.dumps() of ${module(type)}`),
      "sum(values()) of builtins.dict",
    ],
    on: "pypy",
    because: "a loop in Python; the record shows such loops over other containers raise or skip, with few tries on PyPy",
  },
  {
    names: ["sharing builtins.open"],
    on: "pypy",
    because: "it gives up the GIL while it reads its next chunk; on CPython the record shows lines lost",
  },
];

function module(type: string): string {
  return type === "OrderedDict" || type === "defaultdict" ? `collections.${type}` : `builtins.${type}`;
}

test("nothing goes wrong while iterating or sharing an iterator where the knowledge says it cannot", () => {
  const judged = judgeClaims(record, claimOf);
  assert.deepEqual({ unknown: judged.unknown, contradicted: judged.contradicted }, { unknown: [], contradicted: [] });
  assert.deepEqual(reviewUnshown(judged.unshown, unshown), { unexplained: [], stale: [] });
});

test("the record covers the targets that can be had", () => {
  assert.deepEqual(missingRuns(record), []);
});

test("what a reader meets when a change comes between is what was met", () => {
  for (const run of record) {
    if (run.freeThreaded) continue;
    for (const { container, way, how } of run.rows) {
      if (!container || !way || !how) continue;
      const failure = iterationVerdict(container, way, target("cpython-3.13"))?.failure;
      const raised = Object.keys(how).some((name) => name.startsWith("RuntimeError"));
      assert.equal(failure === "raises RuntimeError", raised, `${way} of ${container} on ${run.version}`);
    }
  }
});

test("a loop of Python code over a shared container breaks on every target", () => {
  for (const each of knownTargets) {
    for (const container of ["builtins.list", "builtins.dict", "builtins.set", "collections.deque", "collections.OrderedDict"]) {
      assert.equal(iterationVerdict(container, "for-loop", each)?.verdict, "breaks", `${container} on ${targetName(each)}`);
    }
  }
});

test("containers that are not known have no verdict", () => {
  assert.equal(iterationVerdict("numpy.ndarray", "for-loop", target("cpython-3.13")), undefined);
  assert.equal(sharedIteratorVerdict("numpy.nditer", target("cpython-3.13")), undefined);
  assert.equal(snapshotStep("numpy.ndarray", "for-loop", target("cpython-3.13")), undefined);
});

test("a snapshot is only offered where it is one step", () => {
  assert.equal(snapshotStep("builtins.dict", "for-loop", target("cpython-3.14t")), "list()");
  assert.equal(snapshotStep("builtins.dict", "for-loop over items()", target("cpython-3.12")), "list(items())");
  assert.equal(snapshotStep("collections.defaultdict", "for-loop", target("cpython-3.13t")), "copy()");
  assert.equal(snapshotStep("builtins.dict", "for-loop over values()", target("pypy-3.11")), "list(values())");
  assert.equal(snapshotStep("collections.OrderedDict", "for-loop over values()", target("cpython-3.14t")), undefined);
  assert.equal(snapshotStep("builtins.dict", "copy.deepcopy()", target("cpython-3.13")), "copy()");
  assert.equal(snapshotStep("collections.deque", "for-loop", target("cpython-3.13")), "list()");
  assert.equal(snapshotStep("collections.deque", "for-loop", target("cpython-3.13t")), undefined);
});

test("a generator breaks on every target, a lock around it on none", () => {
  for (const each of knownTargets) {
    assert.equal(sharedIteratorVerdict("generator", each)?.verdict, "breaks", targetName(each));
    assert.equal(sharedIteratorVerdict("locked", each)?.verdict, "safe", targetName(each));
  }
});
