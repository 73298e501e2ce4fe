import type { CallOperation, Value } from "../../program/operation.js";

/** What a call is given by position, one after the other. */
export function positionalOf({ arguments: given }: CallOperation): readonly Value[] {
  return given.filter(({ form }) => form === "positional").map(({ value }) => value);
}
