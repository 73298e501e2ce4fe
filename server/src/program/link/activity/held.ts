import type { LoopOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import { functionTest, functionView } from "../linked-file.js";
import { type HeldLock, isAcquire, threadIdentityKey } from "../locks/locks.js";
import type { Resolver } from "../resolution/resolver.js";
import type { Frame } from "../sharing/abstract-object.js";
import { someValue, walkOperations } from "../walk.js";

/** Taken again where it was taken before, as code that calls itself does, it is held in no other way. */
export function hold(held: HeldLock[], lock: HeldLock): void {
  const isAgain = (each: HeldLock): boolean =>
    each.key === lock.key &&
    each.owner === lock.owner &&
    each.via === lock.via &&
    each.taken.function === lock.taken.function &&
    each.taken.range.start === lock.taken.range.start;
  if (!held.some(isAgain)) held.push(lock);
}

export function replace(list: HeldLock[], by: readonly HeldLock[]): void {
  if (list === by) return;
  const next = [...by];
  list.length = 0;
  list.push(...next);
}

/** The locks held on all of several ways; undefined where there is no way. */
export function heldOnEvery(ways: readonly (readonly HeldLock[])[]): readonly HeldLock[] | undefined {
  const [first, ...rest] = ways;
  return first?.filter((lock) => rest.every((other) => other.some((each) => each.key === lock.key)));
}

export function withoutIdentity(held: readonly HeldLock[]): readonly HeldLock[] {
  return held.filter((lock) => lock.key !== threadIdentityKey);
}

export function threadIdentity(node: FunctionNode): HeldLock {
  const taken = { function: node, range: node.head.nameRange };
  return { key: threadIdentityKey, owner: "", via: "", identity: "one", reentrant: "yes", scope: "threads", name: "", taken };
}

/** Whether the lock is one of the element that a loop comes to, or is that element. */
export function isTakenOfElement({ taken }: HeldLock, loop: LoopOperation, { function: node }: Frame): boolean {
  if (taken.function !== node || taken.range.start < loop.start || loop.end < taken.range.end) return false;
  let isOf = false;
  const isElement = (value: Value): boolean =>
    someValue(value, (inner) => {
      if (inner.op !== "read" || inner.place.kind !== "name" || inner.place.owner !== node.index) return false;
      const bound = node.bound(inner.place.name) ?? [];
      return bound.some((each) => isOfElement(each, loop));
    });
  walkOperations(loop.body, (operation) => {
    if (operation.op !== "call") return;
    for (const value of [operation.callee, ...operation.arguments.map((argument) => argument.value)])
      isOf ||= someValue(value, (inner) => inner.start === taken.range.start && inner.end === taken.range.end && isElement(inner));
  });
  return isOf;
}

function isOfElement(value: Value, loop: LoopOperation): boolean {
  if (value.op === "item-of") return isOfElement(value.value, loop);
  return value.op === "element-of" && value.iterable === loop.iterable;
}

/** Whether the value is a stack of context managers. */
export function isExitStack(context: Value, within: FunctionNode, resolver: Resolver): boolean {
  if (context.op !== "call" && context.op !== "read") return false;
  return resolver
    .resolve(context, within)
    .some((entity) => entity.kind === "object" && /^contextlib\.(Async)?ExitStack$/.test(entity.type));
}

export function isEnteredOnStack({ taken }: HeldLock): boolean {
  let isEntered = false;
  walkOperations(taken.function.facts.body, (operation) => {
    const [subject] = operation.op === "call" && enteringMethods.has(lastNameOf(operation.callee)) ? operation.arguments : [];
    isEntered ||= subject !== undefined && subject.value.start === taken.range.start && subject.value.end === taken.range.end;
  });
  return isEntered;
}

/** The methods of a stack of context managers that enter one, to leave it when the stack is left. */
export const enteringMethods: ReadonlySet<string> = new Set(["enter_context", "enter_async_context"]);

/** Whether the function may take a lock, as it is written. */
export const takingLocks = functionTest("takes locks", ({ holds }) => holds.has("lock"));

/** What a function enters with `with` and calls `acquire` on. */
export function takenIn(node: FunctionNode): readonly Value[] {
  return node.view(taken);
}

const taken = functionView(({ body }): readonly Value[] => {
  const contexts: Value[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "with") contexts.push(operation.context);
    if (isAcquire(operation) && operation.op === "call") contexts.push(receiverOf(operation) as Value);
  });
  return contexts;
});
