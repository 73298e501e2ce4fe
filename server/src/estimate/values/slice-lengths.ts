import { exactly, interval } from "../../base/interval.js";
import type { Value } from "../../program/operation.js";
import { pieceBetween } from "../rounds/while-rounds.js";
import type { Activation } from "./activation.js";
import { type Amount, combine, mapAmount } from "./amount.js";
import { distanceBetween } from "./distances.js";
import type { Evaluator } from "./evaluate.js";
import { isNone } from "./value-shapes.js";

/** `x[2:8]`, `x[:n]`, `x[n:]` and `x[i::n]`; of others, half of the whole. */
export function sliceLength(parts: readonly Value[], object: Value, at: Activation, evaluator: Evaluator): Amount {
  const whole = evaluator.length(object, at);
  const span = spanOf(parts, whole, at, evaluator);
  const [, , step] = parts;
  if (!step || isNone(step)) return span;
  // A step that is not known is a number of parts, of which nobody knows how many, but at least two.
  const width = evaluator.number(step, at);
  if (!width) return span && interval(0, span.likely / 2, span.high);
  return combine(span, width, (length, every) => Math.ceil(length / Math.max(1, Math.abs(every))));
}

/** How many elements lie between start and stop of a slice. */
function spanOf([start, stop]: readonly Value[], whole: Amount, at: Activation, evaluator: Evaluator): Amount {
  const isFromStart = !start || isNone(start);
  const isToEnd = !stop || isNone(stop);
  if (isFromStart && isToEnd) return whole;
  // Wherever it begins, `x[i : i + n]` has as many, while what is known of both ends separately leaves open how far they are apart.
  const width = (start && stop && distanceBetween(start, stop, at, evaluator)) ?? pieceBetween(start, stop, at.function);
  if (width && width.low >= 0) return whole ? combine(whole, width, Math.min) : width;
  const from = isFromStart ? exactly(0) : evaluator.number(start, at);
  const to = isToEnd ? whole : evaluator.number(stop, at);
  const rest = (position: Amount): Amount => combine(whole, position, (length, first) => Math.max(0, length - first));
  if (from && from.low >= 0) {
    if (isToEnd) return rest(from);
    const end =
      to && to.low >= 0 ? (whole ? combine(whole, to, Math.min) : to) : to && to.high < 0 ? rest(mapAmount(to, Math.abs)) : undefined;
    const span = combine(end, from, (last, first) => Math.max(0, last - first));
    if (span) return span;
  }
  // `x[-n:]`
  if (isToEnd && from && from.high < 0) return whole ? combine(whole, mapAmount(from, Math.abs), Math.min) : mapAmount(from, Math.abs);
  return whole && interval(0, whole.likely / 2, whole.high);
}
