import { LineIndex } from "./line-index.js";
import type { LineSlots } from "./line-slots.js";
import type { Range } from "./range.js";

/**
 * The text of a file and how to find in it what facts speak of. Facts of a file that is open in an editor count in places of its slots, which
 * outlive edits; those of any other file in offsets of its text.
 */
export class Source {
  private lines: LineIndex | undefined;

  constructor(
    readonly text: string,
    private readonly slots: LineSlots | undefined,
  ) {}

  /** The offset in the text of a place that facts name. */
  offset(place: number): number {
    return this.slots ? this.slots.offset(place) : place;
  }

  /** The place by which facts name an offset in the text. */
  place(offset: number): number {
    return this.slots ? this.slots.place(offset) : offset;
  }

  /** The range of offsets in the text. */
  range(places: Range): Range {
    return { start: this.offset(places.start), end: this.offset(places.end) };
  }

  /** The line of the text that a place is on, or the one below it, with its line end. */
  line(place: number, which: "same" | "next"): Range {
    this.lines ??= new LineIndex(this.text);
    const line = this.lines.position(this.offset(place)).line + (which === "next" ? 1 : 0);
    const start = this.place(this.lines.offset({ line, column: 0 }));
    return { start, end: this.place(this.lines.offset({ line: line + 1, column: 0 })) };
  }

  /** What is written there. */
  slice(places: Range): string {
    return this.text.slice(this.offset(places.start), this.offset(places.end));
  }
}
