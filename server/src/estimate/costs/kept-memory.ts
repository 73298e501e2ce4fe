import { add, type Interval, interval, scale } from "../../base/interval.js";
import type { CallOperation, LoopOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { filledWith } from "../values/filled-containers.js";
import { objectCount, type Shape, shapeOf } from "../values/shape.js";
import { zero } from "./cost-sum.js";

/** Of an object with its place in a container: 16 to 32 bytes of its own, 8 for the reference, the allocator's rounding. */
export const objectBytes = 40;

/** The memory that a loop leaves behind: of a comprehension all elements, of others what the last round left and what was appended. */
export function keptBytes(loop: LoopOperation, count: Interval, ofRound: number): number {
  if (loop.makes === "list" || loop.makes === "dict" || loop.makes === "set") return count.likely * (objectBytes + ofRound);
  const appends = loop.body.filter((operation) => operation.op === "call" && isAppend(operation)).length;
  return ofRound + (appends > 0 ? count.likely * appends * (objectBytes + ofRound) : 0);
}

const manyKept = 5_000;
const mostKept = 40;
const oneText: Shape = { integers: 0, floats: 0, texts: 1, characters: 20, containers: 0 };

/** What a call adds to a list. */
function appended(call: CallOperation): Value | undefined {
  return isAppend(call) ? call.arguments[0]?.value : undefined;
}

function isAppend({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "append";
}

/** What each element of a large list, set or dict takes beyond its part of a small one: memory that has to be fetched, collections of garbage. */
function keptElementNs(loop: LoopOperation, count: Interval): Interval {
  const keeps = loop.makes === "list" || loop.makes === "dict" || loop.makes === "set";
  const makesObjects = loop.body.some((operation) => operation.op === "compute" || operation.op === "call");
  if (!keeps || count.likely < manyKept) return zero;
  return makesObjects || loop.makes !== "list" ? interval(5, 25, 60) : interval(2, 10, 30);
}

/** What a round of a loop that keeps what it makes takes beyond making it: memory that has to be fetched, containers that grow, collections of garbage. */
export function keptNs(loop: LoopOperation, count: Interval, at: Activation, evaluator: Evaluator): Interval {
  if (loop.form === "comprehension") return keptElementNs(loop, count);
  if (count.likely < manyKept) return zero;
  let sum = zero;
  for (const operation of loop.body) {
    const isStore = operation.op === "write" && operation.place.kind === "element";
    const kept = isStore ? operation.value : operation.op === "call" ? appended(operation) : undefined;
    const object = isStore && operation.place.kind === "element" ? operation.place.object : undefined;
    if (!kept || (object && !(object.op === "read" && filledWith(object, at, evaluator)))) continue;
    const objects = Math.min(mostKept, objectCount(shapeOf(kept, at, evaluator) ?? oneText));
    const grows = isStore ? interval(5, 40, 120) : zero;
    sum = add(sum, add(grows, scale(interval(2, 15, 50), objects)));
  }
  return sum;
}
