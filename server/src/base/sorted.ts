import { indexed } from "./indexed.js";
import type { Range } from "./range.js";

/** The index of the first item whose place is at the offset or after it, among items sorted by that place; their number where there is none. */
export function firstAt<Item>(sorted: readonly Item[], offset: number, place: (item: Item) => number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place(sorted[middle] as Item) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The index of the first item that starts at the offset or behind it; their number where there is none. For lists that may be in another order than that of
 * the text, as operations are in that in which they run.
 */
export function firstFrom(items: readonly Range[], offset: number): number {
  return firstAt(latestStarts(items), offset, (start) => start);
}

/** The latest start among the items up to each. */
const latestStarts = indexed((items: readonly Range[]): readonly number[] => {
  let latest = 0;
  return items.map(({ start }) => {
    latest = Math.max(latest, start);
    return latest;
  });
});

/** What stands in sorted lists, each once, in order. */
export function* inOrder(lists: readonly (readonly number[])[]): Iterable<number> {
  const left = lists.filter((list) => list.length > 0).map((list) => ({ list, at: 0 }));
  for (;;) {
    let next = Number.POSITIVE_INFINITY;
    for (const { list, at } of left) next = Math.min(next, list[at] ?? next);
    if (next === Number.POSITIVE_INFINITY) return;
    yield next;
    for (const each of left) if (each.list[each.at] === next) each.at++;
  }
}
