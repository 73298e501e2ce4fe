import { append } from "../../../base/append.js";
import { indexed } from "../../../base/indexed.js";
import { Nesting } from "../../../base/nesting.js";
import type { Operation, Place } from "../../operation.js";
import type { Acquisition } from "../activity/moments.js";
import { receiverOf } from "../last-name.js";
import { walkOperations } from "../walk.js";

/** What runs while the lock is held: the body of its `with`, or of its function after `acquire`. */
export function stretchOf({ lock }: Acquisition): readonly Operation[] {
  const { function: node, range } = lock.taken;
  return bodiesOfWiths(node.facts.body).get(range.start) ?? node.facts.body;
}

/** The bodies of `with` statements by where the context starts, the last where several start there. */
const bodiesOfWiths = indexed((body: readonly Operation[]) => {
  const bodies = new Map<number, readonly Operation[]>();
  walkOperations(body, (operation) => {
    if (operation.op === "with") bodies.set(operation.context.start, operation.body);
  });
  return bodies;
});

/** The branches of a stretch, which stand in one another. */
export const branchesIn = indexed((operations: readonly Operation[]) => {
  const branches: Operation[] = [];
  walkOperations(operations, (operation) => {
    if (operation.op === "branch") branches.push(operation);
  });
  return new Nesting(branches);
});

interface PlaceUse {
  readonly start: number;
  readonly place: Place;
}

/** What is used in a stretch and could be a place: of the same name, or an element where the place is one. */
export const usesIn = indexed((stretch: readonly Operation[]) => {
  const uses = new Map<string, PlaceUse[]>();
  walkOperations(stretch, (operation) => {
    const place = usedPlace(operation);
    if (place) append(uses, nameOrElement(place), { start: operation.start, place });
  });
  return (place: Place): readonly PlaceUse[] => uses.get(nameOrElement(place)) ?? [];
});

function nameOrElement(place: Place): string {
  return place.kind === "element" ? "" : place.name;
}

function usedPlace(operation: Operation) {
  if (operation.op === "read" || operation.op === "write") return operation.place;
  const object = operation.op === "call" ? receiverOf(operation) : undefined;
  return object?.op === "read" ? object.place : undefined;
}
