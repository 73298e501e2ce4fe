import { interval, multiply, scale } from "../../base/interval.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import type { OperationCosts } from "./operation-costs.js";

/** How much longer deriving a key takes than 32 bytes or fewer by way of SHA-256: other hashes take longer, and each stretch of a key is derived alone. */
export function derivedKey(hash: Value | undefined, bytes: Value | undefined, at: Activation, evaluator: Evaluator): number {
  const name = hash?.op === "constant" ? String(hash.value).toLowerCase() : "";
  const isLong = /512|384/.test(name);
  const size = isLong ? 64 : /sha-?1$/.test(name) ? 20 : 32;
  const wanted = bytes && evaluator.number(bytes, at)?.likely;
  return (isLong ? 2 : 1) * Math.max(1, Math.ceil((wanted ?? 0) / size));
}

/** `scrypt` mixes `n * r` blocks of 128 bytes `p` times: 110 to 120 ns each, whatever the three are, CPython 3.11 to 3.14 (`test/measure/library_calls.py`). */
export function scryptNs(
  keyword: (name: string) => Value | undefined,
  at: Activation,
  evaluator: Evaluator,
  { slowness }: OperationCosts,
): Amount {
  const [n, r, p] = ["n", "r", "p"].map((name) => {
    const value = keyword(name);
    return value && evaluator.number(value, at);
  });
  return n && r && p && scale(multiply(interval(50, 130, 450), multiply(n, multiply(r, p))), slowness);
}
