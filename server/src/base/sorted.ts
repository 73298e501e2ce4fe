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
