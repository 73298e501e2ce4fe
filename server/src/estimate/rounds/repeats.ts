import { exactly } from "../../base/interval.js";
import type { Range } from "../../base/range.js";
import { loopsAround } from "../../program/link/loops.js";
import type { Activation } from "../values/activation.js";
import { type Amount, combine } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";

/** How often something runs in one run of the function that it stands in: once for each round of all loops around it; undefined where one's rounds are not known. */
export function repeatsOf(place: Range, at: Activation, evaluator: Evaluator): Amount {
  let count: Amount = exactly(1);
  for (const loop of loopsAround(at.function, place)) {
    const trips = evaluator.trips(loop, at);
    count = trips.known === "known" ? combine(count, trips.count, (a, b) => a * b) : undefined;
  }
  return count;
}
