import type { FunctionFacts } from "../../facts.js";
import type { Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Resolver } from "../resolution/resolver.js";
import type { ThreadRoot } from "./roots.js";

/**
 * The arm of a branch that a thread comes to where the test asks whether it is one that the program keeps: `if threading.current_thread() is self._thread:`.
 * Undefined where it may be, and for other tests.
 */
export function armOfThread(
  { test, arms }: Extract<Operation, { op: "branch" }>,
  root: ThreadRoot,
  within: FunctionNode,
  resolver: Resolver,
): readonly Operation[] | undefined {
  if (test?.op !== "compute" || !/^(is|is not|==|!=)$/.test(test.operator)) return undefined;
  const [left, right] = test.operands;
  if (!left || !right || isIdentity(left, within) === isIdentity(right, within)) return undefined;
  const kept = isIdentity(left, within) ? right : left;
  const isNumber = kept.op === "read" && kept.place.kind === "attribute" && /^(ident|native_id)$/.test(kept.place.name);
  const threads = resolver.resolve(isNumber ? kept.place.object : kept, within);
  const made = threads.flatMap((entity) =>
    entity.kind === "object" && entity.type === "threading.Thread" && entity.origin ? [entity.origin.call] : [],
  );
  if (made.length === 0 || made.length < threads.length) return undefined;
  const mayBeIt = root.kind === "spawn" && made.includes(root.spawn.call);
  if (mayBeIt && (made.length > 1 || root.instances === "several")) return undefined;
  return arms[(test.operator === "is" || test.operator === "==") === mayBeIt ? 0 : 1] ?? [];
}

/** Whether it is the identity of the running thread, through a variable, too. */
function isIdentity(value: Value, { facts }: FunctionNode): boolean {
  if (isThreadIdentity(value)) return true;
  const bound =
    value.op === "read" && value.place.kind === "name" && value.place.owner === facts.index
      ? facts.bindings.get(value.place.name)
      : undefined;
  return bound?.length === 1 && bound.every(isThreadIdentity);
}

const identityNames: ReadonlySet<string> = new Set(["get_ident", "current_thread", "get_native_id", "currentThread"]);

/** Whether the value tells which thread runs. */
export function isThreadIdentity(value: Value): boolean {
  if (value.op === "call")
    return value.callee.op === "read" && value.callee.place.kind !== "element" && identityNames.has(value.callee.place.name);
  return value.op === "read" && value.place.kind === "attribute" && isThreadIdentity(value.place.object);
}

const identityOf = new WeakMap<FunctionFacts, boolean>();

/** Whether the function compares the identities of threads. */
export function usesThreadIdentity(node: FunctionNode): boolean {
  let uses = identityOf.get(node.facts);
  if (uses === undefined) {
    uses = mentionsThreadIdentity(node);
    identityOf.set(node.facts, uses);
  }
  return uses;
}

function mentionsThreadIdentity(node: FunctionNode): boolean {
  return node.facts.body.some(function mentions(operation: Operation): boolean {
    switch (operation.op) {
      case "call":
        return isThreadIdentity(operation);
      case "branch":
        return operation.arms.some((arm) => arm.some(mentions));
      case "with":
        return operation.body.some(mentions);
      default:
        return false;
    }
  });
}
