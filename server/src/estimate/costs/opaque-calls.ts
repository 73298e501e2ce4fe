import type { FunctionNode, ObjectEntity } from "../../program/link/entity.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Value } from "../../program/operation.js";

/** Whether a built-in function runs code of which nothing is known: what `eval` and `exec` are given, `next(stream)` of an iterator that callers bring from nobody knows where. */
export function runsUnknown(name: string, { arguments: [first] }: CallOperation, within: FunctionNode, resolver: Resolver): boolean {
  if (name === "builtins.eval" || name === "builtins.exec") return true;
  if (name !== "builtins.next" && name !== "builtins.anext") return false;
  if (!first || !isParameter(first.value, within)) return false;
  return resolver.resolve(first.value, within).every((each) => each.kind === "object" && isOfUnknown(each, resolver));
}

/** Whether it is what `iter` made of something of which nothing is known. */
function isOfUnknown({ origin }: ObjectEntity, resolver: Resolver): boolean {
  if (!origin || !resolver.externalCallees(origin.call, origin.in).includes("builtins.iter")) return false;
  const [first] = origin.call.arguments;
  return first !== undefined && resolver.resolve(first.value, origin.in).length === 0;
}

function isParameter(value: Value, { index, head }: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== index) return false;
  const { name } = value.place;
  return head.parameters.some((parameter) => parameter.name === name);
}
