import { contains, type Range } from "../../base/range.js";
import { lastNameOf } from "../../program/link/last-name.js";
import { loopsAround } from "../../program/link/loops.js";
import { leaves } from "../../program/link/state/compound.js";
import { nameOfPlace } from "../../program/link/threads/joined-at-once.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { innerOperations, someValue } from "../../program/link/walk.js";
import type { Operation, Value } from "../../program/operation.js";

/** Whether the place is only come to where several workers are asked for: `if jobs == 1:` has done without, or `if parallel:` stands around it. */
export function isForSeveral({ call, in: within, pool }: Spawn): boolean {
  // As many threads as a loop has rounds.
  const sizes = pool?.size ? [pool.size.value] : loopsAround(within, call).flatMap(({ iterable }) => (iterable ? [iterable] : []));
  const places = [{ at: call as Range, node: within }, ...(pool?.made ? [{ at: pool.made.call as Range, node: pool.made.in }] : [])];
  return places.some(({ at, node }) => knownAt(node.facts.body, at).some(({ test, holds }) => asksForSeveral(test, holds, sizes)));
}

interface Known {
  readonly test: Value;
  readonly holds: boolean;
}

/** The tests that have been made on the way to a place, with how they turned out. */
function knownAt(list: readonly Operation[], place: Range): readonly Known[] {
  const known: Known[] = [];
  for (const operation of list) {
    if (operation.start >= place.end) break;
    const isInside = contains(operation, place);
    if (operation.op === "branch" && operation.test) {
      const [then = [], otherwise = []] = operation.arms;
      const { test } = operation;
      const stands = (arm: readonly Operation[]): boolean => arm.some((each) => contains(each, place));
      if (stands(then) || (!isInside && leaves(otherwise))) known.push({ test, holds: true });
      if (stands(otherwise) || (!isInside && leaves(then))) known.push({ test, holds: false });
    }
    if (isInside) for (const part of innerOperations(operation)) known.push(...knownAt(part, place));
  }
  return known;
}

/** Whether the test, as it turned out, says that there is more than one worker. */
function asksForSeveral(test: Value, holds: boolean, sizes: readonly Value[]): boolean {
  const next = (each: Value, turned = holds): boolean => asksForSeveral(each, turned, sizes);
  if (test.op === "read") return (holds ? several : single).test(lastNameOf(test));
  if (test.op === "choice") return test.by === (holds ? "and" : "or") && test.values.some((each) => next(each));
  if (test.op !== "compute") return false;
  const [left, right] = test.operands;
  if (test.operator === "not") return left !== undefined && next(left, !holds);
  if (!left || right?.op !== "constant" || typeof right.value !== "number" || !isCount(left, sizes)) return false;
  const comparison = `${test.operator} ${right.value}`;
  return (holds ? /^(> 1|>= 2|!= 1)$/ : /^(<= 1|< 2|== 1)$/).test(comparison);
}

/** Whether it is the number of workers: by its name, or as the pool is given it. */
function isCount(value: Value, sizes: readonly Value[]): boolean {
  const name = nameOfPlace(value);
  if (name === undefined) return false;
  return counts.test(lastNameOf(value)) || sizes.some((size) => someValue(size, (each) => nameOfPlace(each) === name));
}

const counts = /worker|jobs?$|thread|proc|parallel|concurren/i;
const several = /parallel|concurren|multi_?(thread|process)|threaded/i;
const single = /serial|sequential|single_?(thread|process)|synchronous/i;
