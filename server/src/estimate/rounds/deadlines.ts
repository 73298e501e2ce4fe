import { type Interval, interval, scale } from "../../base/interval.js";
import type { LoopOperation, Value } from "../../program/operation.js";
import type { Sum } from "../costs/cost-sum.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { likelyEnd } from "./search-rounds.js";

/**
 * For how long a loop goes on that looks at the clock: `while time.monotonic() < deadline`, where that is `time.monotonic() + 0.5`, or
 * `while time.monotonic() - start < 0.5`. Undefined for other loops.
 */
export function deadlineNs({ form, test }: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  if (form !== "while" || test?.op !== "compute" || !/^(<=?|>=?)$/.test(test.operator)) return undefined;
  const [left, right] = test.operator.startsWith("<") ? test.operands : [...test.operands].reverse();
  if (!left || !right) return undefined;
  const seconds = isClock(left, at, evaluator)
    ? addedToClock(right, at, evaluator)
    : isSpent(left, at, evaluator)
      ? evaluator.number(right, at)
      : undefined;
  return seconds && seconds.low >= 0 ? scale(seconds, 1e9) : undefined;
}

/** So many rounds last until then; a loop that something else can end ends somewhere on the way. */
export function roundsUntil(limitNs: Interval, { interpreter, held, native, wait }: Sum, { endsEarly }: LoopOperation): Interval {
  const roundNs = Math.max(20, interpreter.likely + held.likely + native.likely + wait.likely);
  const rounds = (ns: number): number => Math.max(1, Math.ceil(ns / roundNs));
  const [low, likely, high] = [rounds(limitNs.low), rounds(limitNs.likely), rounds(limitNs.high)];
  return endsEarly ? interval(1, likelyEnd(likely), high) : interval(low, likely, high);
}

function isClock(value: Value, at: Activation, evaluator: Evaluator): boolean {
  return value.op === "call" && /^time\.(monotonic|perf_counter|time)$/.test(evaluator.externalNames(value, at)[0] ?? "");
}

/** `time.monotonic() - start` */
function isSpent(value: Value, at: Activation, evaluator: Evaluator): boolean {
  return value.op === "compute" && value.operator === "-" && value.operands[0] !== undefined && isClock(value.operands[0], at, evaluator);
}

/** Of `time.monotonic() + limit`, the limit. */
function addedToClock(value: Value, at: Activation, evaluator: Evaluator): Interval | undefined {
  return evaluator.samples.written(value, at, (sum, in_) => {
    if (sum.op !== "compute" || sum.operator !== "+") return undefined;
    const [first, second] = sum.operands;
    const added = first && isClock(first, in_, evaluator) ? second : second && isClock(second, in_, evaluator) ? first : undefined;
    return added && evaluator.number(added, in_);
  });
}
