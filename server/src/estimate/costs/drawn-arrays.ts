import { add, exactly, type Interval, interval, multiply } from "../../base/interval.js";
import type { CallOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { arrayShapes, arraySize, isOfSize } from "../values/array-sizes.js";
import type { Evaluator } from "../values/evaluate.js";

/*
 * What NumPy takes to fill an array with random numbers, which is compiled code and the same under every interpreter: once, and for each number. NumPy 2.4,
 * CPython 3.11, 1,000 and 100,000 numbers of each kind (`test/measure/array_costs.py`); two threads with a generator each were 1.7 to 2.0 times as fast as one.
 */

/** What drawing an array or a number takes; undefined where nobody can tell how many. */
export function drawnArrayNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const method = /^numpy\.random\.(?:Generator\.|RandomState\.)?(\w+)$/.exec(name)?.[1];
  if (method === undefined || !arrayShapes.has(name)) return undefined;
  const count = isOfSize(name, call) ? arraySize(name, call, at, evaluator) : exactly(1);
  if (!count) return undefined;
  const likely = (name.includes(".Generator.") ? ofGenerator : ofOlder).get(method) ?? usualNs;
  const once = searched.test(method) ? interval(2_000, 7_000, 15_000) : interval(400, 1_300, 4_000);
  return add(once, multiply(spread(likely), count));
}

/** Each number, ns. */
const ofGenerator: ReadonlyMap<string, number> = new Map([
  ["random", 2.1],
  ["uniform", 2.3],
  ["integers", 1.6],
  ["choice", 1.6],
  ["exponential", 4.7],
  ["standard_exponential", 4.3],
  ["standard_normal", 6],
  ["normal", 7],
  ["lognormal", 10],
  ["gamma", 13],
  ["binomial", 17],
  ["poisson", 23],
  ["beta", 26],
]);

/** Of the functions of the module and of `RandomState`, whose generator is an older one. */
const ofOlder: ReadonlyMap<string, number> = new Map([
  ["rand", 2.9],
  ["random", 2.9],
  ["random_sample", 2.9],
  ["choice", 2.1],
  ["randint", 4],
  ["uniform", 5],
  ["randn", 11],
  ["standard_normal", 11],
  ["normal", 12],
]);

const usualNs = 15;

/** Before the first number, these look at what the limits are made of. */
const searched = /^(integers|randint|choice)$/;

function spread(likely: number): Interval {
  return interval(likely * 0.4, likely, likely * 2.5);
}
