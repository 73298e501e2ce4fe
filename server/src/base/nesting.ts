import { contains, type Range } from "./range.js";
import { firstAt } from "./sorted.js";

interface Nested<Item> {
  readonly item: Item;
  /** The last one before it that may reach behind its start. */
  readonly around: Nested<Item> | undefined;
}

/** Ranges that stand in one another or apart, as blocks do, so that those around a place are found without a look at all. */
export class Nesting<Item extends Range> {
  private readonly sorted: readonly Nested<Item>[];

  constructor(items: readonly Item[]) {
    let around: Nested<Item> | undefined;
    this.sorted = [...items]
      .sort((a, b) => a.start - b.start || b.end - a.end)
      .map((item) => {
        while (around && around.item.end < item.start) around = around.around;
        around = { item, around };
        return around;
      });
  }

  /** Those that hold all of the range, outer ones first. */
  around(range: Range): readonly Item[] {
    const found: Item[] = [];
    let nested = this.sorted[firstAt(this.sorted, range.start + 1, ({ item }) => item.start) - 1];
    for (; nested; nested = nested.around) if (contains(nested.item, range)) found.push(nested.item);
    return found.reverse();
  }
}
