import type { Range } from "../../../base/range.js";
import type { CallOperation, Value } from "../../operation.js";
import type { ClassNode, FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import type { Resolver } from "../resolution/resolver.js";
import { walkOperations } from "../walk.js";
import { leavesTaken, looksLikeLock } from "./locks.js";

/** Whether every call of the function in view stands in a `with` of something that is named like a lock or takes one, whoever calls. */
export function isCalledUnderLock(node: FunctionNode, { resolver }: Program): boolean {
  const callers = resolver.callersOf(node);
  if (callers.length === 0) return isMethodOfEntered(node, resolver);
  return callers.every(({ call, within }) => locksAround(within, call, resolver));
}

function locksAround(within: FunctionNode, call: CallOperation, resolver: Resolver): boolean {
  return within
    .view(entered)
    .some(
      ({ start, end, context }) =>
        start <= call.start && call.end <= end && (looksLikeLock(context) || isEnteredLocked(context, within, resolver)),
    );
}

const entered = functionView(({ body }) => {
  const found: (Range & { readonly context: Value })[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "with") found.push({ start: operation.start, end: operation.end, context: operation.context });
  });
  return found;
});

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
