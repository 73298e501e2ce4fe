import type { Value } from "../../program/operation.js";

/** Whether the value is what a variable of that name holds. */
export function isNamed(value: Value | undefined, name: string): boolean {
  return value?.op === "read" && value.place.kind === "name" && value.place.name === name;
}

/** Whether the value is written as `None`, or left out of a slice. */
export function isNone(value: Value): boolean {
  return value.op === "constant" && value.type === "none";
}

/** Whether both read the same variable. */
export function sameName(a: Value, b: Value): boolean {
  if (a.op !== "read" || b.op !== "read" || a.place.kind !== "name" || b.place.kind !== "name") return false;
  return a.place.name === b.place.name && a.place.owner === b.place.owner;
}

/** Whether the value is computed from the variable of that name. */
export function mentions(value: Value, name: string): boolean {
  if (value.op === "read") return value.place.kind === "name" && value.place.name === name;
  return value.op === "compute" && value.operands.some((operand) => mentions(operand, name));
}
