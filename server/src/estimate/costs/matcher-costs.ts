import { type Interval, interval } from "../../base/interval.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import { shapeOf } from "../values/shape.js";
import type { OperationCosts } from "./operation-costs.js";

/**
 * `SequenceMatcher(None, a, b).ratio()`. Each element of one text is compared with the places where the other has it; from 200 elements on, the
 * other's frequent ones do not count, which for letters are all, unless `autojunk` is off. What lies between two stretches that are the same is gone through again,
 * and the more there are of them, the more often. Of CPython 3.11, in calls of a function: two names of 14 letters 160, texts of 85 letters 4,700, texts of 500
 * letters 1,700, 10 lines that differ in every seventh 170, 100 of them 2,700 and 200 of them 8,300 (`test/measure/library_calls.py`).
 */
export function matchingNs(matcher: Value | undefined, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  const compared = matchedLengths(matcher, at, evaluator);
  if (!compared) return undefined;
  const { left: n, right: m, isText, hasJunk } = compared;
  const calls = (a: number, b: number): number => {
    if (!isText) return 40 + (a + b) * Math.min(60, 6.5 * Math.min(a, b) ** 0.41);
    return b < 200 || !hasJunk ? 40 + 12 * (a + b) + 0.6 * a * b : 40 + 3.6 * (a + b);
  };
  const { low, likely: middle, high } = costs.operations.callPython;
  return interval(low * calls(n.low, m.low) * 0.5, middle * calls(n.likely, m.likely), high * calls(n.high, m.high) * 4);
}

interface MatchedLengths {
  readonly left: Interval;
  readonly right: Interval;
  readonly isText: boolean;
  /** Whether the frequent elements of a long text are left out. */
  readonly hasJunk: boolean;
}

/** What a matcher compares. */
export function matchedLengths(matcher: Value | undefined, at: Activation, evaluator: Evaluator): MatchedLengths | undefined {
  if (matcher?.op === "read") {
    const made = (bound: Value, in_: Activation): MatchedLengths | undefined => matchedLengths(bound, in_, evaluator);
    return evaluator.followWhole(matcher, at, made);
  }
  if (matcher?.op !== "call") return undefined;
  const given = (place: number, name: string): Value | undefined =>
    matcher.arguments.find((each) => each.form === "keyword" && each.name === name)?.value ?? positionalOf(matcher)[place];
  const first = given(1, "a");
  const left = first && evaluator.length(first, at);
  const second = given(2, "b");
  const right = second && evaluator.length(second, at);
  if (!left || !right) return undefined;
  const junk = given(3, "autojunk");
  const isText = (shapeOf(first, at, evaluator)?.containers ?? 0) === 0;
  return { left, right, isText, hasJunk: junk?.op !== "constant" || junk.value !== 0 };
}
