import { type Interval, interval } from "../../base/interval.js";
import { loopsAround } from "../../program/link/loops.js";
import { sameValue } from "../../program/link/state/updates.js";
import { someValue, walkOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation, ReadOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";

/**
 * Rounds of `while window and window[0] < start: window.popleft()` and `while len(cache) > room: cache.popitem()`: each takes an entry out of something
 * that outlives the loop, until some condition holds. Over all runs no more is taken than was put in, and that mostly comes one at a time. Whoever
 * takes all that there is, `while queue:`, may find any number.
 */
export function trimmingRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  const { test } = loop;
  if (!test || isEmptiness(test)) return undefined;
  const tested: ReadOperation[] = [];
  someValue(test, (value) => {
    if (value.op === "read" && outlives(value, loop, at)) tested.push(value);
    return false;
  });
  if (tested.length === 0) return undefined;
  let takes = false;
  walkOperations(loop.body, (operation) => {
    takes ||= operation.op === "call" && takesFrom(operation, tested, at, evaluator);
  });
  return takes ? oneAtATime : undefined;
}

/** On average; some are never taken out, some put in by others. */
const oneAtATime = interval(0.3, 1, 3);

/** `while x:`, `while len(x):`, `while len(x) > 0:`, `while not x.empty():` */
function isEmptiness(test: Value): boolean {
  if (test.op === "read" || test.op === "call") return true;
  if (test.op !== "compute") return false;
  const [, other] = test.operands;
  return other === undefined || (other.op === "constant" && (other.value === 0 || other.value === null));
}

/** Whether it was there before what runs the loop: an attribute, a name for one, a global, or a local variable of a loop around this one. */
function outlives(value: Value, loop: LoopOperation, at: Activation, depth = 0): boolean {
  if (value.op !== "read" || depth > 3) return false;
  const { place } = value;
  if (place.kind === "attribute") return true;
  if (place.kind !== "name") return false;
  if (place.owner === 0) return true;
  if (place.owner !== at.function.index) return false;
  const bound = at.function.bound(place.name) ?? [];
  if (bound.length === 0) return false;
  const isBefore = (outer: LoopOperation): boolean => outer !== loop && bound.every(({ start }) => start < outer.start);
  if (loopsAround(at.function, loop).some(isBefore)) return true;
  return bound.every((each) => {
    const whole = each.op === "item-of" && each.value.op === "display" ? each.value.elements[each.index] : each;
    return whole !== undefined && outlives(whole, loop, at, depth + 1);
  });
}

function takesFrom(call: CallOperation, tested: readonly ReadOperation[], at: Activation, evaluator: Evaluator): boolean {
  const isTested = (value: Value | undefined): boolean => value !== undefined && tested.some((each) => sameValue(each, value));
  const { callee } = call;
  if (callee.op !== "read") return false;
  if (callee.place.kind === "attribute" && /^pop(left|item)?$/.test(callee.place.name)) return isTested(callee.place.object);
  return isTested(call.arguments[0]?.value) && evaluator.externalNames(call, at).includes("heapq.heappop");
}
