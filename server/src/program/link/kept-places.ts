import type { CallOperation, Place } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { walkOperations } from "./walk.js";

/** Where the function stores what one of its calls made: `self.worker = Thread(…)`. */
export function placesKeeping(made: CallOperation, within: FunctionNode): readonly Place[] {
  const kept: Place[] = [];
  walkOperations(within.facts.body, (operation) => {
    if (operation.op === "write" && operation.value?.op === "call" && operation.value.start === made.start) kept.push(operation.place);
  });
  return kept;
}

/** Whether the function stores it in an attribute of that name, of whatever object. */
export function isKeptAs(name: string, made: CallOperation, within: FunctionNode): boolean {
  return placesKeeping(made, within).some((place) => place.kind === "attribute" && place.name === name);
}
