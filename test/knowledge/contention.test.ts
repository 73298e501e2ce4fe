import assert from "node:assert/strict";
import { test } from "node:test";
import record from "./measured-contention.json";

/** What `test/measure/contention.py` writes of a statement in a loop: what two threads gain that use one object, and an object each. */
interface Row {
  readonly shape: string;
  readonly python: string;
  readonly speedup: number;
  readonly own?: number;
}

const rows: readonly Row[] = record.rows;

function row(shape: string): Row {
  const found = rows.find((each) => each.shape === shape);
  assert.ok(found, `${shape} was measured`);
  return found;
}

test("what GIL503 reports gains nothing from a second thread, and would with an object for each", () => {
  const reported = [
    "list.append",
    "deque.append",
    "set.add",
    "list element store",
    "dict element store, one key",
    "dict element store, other keys",
    "dict.setdefault",
    "attribute store",
    "list element read",
    "dict element read",
    "with a lock",
  ];
  for (const each of reported.map(row)) {
    assert.ok(each.speedup <= 1.1, `${each.shape}: ${each.speedup}`);
    assert.ok((each.own ?? 0) >= 1.5, `${each.shape} with an object each: ${each.own}`);
  }
});

test("what GIL503 leaves alone gains from a second thread", () => {
  const left = [
    "arithmetic",
    "global read of a small number",
    "built-in function max",
    "built-in function abs",
    "built-in type int",
    "function of a module, math.sqrt",
    "function of the program",
    "class of the program",
    "isinstance with a class of the program",
  ];
  for (const each of left.map(row)) assert.ok(each.speedup >= 1.5, `${each.shape}: ${each.speedup}`);
});
