import { contains } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { looksLikeLock } from "../../program/link/locks/locks.js";
import { samePlace } from "../../program/link/state/updates.js";
import { walkOperations } from "../../program/link/walk.js";
import type { BranchOperation, Place, Value } from "../../program/operation.js";

/** In how many tasks something is made that all of them share: only the first that comes to it finds it missing. */
export const firstTimeShare = 0.05;

/**
 * Whether a branch makes what is there from then on for everybody, under a lock so that only one does: `if self.table is None:` with `self.table = …`
 * inside, around a `with lock:` or in one.
 */
export function isMadeOnce(operation: BranchOperation, node: FunctionNode): boolean {
  const place = operation.test && missing(operation.test);
  if (!place || (place.kind === "name" && place.owner === node.index)) return false;
  let isMade = false;
  walkOperations(operation.arms[0] ?? [], (inner) => {
    if (inner.op !== "write") return;
    const { place: stored } = inner;
    isMade ||=
      samePlace(stored, place) || (stored.kind === "element" && stored.object.op === "read" && samePlace(stored.object.place, place));
  });
  if (!isMade) return false;
  let isLocked = false;
  walkOperations(node.facts.body, (around) => {
    if (around.op === "with" && looksLikeLock(around.context)) isLocked ||= contains(around, operation) || contains(operation, around);
  });
  return isLocked;
}

/** What a test finds missing: `self.table is None`, `not self.table`, `key not in cache`. */
function missing(test: Value): Place | undefined {
  if (test.op !== "compute") return undefined;
  const [left, right] = test.operands;
  const asked = test.operator === "not in" ? right : left;
  const isNone = test.operator === "is" && right?.op === "constant" && right.type === "none";
  const isMissing = test.operator === "not" || test.operator === "not in" || isNone;
  return isMissing && asked?.op === "read" && asked.place.kind !== "element" ? asked.place : undefined;
}
