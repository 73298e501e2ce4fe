import { type Interval, interval } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { loopsAround } from "../../program/link/loops.js";
import { innerOperations } from "../../program/link/walk.js";
import type { LoopOperation, Operation } from "../../program/operation.js";

/**
 * A search through n elements ends anywhere between the first and the last. The guess is uniform over magnitudes: the geometric mean, and for
 * one search the tenth and ninetieth percentile of such a distribution; the average of many searches lies closer to its middle. A check that leaves only
 * where one test holds after another did mostly finds nothing, and goes through all.
 */
export function searched(length: Interval, runs: "once" | "often", loop: LoopOperation): Interval {
  const power = (value: number, exponent: number): number => Math.max(1, value) ** exponent;
  const low = power(length.low, runs === "often" ? 0.35 : 0.1);
  if (isCheck(loop)) return interval(Math.min(low, length.low), Math.max(1, length.likely) ** checkedShare, length.high);
  const high = power(length.high, runs === "often" ? 0.75 : 0.9);
  return interval(Math.min(low, length.low), likelyEnd(length.likely), high);
}

/** Of a check that goes through all as often as not. */
const checkedShare = 0.85;

/** Whether each way out of the loop stands behind a test inside what another test decides: `elif closing: if stack.pop() != opening: return False`. */
function isCheck(loop: LoopOperation): boolean {
  let exits = 0;
  let plain = 0;
  const look = (operations: readonly Operation[], tests: number, isOwn: boolean): void => {
    for (const operation of operations) {
      if (operation.op === "return" || (operation.op === "break" && isOwn)) {
        exits++;
        if (tests < 2) plain++;
      }
      const inside = isOwn && operation.op !== "loop";
      for (const inner of innerOperations(operation)) look(inner, tests + (operation.op === "branch" ? 1 : 0), inside);
    }
  };
  look(loop.body, 0, true);
  return loop.form === "for" && exits > 0 && plain === 0;
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
