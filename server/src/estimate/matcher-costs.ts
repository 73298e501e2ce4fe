import { type Interval, interval } from "../base/interval.js";
import type { Value } from "../program/operation.js";
import type { Activation } from "./activation.js";
import type { Amount } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import type { OperationCosts } from "./operation-costs.js";
import { shapeOf } from "./shape.js";

/**
 * `SequenceMatcher(None, a, b).ratio()`. Each element of one text is compared with the places where the other has it; from 200 elements on, the
 * other's frequent ones do not count, which for letters are all. Of CPython 3.11, in calls of a function: two names of 14 letters 160, texts of 85
 * letters 4,700, 200 lines 5,300 (`test/measure/library_calls.py`).
 */
export function matchingNs(matcher: Value | undefined, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  const compared = matchedLengths(matcher, at, evaluator);
  if (!compared) return undefined;
  const { left: n, right: m, isText } = compared;
  const calls = (a: number, b: number): number => 40 + 12 * (a + b) + (isText && b < 200 ? 0.6 * a * b : 0);
  const { low, likely: middle, high } = costs.operations.callPython;
  return interval(low * calls(n.low, m.low) * 0.5, middle * calls(n.likely, m.likely), high * calls(n.high, m.high) * 4);
}

interface MatchedLengths {
  readonly left: Interval;
  readonly right: Interval;
  readonly isText: boolean;
}

/** What a matcher compares. */
export function matchedLengths(matcher: Value | undefined, at: Activation, evaluator: Evaluator): MatchedLengths | undefined {
  if (matcher?.op === "read") {
    const made = (bound: Value, in_: Activation): MatchedLengths | undefined => matchedLengths(bound, in_, evaluator);
    return evaluator.follow(matcher, at, made, () => undefined);
  }
  const [, first, second] = matcher?.op === "call" ? matcher.arguments.map(({ value }) => value) : [];
  const left = first && evaluator.length(first, at);
  const right = second && evaluator.length(second, at);
  return left && right && { left, right, isText: (shapeOf(first, at, evaluator)?.containers ?? 0) === 0 };
}
