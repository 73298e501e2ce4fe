import { type Interval, interval } from "../base/interval.js";
import type { CallOperation, LoopOperation, Value } from "../program/operation.js";
import { zero } from "./cost-sum.js";
import type { Shape } from "./shape.js";

/** Of an object with its place in a container: 16 to 32 bytes of its own, 8 for the reference, the allocator's rounding. */
export const objectBytes = 40;

/** The memory that a loop leaves behind: of a comprehension all elements, of others what the last round left and what was appended. */
export function keptBytes(loop: LoopOperation, count: Interval, ofRound: number): number {
  if (loop.makes === "list" || loop.makes === "dict" || loop.makes === "set") return count.likely * (objectBytes + ofRound);
  const appends = loop.body.filter((operation) => operation.op === "call" && isAppend(operation)).length;
  return ofRound + (appends > 0 ? count.likely * appends * (objectBytes + ofRound) : 0);
}

export const manyKept = 5_000;
export const mostKept = 40;
export const oneText: Shape = { integers: 0, floats: 0, texts: 1, characters: 20, containers: 0 };

/** What a call adds to a list. */
export function appended(call: CallOperation): Value | undefined {
  return isAppend(call) ? call.arguments[0]?.value : undefined;
}

function isAppend({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "append";
}

/** What each element of a large list, set or dict takes beyond its part of a small one: memory that has to be fetched, collections of garbage. */
export function keptElementNs(loop: LoopOperation, count: Interval): Interval {
  const keeps = loop.makes === "list" || loop.makes === "dict" || loop.makes === "set";
  const makesObjects = loop.body.some((operation) => operation.op === "compute" || operation.op === "call");
  if (!keeps || count.likely < manyKept) return zero;
  return makesObjects || loop.makes !== "list" ? interval(5, 25, 60) : interval(2, 10, 30);
}
