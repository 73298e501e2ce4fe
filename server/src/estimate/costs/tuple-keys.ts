import { type Interval, scale } from "../../base/interval.js";
import type { OperationCosts } from "./operation-costs.js";

/**
 * What looking up a key takes beyond a number if it is a tuple, which does not know its hash, and the one that is found is another object. In calls of `abs`, which
 * take 8 ns: reading and replacing entries 1.6 to 2.5 with two elements and 1.8 to 3.1 with three, adding 1.1 to 1.6 (CPython 3.11, 3.13 and 3.14,
 * `test/measure/tuple_keys.py`).
 */
export function tupleKeyNs({ operations }: OperationCosts): Interval {
  return scale(operations.callBuiltin, 2);
}
