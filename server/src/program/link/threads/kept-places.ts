import { append } from "../../../base/append.js";
import { indexed } from "../../../base/indexed.js";
import type { CallOperation, Place } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { functionView } from "../linked-file.js";
import { walkOperations } from "../walk.js";

/** Where the function stores what one of its calls made: `self.worker = Thread(…)`. */
export function placesKeeping(made: CallOperation, within: FunctionNode): readonly Place[] {
  return placesByStart(within.view(storedCalls)).get(made.start) ?? [];
}

const storedCalls = functionView(({ body }): readonly { readonly start: number; readonly place: Place }[] => {
  const found: { readonly start: number; readonly place: Place }[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "write" && operation.value?.op === "call") found.push({ start: operation.value.start, place: operation.place });
  });
  return found;
});

const placesByStart = indexed((stored: readonly { readonly start: number; readonly place: Place }[]) => {
  const places = new Map<number, Place[]>();
  for (const { start, place } of stored) append(places, start, place);
  return places;
});

/** Whether the function stores it in an attribute of that name, of whatever object. */
export function isKeptAs(name: string, made: CallOperation, within: FunctionNode): boolean {
  return placesKeeping(made, within).some((place) => place.kind === "attribute" && place.name === name);
}
