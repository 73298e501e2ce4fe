import { someValue } from "../../program/link/walk.js";
import type { CallOperation } from "../../program/operation.js";

/** The variables that the arguments of a call are made of. */
export function argumentNames(call: CallOperation): readonly string[] {
  const names: string[] = [];
  for (const { value } of call.arguments) {
    someValue(value, (inner) => {
      if (inner.op === "read" && inner.place.kind === "name") names.push(inner.place.name);
      return false;
    });
  }
  return names;
}
