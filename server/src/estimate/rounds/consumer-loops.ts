import type { Entity, FunctionNode } from "../../program/link/entity.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { LoopOperation, Value } from "../../program/operation.js";

/**
 * Whether each round of the loop takes one entry out of a queue, so that it goes on as long as others put some in, as `while True:` does. A queue that the
 * function has made itself is there for one piece of work, and comes to an end with it.
 */
export function consumes(loop: LoopOperation, within: FunctionNode, resolver: Resolver): boolean {
  const queue = queueTaken(loop);
  if (!queue || isOwn(queue, within)) return false;
  const isQueue = (entity: Entity): boolean => entity.kind === "object" && resolver.knowledge.type(entity.type)?.is.role === "queue";
  return resolver.resolve(queue, within).some(isQueue);
}

function isOwn(queue: Value, within: FunctionNode): boolean {
  if (queue.op !== "read" || queue.place.kind !== "name" || queue.place.owner !== within.index || within.index === 0) return false;
  return !within.head.parameters.some(({ name }) => queue.place.kind === "name" && name === queue.place.name);
}

/** The queue of `while (job := jobs.get()) is not None:` and `for job in iter(jobs.get, None):`, as far as the text tells. */
export function queueTaken({ form, test, iterable }: LoopOperation): Value | undefined {
  if (form === "for") {
    const called = iterable && calledByIter(iterable);
    return called && objectOfGet(called);
  }
  if (form !== "while" || !test) return undefined;
  const isCompared = test.op === "compute" && /^(is not|!=)$/.test(test.operator);
  const taken = isCompared ? test.operands[0] : test;
  return taken?.op === "call" && taken.arguments.length === 0 ? objectOfGet(taken.callee) : undefined;
}

/** What `iter(jobs.get, None)` calls for each element, as far as the text tells. */
export function calledByIter(iterable: Value): Value | undefined {
  if (iterable.op !== "call" || iterable.arguments.length !== 2) return undefined;
  const { callee, arguments: given } = iterable;
  const isIter = callee.op === "read" && callee.place.kind === "name" && callee.place.name === "iter";
  return isIter ? given[0]?.value : undefined;
}

function objectOfGet(method: Value): Value | undefined {
  return method.op === "read" && method.place.kind === "attribute" && method.place.name === "get" ? method.place.object : undefined;
}
