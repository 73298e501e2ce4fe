import { add, type Interval, interval, multiply, scale } from "../../base/interval.js";
import { lastNameOf } from "../../program/link/last-name.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import { shapeOf } from "../values/shape.js";
import type { OperationCosts } from "./operation-costs.js";

/*
 * What `heapq` takes. What is pushed mostly stays near the end; what is popped leaves a place that is filled from one level of the heap after the other, with a
 * comparison on each. In multiples of what is timed as `heapPushPop`: pushing an integer 0.26 to 0.4 and a tuple 0.46 to 0.6; popping integers 0.4 to 0.9, 0.6,
 * 0.8 and 1.1 from 10, 100, 1,000 and 10,000, tuples 0.6, 1.1, 1.5 and 2.2, and from 100,000, which fit into no cache, 2.1 and 7 (CPython 3.11 and 3.13,
 * 2026-11-28, `test/measure/heap_costs.py`); of 20,000, 50,000 and 100,000 integers 1.4 to 1.8, 1.9 to 2.2 and 2.4 to 2.6, tuples 2.4 to 3.4, 3.4 to 4 and
 * 5.2 to 5.3, 7 to 10 at other times (CPython 3.11 and 3.14, 2026-11-29).
 */

/** What a call takes that puts something on a heap, takes something from it, or both. */
export function heapNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, { operations }: OperationCosts): Amount {
  const does = /^heapq\.heap(push|pop|pushpop|replace)$/.exec(name)?.[1];
  const [heap] = positionalOf(call);
  if (!does || !heap) return undefined;
  const holdsTuples = hasTuples(heap, at, evaluator);
  const pushed = scale(operations.heapPushPop, holdsTuples ? 0.52 : 0.31);
  if (does === "push") return pushed;
  const levels = (size: number): number => Math.log2(Math.max(2, size)) * farAway(size, holdsTuples);
  const { low, likely, high } = sizeOf(heap, at, evaluator);
  const perLevel = scale(operations.heapPushPop, holdsTuples ? 0.16 : 0.085);
  const popped = multiply(perLevel, interval(levels(low), levels(likely), levels(high)));
  // What goes in has a place at once where something comes out.
  return does === "pop" ? popped : add(popped, scale(pushed, 0.5));
}

/** Less and less of a larger heap lies in a cache near the interpreter; a tuple of two numbers is three objects. */
function farAway(size: number, holdsTuples: boolean): number {
  return 1 + 0.35 * Math.max(0, Math.log2(size / (holdsTuples ? cachedTuples : cachedIntegers)));
}

const cachedTuples = 10_000;
const cachedIntegers = 25_000;

/** How many entries it has: of those that are put on it beside the others that are taken, whatever was seen or is usual. */
function sizeOf(heap: Value, at: Activation, evaluator: Evaluator): Interval {
  if (pushedInto(heap, at).length > 0) return evaluator.observed?.length(heap, at) ?? usualSize;
  return evaluator.length(heap, at) ?? usualSize;
}

const usualSize: Interval = interval(8, 500, 50_000);

function hasTuples(heap: Value, at: Activation, evaluator: Evaluator): boolean {
  if (pushedInto(heap, at).some((entry) => entry.op === "display")) return true;
  return (shapeOf(heap, at, evaluator)?.containers ?? 0) > 1;
}

/** What the same function puts on the heap. */
function pushedInto(heap: Value, at: Activation): readonly Value[] {
  const { file, index } = at.function;
  return file.calls("heappush").flatMap(({ call, function: within }) => {
    const [into, entry] = within === index ? positionalOf(call) : [];
    return into && entry && lastNameOf(into) === lastNameOf(heap) ? [entry] : [];
  });
}
