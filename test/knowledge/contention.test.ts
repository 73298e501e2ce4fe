import assert from "node:assert/strict";
import { test } from "node:test";
import record from "./measured-contention.json";
import objects from "./measured-shared-objects.json";

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

/** What `test/measure/shared_objects.py` writes: nanoseconds in the thread that made the objects, in another, and in each of two others. */
function passOf(shape: string): { readonly main: number; readonly worker: number; readonly two: number } {
  const found = objects.rows.find((each) => each.shape === shape);
  assert.ok(found, `${shape} was measured`);
  return found;
}

test("dict.get waits for its own lock at a key that another thread made, and only there", () => {
  for (const shape of ["dict.get, own text", "dict.get, number", "dict.get, pair", "dict.get, own text that is not there"]) {
    const { main, worker, two } = passOf(shape);
    assert.ok(worker > 20 * main && two > 100 * main, `${shape}: ${main}, ${worker}, ${two} ns`);
  }
  const others = [
    "dict, own text",
    "dict, number",
    "dict, pair",
    "dict, own text, searched",
    "dict.get, literal key",
    "own dict.get, own text",
  ];
  for (const shape of [...others, "dict.get, number that is not there"]) {
    const { main, worker, two } = passOf(shape);
    assert.ok(worker < 2.2 * main && two < 5 * main, `${shape}: ${main}, ${worker}, ${two} ns`);
  }
});
