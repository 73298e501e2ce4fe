import type { CallOperation } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { placesKeeping } from "./kept-places.js";
import { functionView } from "./linked-file.js";
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
  for (const { start, end, callee } of within.view(methodCalls)) {
    if (start < made.start) continue;
    if (callee.op !== "read" || callee.place.kind !== "attribute" || !starts.includes(callee.place.name)) continue;
    any ??= end;
    const { object } = callee.place;
    if (object.op === "read" && kept.some((place) => samePlace(place, object.place))) own ??= end;
  }
  return own ?? any;
}

/** The calls of a function that look like those of methods, outer ones first. */
export const methodCalls = functionView(({ body }): readonly CallOperation[] => {
  const found: CallOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "call" && operation.callee.op === "read" && operation.callee.place.kind === "attribute") found.push(operation);
  });
  return found;
});
