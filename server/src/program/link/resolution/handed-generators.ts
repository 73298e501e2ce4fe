import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { walkOperations } from "../walk.js";
import type { Resolver } from "./resolver.js";

/**
 * Whether the generator that a call makes is only handed to an object of a library, such as the response of a web framework, which goes through it
 * later and wherever it likes: Starlette's `StreamingResponse` does it in a thread of its pool.
 */
export function isHandedOn(call: CallOperation, node: FunctionNode, resolver: Resolver): boolean {
  const names = new Set<string>();
  for (const [name, values] of node.facts.bindings) if (values.length === 1 && values[0] === call) names.add(name);
  const isIt = (value: Value): boolean =>
    value === call ||
    (value.op === "read" && value.place.kind === "name" && value.place.owner === node.index && names.has(value.place.name));
  let isKept = false;
  let isUsed = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "loop" && operation.iterable) isUsed ||= isIt(operation.iterable);
    if (operation.op === "yield" && operation.value) isUsed ||= isIt(operation.value);
    if (operation.op !== "call" || !operation.arguments.some(({ value }) => isIt(value))) return;
    const isPassed = operation.arguments.every(({ form, value }) => !isIt(value) || form === "positional" || form === "keyword");
    if (isPassed && makesKeeper(operation, node, resolver)) isKept = true;
    else isUsed = true;
  });
  return isKept && !isUsed;
}

/** Whether the call makes an object of a library's class; those of the standard library that take an iterable go through it at once. */
function makesKeeper(call: CallOperation, node: FunctionNode, resolver: Resolver): boolean {
  const names = resolver.externalCallees(call, node);
  return /^[A-Z]/.test(lastNameOf(call.callee)) && names.length > 0 && !names.some((name) => eager.test(name));
}

const eager = /^(builtins|collections|concurrent|threading|multiprocessing|pandas|polars|numpy)\./;
