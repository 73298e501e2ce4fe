import type { Moment } from "./activity.js";

/**
 * Of moments that differ only in which thread they are of, and how it gets there, a few that stand for all, in order. Rules compare moments
 * with each other, and code that hundreds of threads come by would make millions of pairs. `place` is what a moment is about: moments of
 * one are alike if their keys are.
 */
export function fewAlike<Item extends Moment>(
  items: readonly Item[],
  place: (item: Item) => object,
  key: (item: Item) => string,
): readonly Item[] {
  const counts = new Map<object, Map<string, number>>();
  return items.filter((item) => {
    const { kind, instances } = item.root;
    const locks = item.locks.map((lock) => `${lock.key} ${lock.owner} ${lock.taken.function.file.path}:${lock.taken.range.start}`);
    const whole = [kind, instances, ...locks, key(item)].join("|");
    const known = counts.get(place(item)) ?? new Map<string, number>();
    counts.set(place(item), known);
    const count = known.get(whole) ?? 0;
    known.set(whole, count + 1);
    return count < mostAlike;
  });
}

/** Enough threads that some of them run at the same time if any do. */
const mostAlike = 6;
