import { add, type Interval, interval, multiply, scale } from "../../base/interval.js";
import { atLeast, type Target } from "../../base/target.js";
import { importsAny } from "../../program/link/linked-file.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import type { OperationCosts } from "./operation-costs.js";

/** Whether a value is a `collections.Counter`. */
export function isCounter(value: Value, at: Activation, resolver: Resolver): boolean {
  return resolver.resolve(value, at.function).some((entity) => entity.kind === "object" && entity.type === "collections.Counter");
}

/** Whether a value is a `collections.OrderedDict`. */
export function isOrdered(value: Value, at: Activation, resolver: Resolver): boolean {
  const has = importsAny(at.function.file, "counters", (module) => module === "collections");
  return (
    has && resolver.resolve(value, at.function).some((entity) => entity.kind === "object" && entity.type === "collections.OrderedDict")
  );
}

/**
 * What an operator takes on two counters, which is a function written in Python; undefined for anything else. In what counting an element takes, for each of
 * the larger one: `==`, since 3.10, 4.9 to 7.8, `+` and `|` 9 to 15, `-` and `&` 8 to 11 (CPython 3.11, 3.13t and 3.14, `test/measure/library_calls.py`).
 */
export function counterNs(
  operator: string,
  [left, right]: readonly Value[],
  at: Activation,
  evaluator: Evaluator,
  { operations: { callPython, counterElement } }: OperationCosts,
  target: Target,
): Amount {
  const each = perCounted.get(operator);
  if (each === undefined || !left || !right || left.op === "constant" || right.op === "constant") return undefined;
  // Most files have none, and these operators stand everywhere.
  const has = importsAny(at.function.file, "counters", (module) => module === "collections");
  if (!has || !isCounter(left, at, evaluator.resolver) || !isCounter(right, at, evaluator.resolver)) return undefined;
  if (/^[=!]=$/.test(operator) && !atLeast(target, 3, 10)) return undefined;
  const [one, other] = [left, right].map((operand) => evaluator.length(operand, at) ?? usualCounter) as [Interval, Interval];
  const count = interval(Math.max(one.low, other.low), Math.max(one.likely, other.likely), Math.max(one.high, other.high));
  return add(scale(callPython, 8), multiply(scale(counterElement, each), count));
}

const perCounted: ReadonlyMap<string, number> = new Map([
  ["==", 6.2],
  ["!=", 6.2],
  ["+", 12],
  ["|", 12],
  ["-", 9.5],
  ["&", 9.5],
]);

const usualCounter: Interval = interval(2, 10, 1_000);
