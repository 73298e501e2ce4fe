import { random } from "../../server/src/simulation/random.js";

/** Draws that are the same for the same seed. */
export interface Chance {
  /** A whole number from 0 to below `end`. */
  below(end: number): number;
  /** True so often, from 0 to 1. */
  happens(share: number): boolean;
  of<Item>(items: readonly Item[]): Item;
}

export function chanceOf(seed: number): Chance {
  const numbers = random(seed);
  return {
    below: (end) => numbers.between(0, end - 1),
    happens: (share) => numbers.between(0, 999_999) < share * 1_000_000,
    of: (items) => items[numbers.between(0, items.length - 1)] as (typeof items)[number],
  };
}
