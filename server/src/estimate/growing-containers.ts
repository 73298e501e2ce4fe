import type { CallOperation, Value } from "../program/operation.js";

/** Whether the value is a new container with nothing in it. */
export function isEmptyContainer(value: Value, namesOf: (call: Extract<Value, { op: "call" }>) => readonly string[]): boolean {
  if (value.op === "display") return value.elements.length === 0 && !value.isOpen;
  if (value.op !== "call") return false;
  const [name] = namesOf(value);
  if (name === "collections.defaultdict") return true;
  return value.arguments.length === 0 && /^(builtins\.(list|dict|set)|collections\.(deque|OrderedDict))$/.test(name ?? "");
}

/** The name of the variable that a call adds one element to. */
export function appendedTo({ callee }: CallOperation): string | undefined {
  if (callee.op !== "read" || callee.place.kind !== "attribute" || !/^(append|appendleft|add)$/.test(callee.place.name)) return undefined;
  const { object } = callee.place;
  return object.op === "read" && object.place.kind === "name" ? object.place.name : undefined;
}
