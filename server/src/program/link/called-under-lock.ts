import type { CallOperation, Value } from "../operation.js";
import type { ClassNode, FunctionNode } from "./entity.js";
import type { Program } from "./link.js";
import { leavesTaken, looksLikeLock } from "./locks.js";
import type { Resolver } from "./resolver.js";
import { walkOperations } from "./walk.js";

/** Whether every call of the function in view stands in a `with` of something that is named like a lock or takes one, whoever calls. */
export function isCalledUnderLock(node: FunctionNode, { resolver }: Program): boolean {
  const callers = resolver.callersOf(node);
  if (callers.length === 0) return isMethodOfEntered(node, resolver);
  return callers.every(({ call, within }) => locksAround(within, call, resolver));
}

function locksAround(within: FunctionNode, call: CallOperation, resolver: Resolver): boolean {
  let around = false;
  walkOperations(within.facts.body, (operation) => {
    if (around || operation.op !== "with" || operation.start > call.start || call.end > operation.end) return;
    around = looksLikeLock(operation.context) || isEnteredLocked(operation.context, within, resolver);
  });
  return around;
}

/** Whether the object takes a lock when it is entered, and keeps it until it is left. */
function isEnteredLocked(context: Value, within: FunctionNode, resolver: Resolver): boolean {
  return resolver.resolve(context, within).some((entity) => entity.kind === "instance" && takesAtEnter(entity.class, resolver));
}

function takesAtEnter(node: ClassNode, resolver: Resolver): boolean {
  const enter = resolver.method(node, "__enter__");
  return enter !== undefined && leavesTaken(enter);
}

/** Whether it is a method of an object that is used inside its own `with`, as far as its class tells. */
function isMethodOfEntered(node: FunctionNode, resolver: Resolver): boolean {
  const owner = node.head.class === undefined ? undefined : node.file.classAt(node.head.class);
  return owner !== undefined && !/^__(enter|exit)__$/.test(node.head.name) && takesAtEnter(owner, resolver);
}
