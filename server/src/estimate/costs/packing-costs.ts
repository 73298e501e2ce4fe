import { add, exactly, interval, multiply, scale } from "../../base/interval.js";
import type { CallOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { type Amount, combine, mapAmount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import type { OperationCosts } from "./operation-costs.js";

/**
 * `struct.pack("<4f", *row)`: each value is converted. 27 to 96 ns for four, and 4 to 9 ns for each of 100 and of 1,000 (CPython 3.11, 3.13, 3.13t and 3.14,
 * `test/measure/library_calls.py`), where a method of C without arguments takes 24.
 */
export function packingNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  if (!/^struct\.(Struct\.)?pack(_into)?$/.test(name)) return undefined;
  const { callCMethod } = costs.operations;
  const values = packedValues(name, call, at, evaluator);
  return values && add(scale(callCMethod, 1.7), multiply(scale(callCMethod, 0.3), interval(values.low, values.likely, values.high)));
}

/** How many values are given beside the format and where they go: `struct.pack_into("<4f", room, 0, *row)`. */
function packedValues(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const others = (name.startsWith("struct.Struct.") ? 0 : 1) + (name.endsWith("_into") ? 2 : 0);
  let sum: Amount = exactly(-others);
  for (const { form, value } of call.arguments) {
    const count = form === "star" ? evaluator.length(value, at) : exactly(1);
    sum = combine(sum, count, (all, more) => all + more);
  }
  return mapAmount(sum, (count) => Math.max(0, count));
}
