import type { CallOperation } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { placesKeeping } from "./kept-places.js";
import { samePlace } from "./updates.js";
import { walkOperations } from "./walk.js";

/**
 * Behind which call a function has started what another one of its calls made: the first that starts what was stored where that is; where nobody is seen
 * to start it under that name, the first that starts anything.
 */
export function startOf(made: CallOperation, within: FunctionNode, starts: readonly string[]): number | undefined {
  const kept = placesKeeping(made, within);
  let own: number | undefined;
  let any: number | undefined;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op !== "call" || operation.start < made.start) return;
    const { callee } = operation;
    if (callee.op !== "read" || callee.place.kind !== "attribute" || !starts.includes(callee.place.name)) return;
    any ??= operation.end;
    const { object } = callee.place;
    if (object.op === "read" && kept.some((place) => samePlace(place, object.place))) own ??= operation.end;
  });
  return own ?? any;
}
