import type { Interval } from "../../base/interval.js";
import { exactly, interval } from "../../base/interval.js";
import { sameStructure } from "../../program/link/memory/same-structure.js";

/** An uncertain number that may be negative; undefined stands for "nothing is known". */
export type Amount = Interval | undefined;

/** The interval of a monotonic or mixed operation: its values at the ends, and at the likely places. */
export function combine(a: Amount, b: Amount, operation: (left: number, right: number) => number): Amount {
  if (!a || !b) return undefined;
  const ends = [operation(a.low, b.low), operation(a.low, b.high), operation(a.high, b.low), operation(a.high, b.high)];
  const likely = operation(a.likely, b.likely);
  const low = Math.min(...ends, likely);
  const high = Math.max(...ends, likely);
  return Number.isFinite(low) && Number.isFinite(high) ? { low, likely, high } : undefined;
}

export function mapAmount(a: Amount, operation: (value: number) => number): Amount {
  return combine(a, exactly(0), (value) => operation(value));
}

/** The smallest amount that holds all of them; undefined if one is. */
export function hullOf(amounts: readonly Amount[]): Amount {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (const amount of amounts) {
    if (!amount) return undefined;
    low = Math.min(low, amount.low);
    high = Math.max(high, amount.high);
    sum += amount.likely;
  }
  return amounts.length === 0 ? undefined : interval(low, sum / amounts.length, high);
}

/** A count: not below zero, and whole. */
export function asCount(amount: Amount): Amount {
  return mapAmount(amount, (value) => Math.max(0, Math.ceil(value - 1e-9)));
}

/** What of each of several things is known; undefined, and no further asked for, where it is not known of one. */
export function knownOfEach<Item, Result>(items: readonly Item[], of: (item: Item) => Result | undefined): readonly Result[] | undefined {
  const known: Result[] = [];
  for (const item of items) {
    const found = of(item);
    if (found === undefined) return undefined;
    known.push(found);
  }
  return known;
}

/** What is one of several that are all known: the hull of numbers; of anything else only what they agree on. */
export function oneOf<Item, Result>(items: readonly Item[], of: (item: Item) => Result | undefined): Result | undefined {
  const results = knownOfEach(items, of);
  const [first] = results ?? [];
  if (!results || first === undefined) return undefined;
  if (results.every(isInterval)) return hullOf(results as readonly Amount[]) as Result | undefined;
  return results.every((result) => sameStructure(result, first)) ? first : undefined;
}

/** The hull of what is known of each of several things. */
export function hullOfEach<Item>(items: readonly Item[], of: (item: Item) => Amount): Amount {
  const known = knownOfEach(items, of);
  return known && hullOf(known);
}

function isInterval(value: unknown): value is Interval {
  return typeof value === "object" && value !== null && "low" in value && "likely" in value && "high" in value;
}

/** So many elements of what is written out are looked at for what they are together. */
export const maximumElements = 64;
