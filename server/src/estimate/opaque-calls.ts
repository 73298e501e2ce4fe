import type { FunctionNode } from "../program/link/entity.js";
import type { Resolver } from "../program/link/resolver.js";
import type { CallOperation, Value } from "../program/operation.js";

/** Whether a built-in function runs code of which nothing is known: what `eval` and `exec` are given, `next(stream)` of an iterator that callers bring from nobody knows where. */
export function runsUnknown(name: string, { arguments: [first] }: CallOperation, within: FunctionNode, resolver: Resolver): boolean {
  if (name === "builtins.eval" || name === "builtins.exec") return true;
  if (name !== "builtins.next" && name !== "builtins.anext") return false;
  return first !== undefined && isParameter(first.value, within) && resolver.resolve(first.value, within).length === 0;
}

function isParameter(value: Value, { index, head }: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== index) return false;
  const { name } = value.place;
  return head.parameters.some((parameter) => parameter.name === name);
}
