import assert from "node:assert/strict";
import { test } from "node:test";
import { knownTargets, parseTarget, type Target, targetName } from "../../server/src/base/target.js";
import type { GapStep } from "../../server/src/knowledge/atomicity.js";
import { checkThenActVerdict, type LazyInitialisation, lazyInitialisationVerdict } from "../../server/src/knowledge/check-then-act.js";
import measured from "./measured-check-then-act.json";
import { judgeClaims, missingRuns, type RaceClaim, type RaceRow, type RaceRun, reviewUnshown, type UnshownClaims } from "./race-record.js";

function target(name: string): Target {
  return parseTarget(name) ?? assert.fail(name);
}

interface Row extends RaceRow {
  readonly between?: readonly GapStep[];
  readonly way?: LazyInitialisation;
  /** A lock is held: nothing may ever go wrong. */
  readonly guarded?: boolean;
}

const record = measured as unknown as readonly RaceRun<Row>[];

function claimOf(row: Row): RaceClaim {
  const { between, way } = row;
  if (between) return { name: row.what, verdict: (on) => checkThenActVerdict(between, on) };
  if (way) return { name: way, verdict: (on) => lazyInitialisationVerdict(way, on) };
  return { name: row.what, verdict: () => ({ verdict: "safe", because: "a lock is held" }) };
}

const unshown: readonly UnshownClaims[] = [
  {
    names: ["functools.lru_cache", "functools.cache"],
    on: "free-threaded",
    because:
      "documented: the function may run more than once if another thread calls before the first has returned; 3.13t locks part of the call",
  },
  {
    names: ["if c.get(k) is None: mine.append(k); c[k] = 1"],
    on: "free-threaded",
    because: "the same test and act as with `make()`, which the record shows; `dict.get` beside writers is too slow there for many tries",
  },
  { names: ["if c: c.pop()"], on: "pypy", because: "the same as `if len(c) > 0: c.pop()`, which the record shows" },
];

test("no check-then-act or lazy initialisation goes wrong where the knowledge says it cannot", () => {
  const judged = judgeClaims(record, claimOf);
  assert.deepEqual({ unknown: judged.unknown, contradicted: judged.contradicted }, { unknown: [], contradicted: [] });
  assert.deepEqual(reviewUnshown(judged.unshown, unshown), { unexplained: [], stale: [] });
});

test("the record covers the targets that can be had", () => {
  assert.deepEqual(missingRuns(record), []);
});

test("a test and an act with a call between them break on every target", () => {
  for (const each of knownTargets) {
    assert.equal(checkThenActVerdict(["jump-forward", "python-call"], each).verdict, "breaks", targetName(each));
    assert.equal(checkThenActVerdict(["unknown-call"], each).verdict, "breaks", targetName(each));
    assert.equal(lazyInitialisationVerdict("test-then-assign", each).verdict, "breaks", targetName(each));
  }
});

test("the clause speaks of test and act", () => {
  assert.match(checkThenActVerdict(["python-call"], target("cpython-3.13")).because, /CPython 3\.13 .* between test and act/);
  assert.match(checkThenActVerdict([], target("cpython-3.13t")).because, /between test and act/);
});

test("cached_property lost its lock in 3.12", () => {
  assert.equal(lazyInitialisationVerdict("functools.cached_property", target("cpython-3.11")).verdict, "safe");
  assert.equal(lazyInitialisationVerdict("functools.cached_property", target("cpython-3.12")).verdict, "breaks");
});
