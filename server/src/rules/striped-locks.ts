import type { Access } from "../program/link/activity/moments.js";
import type { HeldLock } from "../program/link/locks/locks.js";
import { expressionOf } from "../program/link/locks/same-lock.js";
import type { Resolver } from "../program/link/resolution/resolver.js";
import type { Value } from "../program/operation.js";

/**
 * Whether it is one of several locks, chosen by what the thread is at: `self._locks[hash(key) % 8]`, of `[Lock() for _ in range(8)]`. Two threads may each
 * hold another one, so it keeps them apart in what belongs to the chosen stripe alone, not in a count of all.
 */
export function isOneOfStripes(lock: HeldLock, access: Access, resolver: Resolver): boolean {
  if (!isOfWhole(access)) return false;
  const expression = expressionOf(lock);
  if (expression?.op !== "read" || expression.place.kind !== "element") return false;
  const { object, index } = expression.place;
  const within = lock.taken.function;
  if (!isChosenByCall(index, within.index)) return false;
  const containers = resolver.resolve(object, within);
  return containers.length > 0 && containers.every((entity) => entity.kind === "container" && makesOneForEach(entity.value));
}

/** Whether each of the container's elements is made anew: `[Lock()] * 8` is one lock eight times. */
function makesOneForEach(value: Value): boolean {
  if (value.op === "comprehension") return value.makes === "list" && value.element.op === "call";
  return value.op === "display" && value.elements.length > 1 && value.elements.every(({ op }) => op === "call");
}

/** Whether the index depends on what the call is about. */
function isChosenByCall(index: Value, owner: number): boolean {
  if (index.op === "read") return index.place.kind === "name" && index.place.owner === owner;
  return index.op === "call" || (index.op === "compute" && index.operands.some((operand) => isChosenByCall(operand, owner)));
}

/** Whether it is to a variable of the module or to an attribute of the method's own object, which all stripes share. */
function isOfWhole({ operation, function: { head } }: Access): boolean {
  if (operation.op !== "write") return false;
  const { place } = operation;
  if (place.kind === "name") return place.owner === 0;
  if (place.kind !== "attribute" || head.class === undefined) return false;
  const { object } = place;
  return object.op === "read" && object.place.kind === "name" && object.place.name === head.parameters[0]?.name;
}
