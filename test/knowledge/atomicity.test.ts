import assert from "node:assert/strict";
import { test } from "node:test";
import { knownTargets, parseTarget, type Target, targetName } from "../../server/src/base/target.js";
import { type GapStep, methodStep, switchPossible, taskSwitchPossible } from "../../server/src/knowledge/atomicity.js";
import measured from "./measured-lost-updates.json";

function target(name: string): Target {
  return parseTarget(name) ?? assert.fail(name);
}

interface Row {
  readonly what: string;
  readonly gap?: readonly string[];
  readonly method?: string;
  readonly expected: number;
  readonly lost: number;
}

for (const run of measured) {
  const [major = 0, minor = 0] = run.version.split(".").map(Number);
  const interpreter: Target = { implementation: "cpython", major, minor, freeThreaded: run.freeThreaded };
  test(`agrees with the updates that ${targetName(interpreter)} really lost`, () => {
    for (const row of run.rows as readonly Row[]) {
      if (row.gap) {
        const { verdict } = switchPossible(row.gap as readonly GapStep[], interpreter);
        assert.equal(verdict, row.lost > 0 ? "breaks" : "holds-by-accident", `${row.what}: ${row.lost} of ${row.expected} lost`);
      } else {
        const { verdict } = methodStep(row.method ?? "", interpreter) ?? assert.fail(row.method);
        assert.equal(verdict === "breaks", row.lost > 0, `${row.what}: ${row.lost} of ${row.expected} lost`);
      }
    }
  });
}

test("the record covers every switching rule of CPython with a GIL", () => {
  const versions = measured.map((run) => run.version.split(".", 2).join("."));
  for (const version of ["3.8", "3.9", "3.10", "3.11", "3.12", "3.13"]) assert.ok(versions.includes(version), version);
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
});

test("tasks of one event loop change places only at an await", () => {
  assert.equal(taskSwitchPossible(["python-call", "loop"]).verdict, "safe");
  assert.equal(taskSwitchPossible(["python-call", "await"]).verdict, "breaks");
});

test("container methods", () => {
  const verdict = (method: string, name: string) => methodStep(method, target(name))?.verdict;
  assert.equal(verdict("builtins.list.append", "cpython-3.14t"), "safe");
  assert.equal(verdict("builtins.list.extend", "cpython-3.13"), "holds-by-accident");
  assert.equal(verdict("builtins.list.extend", "cpython-3.13t"), "breaks");
  assert.equal(verdict("builtins.list.sort", "cpython-3.13"), "breaks");
  assert.equal(verdict("builtins.list.no_such_method", "cpython-3.13"), undefined);
});
