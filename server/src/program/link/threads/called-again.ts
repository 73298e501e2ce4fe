import { contains } from "../../../base/range.js";
import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { testsBefore } from "../guards.js";
import { receiverOf } from "../last-name.js";
import { loopsAround } from "../loops.js";
import type { Resolver } from "../resolution/resolver.js";
import { sameValue } from "../state/updates.js";

/**
 * Whether a method that starts a thread is seen to be called more than once on one object, each time to start another thread: `for query in queries:
 * model.search(query)`, where `model` is made before the loop. A test before the start may be there to keep it to one thread.
 */
export function isCalledAgainOnOne(start: CallOperation, method: FunctionNode, resolver: Resolver): boolean {
  if (method.head.class === undefined || testsBefore(method, start).length > 0) return false;
  const callers = resolver.callersOf(method).filter(({ receiver, within }) => receiver === "bound" && within !== method);
  return callers.some(({ call, within }) => {
    const object = receiverOf(call);
    if (!object || !isKept(object, call, within)) return false;
    if (loopsAround(within, call).length > 0) return true;
    return callers.some(
      (other) => other.within === within && other.call.start > call.end && sameValue(receiverOf(other.call) ?? call, object),
    );
  });
}

/** Whether the object is a variable that is bound once, outside every loop around the call; a parameter is bound by the caller. */
function isKept(object: Value, call: CallOperation, within: FunctionNode): boolean {
  if (object.op !== "read" || object.place.kind !== "name") return false;
  const { name, owner } = object.place;
  if (owner < 0) return false;
  const around = within.file.functionAt(owner);
  const bound = around?.bound(name) ?? [];
  if (bound.length !== 1 || around?.head.rebound.has(name)) return false;
  const loops = owner === within.index ? loopsAround(within, call) : [];
  return bound.every((value) => value.op === "call" && !loops.some((loop) => contains(loop, value)));
}
