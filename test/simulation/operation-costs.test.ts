import assert from "node:assert/strict";
import { test } from "node:test";
import { knownTargets, parseTarget, type Target, targetName } from "../../server/src/base/target.js";
import { costsFor } from "../../server/src/estimate/costs/operation-costs.js";

const target = (name: string): Target => {
  const known = parseTarget(name);
  assert.ok(known, name);
  return known;
};

/** All numbers of a tree of costs, with their places. */
function leaves(value: unknown, place: string): [string, number][] {
  if (typeof value === "number") return [[place, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, `${place}.${key}`));
}

test("every target has costs, each low ≤ likely ≤ high and none negative", () => {
  for (const known of knownTargets) {
    const { operations, bulk, handOver, origin } = costsFor(known);
    const name = targetName(known);
    assert.ok(origin.note.length > 0, name);
    const intervals = [...Object.entries(operations), ...Object.values(bulk).flatMap((cost) => Object.entries(cost).slice(0, 2))];
    for (const [what, interval] of intervals) {
      const { low, likely, high } = interval as { low: number; likely: number; high: number };
      assert.ok(0 <= low && low <= likely && likely <= high, `${name} ${what}: ${low} ${likely} ${high}`);
    }
    const likely = leaves(handOver.likely, "handOver");
    const low = new Map(leaves(handOver.low, "handOver"));
    const high = new Map(leaves(handOver.high, "handOver"));
    for (const [place, value] of likely) {
      assert.ok((low.get(place) as number) <= value && value <= (high.get(place) as number), `${name} ${place}`);
    }
  }
});

test("what everybody knows of the versions shows in the tables", () => {
  const old = costsFor(target("cpython-3.10")).operations;
  const recent = costsFor(target("cpython-3.14")).operations;
  const withoutGil = costsFor(target("cpython-3.13t")).operations;
  const withGil = costsFor(target("cpython-3.13")).operations;
  // Calls became cheaper with 3.11, exceptions free to set up; 3.13t has no specialising interpreter.
  assert.ok(recent.callPython.likely < old.callPython.likely);
  assert.ok(withoutGil.attributeLoad.likely > 1.5 * withGil.attributeLoad.likely);
  for (const operations of [old, recent, withGil, withoutGil]) {
    assert.ok(operations.localStore.likely < operations.intAdd.likely);
    assert.ok(operations.intAdd.likely < operations.instantiate.likely);
    assert.ok(operations.sumElement.likely < operations.generatorExpressionElement.likely);
  }
});

test("starting a process costs more the less it shares: fork, forkserver, spawn", () => {
  for (const name of ["cpython-3.11", "cpython-3.13", "cpython-3.14"]) {
    const { fork, forkserver, spawn } = costsFor(target(name)).handOver.likely.processes;
    assert.ok(fork.bootstrapNs < forkserver.bootstrapNs && forkserver.bootstrapNs < spawn.bootstrapNs, name);
  }
});

test("only what was measured says so", () => {
  assert.equal(costsFor(target("cpython-3.13")).origin.kind, "measured");
  assert.equal(costsFor(target("cpython-3.13t")).origin.kind, "measured");
  assert.equal(costsFor(target("cpython-3.14t")).origin.kind, "derived");
  assert.equal(costsFor(target("pypy-3.11")).origin.kind, "guessed");
  assert.equal(costsFor(target("jython-2.7")).origin.kind, "guessed");
});
