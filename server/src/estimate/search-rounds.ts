import { type Interval, interval } from "../base/interval.js";
import type { FunctionNode } from "../program/link/entity.js";
import { loopsAround } from "../program/link/loops.js";
import { innerOperations } from "../program/link/walk.js";
import type { LoopOperation, Operation } from "../program/operation.js";

/**
 * A search through n elements ends anywhere between the first and the last. The guess is uniform over magnitudes: the geometric mean, and for
 * one search the tenth and ninetieth percentile of such a distribution; the average of many searches lies closer to its middle.
 */
export function searched(length: Interval, runs: "once" | "often"): Interval {
  const power = (value: number, exponent: number): number => Math.max(1, value) ** exponent;
  const low = power(length.low, runs === "often" ? 0.35 : 0.1);
  const high = power(length.high, runs === "often" ? 0.75 : 0.9);
  return interval(Math.min(low, length.low), likelyEnd(length.likely), high);
}

/** In which of so many rounds a loop likely ends that may end in any. */
export function likelyEnd(rounds: number): number {
  return Math.max(1, rounds) ** 0.55;
}

/**
 * Whether the loop is gone through by each round of another, and only the end of the whole search ends it: of a `return` in two loops, all rounds of the
 * outer one but the last go through the inner one.
 */
export function isRoundOfSearch(loop: LoopOperation, node: FunctionNode): boolean {
  let breaks = false;
  const look = (operations: readonly Operation[]): void => {
    for (const operation of operations) {
      breaks ||= operation.op === "break";
      if (operation.op !== "loop") for (const inner of innerOperations(operation)) look(inner);
    }
  };
  look(loop.body);
  return !breaks && loopsAround(node, loop).some((outer) => outer !== loop && outer.form !== "comprehension");
}
