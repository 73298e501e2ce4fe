import type { Interval } from "../../base/interval.js";
import type { Target } from "../../base/target.js";
import type { CallFacts } from "../../knowledge/call-facts.js";
import type { CallableEntry } from "../../knowledge/entry.js";
import { knownOfCall, knownOfOperator, type Sizes } from "../../program/link/resolution/call-facts.js";
import type { OperatorMethod } from "../../program/link/resolution/operators.js";
import { callsOnSameObject } from "../../program/link/sharing/same-object.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type BelowThreshold, belowThreshold, isAbout, isAboutSize } from "../costs/threshold.js";
import type { Activation } from "./activation.js";
import { positionalOf } from "./call-arguments.js";
import type { Evaluator } from "./evaluate.js";
import { type Bounds, SizeBounds } from "./size-bounds.js";

/** Tells what is known of what library calls are given: sizes as they are likely to be, and as they are certain to be. */
export class CallSizes {
  readonly bounds: SizeBounds;

  constructor(
    private readonly evaluator: Evaluator,
    private readonly target: Target,
  ) {
    this.bounds = new SizeBounds(evaluator.resolver);
  }

  /** What a call is given, with sizes as they are likely to be. */
  knownOf(call: CallOperation, at: Activation): CallFacts {
    return knownOfCall(call, at.function, this.evaluator.resolver, this.target, this.estimated(at));
  }

  /** The same of an operator on an object of a library. */
  knownOfOperator(method: OperatorMethod, at: Activation): CallFacts {
    return knownOfOperator(method, at.function, this.evaluator.resolver, this.target, this.estimated(at));
  }

  /** Why the call keeps the GIL, where that is certain: what it is given is too small to release it. */
  belowThreshold(entry: CallableEntry, call: CallOperation, at: Activation): BelowThreshold | undefined {
    if (!isAboutSize(entry)) return undefined;
    const certain = (one: CallOperation): CallFacts =>
      knownOfCall(one, at.function, this.evaluator.resolver, this.target, this.certain(at));
    const arrays = positionalOf(call);
    if (isAbout(entry, "elements") && !this.othersAreSmall(arrays.slice(1), at)) return undefined;
    const others = callsOnSameObject(call, at.function);
    const isSmall = (one: CallOperation): boolean => belowThreshold(entry, certain(one), "all-small") !== undefined;
    return belowThreshold(entry, certain(call), others?.every(isSmall) ? "all-small" : "unknown");
  }

  /** The same of an operator. */
  operatorBelowThreshold(entry: CallableEntry, method: OperatorMethod, at: Activation): BelowThreshold | undefined {
    if (!isAboutSize(entry) || !this.othersAreSmall([method.argument], at)) return undefined;
    const certain = knownOfOperator(method, at.function, this.evaluator.resolver, this.target, this.certain(at));
    return belowThreshold(entry, certain, "unknown");
  }

  private estimated(at: Activation): Sizes {
    // Who asks for the bytes of a value asks for its elements as well.
    let last: { readonly value: Value; readonly length: Interval | undefined } | undefined;
    const length = (value: Value): Interval | undefined => {
      if (last?.value !== value) last = { value, length: this.evaluator.length(value, at) };
      return last.length;
    };
    return {
      number: (value) => exactNumber(this.evaluator.number(value, at)),
      bytes: (value) => this.evaluator.bytesOf(value, length(value), at),
      elements: length,
    };
  }

  private certain(at: Activation): Sizes {
    const spread = (bounds: Bounds | undefined): Interval | undefined => bounds && { ...bounds, likely: (bounds.low + bounds.high) / 2 };
    return {
      number: () => undefined,
      bytes: (value) => spread(this.bounds.bytes(value, at)),
      elements: (value) => spread(this.bounds.elements(value, at)),
    };
  }

  /** Whether what an array is combined with cannot make the result larger than a small array. */
  private othersAreSmall(others: readonly Value[], at: Activation): boolean {
    return others.every((value) => {
      const size = this.bounds.elements(value, at);
      return size !== undefined && size.high <= mostCombined;
    });
  }
}

/** So many elements at most keep every operation on small arrays small. */
const mostCombined = 20;

function exactNumber(amount: Interval | undefined): number | undefined {
  return amount && amount.low === amount.high ? amount.low : undefined;
}
