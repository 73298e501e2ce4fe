import type { CallOperation, LoopOperation, Value } from "../../program/operation.js";

/** A whole number for people. */
export function wholeText(value: number): string {
  return Math.round(value).toLocaleString("en");
}

/** What is counted where a loop goes round. */
export function loopText(loop: LoopOperation): string {
  const name = loop.iterable ? writtenName(loop.iterable) : undefined;
  return name ? `length of \`${name}\`` : "number of rounds of a loop";
}

/** The name of what is called, for sentences. */
export function calledName({ callee }: CallOperation): string {
  return writtenName(callee) ?? "a call";
}

/** The dotted name that a value is written as. */
export function writtenName(value: Value): string | undefined {
  if (value.op !== "read") return undefined;
  if (value.place.kind === "name") return value.place.name;
  if (value.place.kind !== "attribute") return undefined;
  const object = writtenName(value.place.object);
  return object === undefined ? value.place.name : `${object}.${value.place.name}`;
}

/** The name behind the last dot of a variable or attribute. */
export function lastName(value: Value | undefined): string | undefined {
  return value?.op === "read" && value.place.kind !== "element" ? value.place.name : undefined;
}
