import assert from "node:assert/strict";
import { test } from "node:test";
import { knownTargets, parseTarget, type Target, targetName } from "../../server/src/base/target.js";
import { type ElementCode, type GapStep, methodStep, switchPossible, taskSwitchPossible } from "../../server/src/knowledge/atomicity.js";
import methodRecord from "./measured-container-methods.json";
import updateRecord from "./measured-lost-updates.json";
import { judgeClaims, missingRuns, type RaceClaim, type RaceRow, type RaceRun, reviewUnshown, type UnshownClaims } from "./race-record.js";

function target(name: string): Target {
  return parseTarget(name) ?? assert.fail(name);
}

interface UpdateRow extends RaceRow {
  readonly gap?: readonly GapStep[];
  readonly method?: string;
  /** A lock is held: nothing may ever be lost. */
  readonly guarded?: boolean;
}

interface MethodRow extends RaceRow {
  readonly method: string;
  readonly elements?: ElementCode;
}

const updates = updateRecord as unknown as readonly RaceRun<UpdateRow>[];
const methods = methodRecord as unknown as readonly RaceRun<MethodRow>[];

function updateClaim(row: UpdateRow): RaceClaim {
  const { gap } = row;
  if (gap) return { name: row.what, verdict: (on) => switchPossible(gap, on) };
  return { name: row.what, verdict: () => ({ verdict: "safe", because: "a lock is held" }) };
}

function isMethodRow(row: UpdateRow | MethodRow): row is MethodRow {
  return row.method !== undefined;
}

function methodClaim({ method, elements = "native" }: MethodRow): RaceClaim {
  return {
    name: elements === "python" ? `${method} of Python elements` : method,
    verdict: (on) => methodStep(method, on, elements),
  };
}

const unshownMethods: readonly UnshownClaims[] = [
  {
    names: ["insert", "__iadd__", "__delitem__", "__imul__", "__contains__", "index"].map((name) => `builtins.list.${name}`),
    on: "free-threaded",
    because: "documented: elements move in place, and lock-free readers may see that (Thread safety guarantees, list)",
  },
  {
    names: ["builtins.dict.__ior__", "collections.deque.extendleft", "builtins.set.symmetric_difference_update"],
    on: "free-threaded",
    because: "the same loop as `update` and `extend`, which the record shows half done to `len`",
  },
  {
    names: ["__setitem__", "setdefault", "popitem", "__delitem__"].map((name) => `collections.OrderedDict.${name}`),
    on: "free-threaded",
    because: "odictobject.c of 3.13 links its nodes without a lock, and the record shows `pop` and `move_to_end` corrupt the links",
  },
  {
    names: ["collections.defaultdict.__getitem__", "collections.defaultdict.__getitem__ of Python elements"],
    on: "free-threaded",
    because: "`defdict_missing` calls the factory before it stores; with the GIL and a Python factory the record shows the lost list",
  },
  {
    names: ["builtins.list.remove", ...["remove", "index", "count", "__contains__"].map((name) => `collections.deque.${name}`)].map(
      (name) => `${name} of Python elements`,
    ),
    on: "free-threaded",
    because: "a per-object lock is given up when Python code waits; with the GIL the record shows it",
  },
  {
    names: [
      ...["remove", "__contains__", "index", "count"].map((name) => `builtins.list.${name}`),
      ...["builtins.set.add", "builtins.set.discard", "builtins.dict.pop"],
    ].map((name) => `${name} of Python elements`),
    on: "pypy",
    because:
      "PyPy may switch at any instruction of the elements' Python code; the record shows it crash when keys of one dict or set are compared",
  },
];

test("no update is lost where the knowledge says none can be", () => {
  const { unknown, contradicted, unshown } = judgeClaims(
    updates.map((run) => ({ ...run, rows: run.rows.filter((row) => !isMethodRow(row)) })),
    updateClaim,
  );
  assert.deepEqual({ unknown, contradicted }, { unknown: [], contradicted: [] });
  assert.deepEqual(reviewUnshown(unshown, []), { unexplained: [], stale: [] });
});

test("no container method loses, doubles or corrupts where the knowledge says it is one step", () => {
  const { unknown, contradicted, unshown } = judgeClaims(
    [...methods, ...updates].map((run) => ({ ...run, rows: (run.rows as readonly (UpdateRow | MethodRow)[]).filter(isMethodRow) })),
    methodClaim,
  );
  assert.deepEqual({ unknown, contradicted }, { unknown: [], contradicted: [] });
  assert.deepEqual(reviewUnshown(unshown, unshownMethods), { unexplained: [], stale: [] });
});

test("the records cover every CPython with a GIL, one without, and PyPy, each with a short and the default switch interval", () => {
  assert.deepEqual(missingRuns(updates), []);
  assert.deepEqual(missingRuns(methods), []);
});

test("without a GIL, and on PyPy, nothing between read and write is needed to break", () => {
  for (const name of ["cpython-3.13t", "cpython-3.14t", "pypy-3.11", "jython-2.7", "ironpython-3.4"]) {
    assert.equal(switchPossible([], target(name)).verdict, "breaks", name);
  }
});

test("one dangerous step is enough, wherever it stands", () => {
  const now = target("cpython-3.13");
  assert.equal(switchPossible(["subscript", "operator", "attribute"], now).verdict, "holds-by-accident");
  assert.equal(switchPossible(["subscript", "python-call", "operator"], now).verdict, "breaks");
  assert.equal(switchPossible(["specialised-call"], target("cpython-3.10")).verdict, "breaks");
});

test("a read-modify-write is never called safe between threads: nothing promises it", () => {
  for (const each of knownTargets) assert.notEqual(switchPossible([], each).verdict, "safe");
});

test("every verdict names the interpreter it is about", () => {
  assert.match(switchPossible([], target("cpython-3.14t")).because, /CPython 3\.14t/);
  assert.match(switchPossible(["native-call"], target("cpython-3.12")).because, /CPython 3\.12 .* after the call/);
  assert.match(methodStep("heapq.heappush", target("cpython-3.13t"))?.because ?? "", /CPython 3\.13t takes no lock/);
});

test("tasks of one event loop change places only at an await", () => {
  assert.equal(taskSwitchPossible(["python-call", "loop"]).verdict, "safe");
  assert.equal(taskSwitchPossible(["python-call", "await"]).verdict, "breaks");
});

test("container methods", () => {
  const verdict = (method: string, name: string, elements?: ElementCode) => methodStep(method, target(name), elements)?.verdict;
  assert.equal(verdict("builtins.list.append", "cpython-3.14t"), "safe");
  assert.equal(verdict("builtins.list.extend", "cpython-3.13"), "holds-by-accident");
  assert.equal(verdict("builtins.list.extend", "cpython-3.13t"), "breaks");
  assert.equal(verdict("builtins.list.no_such_method", "cpython-3.13"), undefined);
  assert.equal(verdict("heapq.heappush", "cpython-3.14t"), "holds-by-accident");
});

test("a method that runs the elements' Python code can be come between, wherever it runs", () => {
  for (const each of knownTargets) {
    for (const method of ["builtins.list.sort", "builtins.list.remove", "heapq.heappush", "bisect.insort"]) {
      assert.equal(methodStep(method, each, "python")?.verdict, "breaks", `${method} on ${targetName(each)}`);
    }
  }
});
