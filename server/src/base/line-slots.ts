import { LineIndex } from "./line-index.js";
import type { Range } from "./range.js";

/**
 * Places in a text that stay the same when other lines are edited. Each line has a slot of numbers for itself, with room for more lines
 * between it and the next; a place is the first number of its line's slot plus the column. Places are in the order of offsets. Immutable.
 */
export class LineSlots {
  private constructor(
    private readonly lines: Lines,
    private readonly slots: readonly number[],
  ) {}

  /** Slots for a text in which nobody knows places yet. */
  static of(text: string): LineSlots {
    return LineSlots.ofLines(new Lines(text));
  }

  private static ofLines(lines: Lines): LineSlots {
    const width = Math.max(narrowest, Math.min(widest, Math.floor(numbers / lines.count)));
    const slots: number[] = [];
    // Before the first as well: what is put there moves nothing.
    for (let line = 0, next = width; line < lines.count; line++) {
      slots.push(next);
      next += Math.max(width, 2 * lines.length(line));
    }
    return new LineSlots(lines, slots);
  }

  /** Slots for the text after a change: lines that the change leaves alone keep theirs, but for a few beside it where there is no room left for new ones. */
  after(text: string): LineSlots {
    const lines = new Lines(text);
    const { first, last, lastAfter } = changedLines(this.lines, lines);
    const slots = this.slots.slice(0, first);
    const limit = this.slots[last] ?? Number.POSITIVE_INFINITY;
    let free = first === 0 ? 0 : (slots[first - 1] as number) + lines.length(first - 1);
    for (let line = first; line < lastAfter; line++) {
      // A changed line keeps its slot, so that typing in it moves nothing else; a new one stands a little below the one before it.
      const before = line < last ? (this.slots[line] as number) : -1;
      const roomy = line === 0 ? 0 : (slots[line - 1] as number) + reserve;
      const place = before >= free ? before : roomy >= free && roomy + lines.length(line) <= limit ? roomy : free;
      slots.push(place);
      free = place + lines.length(line);
    }
    for (let line = last; line < this.slots.length; line++) slots.push(this.slots[line] as number);
    const isFull = free > limit && !makeRoom(slots, lines, first, lastAfter);
    return isFull || (slots[slots.length - 1] as number) > 2 * numbers ? LineSlots.ofLines(lines) : new LineSlots(lines, slots);
  }

  /** The place of an offset of the text. */
  place(offset: number): number {
    const { line, column } = this.lines.index.position(offset);
    return (this.slots[line] as number) + column;
  }

  /** The offset of a place. */
  offset(place: number): number {
    let low = 0;
    let high = this.slots.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.slots[middle] as number) <= place) low = middle;
      else high = middle - 1;
    }
    return this.lines.index.offset({ line: low, column: Math.max(0, place - (this.slots[low] as number)) });
  }

  /** The slots of the lines that a range of offsets touches: a stretch of text whose lines keep their slots keeps all its places. */
  slotsOf({ start, end }: Range): readonly number[] {
    return this.slots.slice(this.lines.index.position(start).line, this.lines.index.position(end).line + 1);
  }
}

/**
 * Shares the numbers out anew among the lines from `first` to `last`, the last one excluded, and as many around them as it takes for each to have
 * room for another beside it. Returns whether it could.
 */
function makeRoom(slots: number[], lines: Lines, first: number, last: number): boolean {
  const roomFor = (line: number): number => lines.length(line) + reserve;
  let [from, to] = [first, last];
  let needed = reserve;
  for (let line = first; line < last; line++) needed += roomFor(line);
  while (to < slots.length) {
    const start = from === 0 ? 0 : (slots[from - 1] as number) + lines.length(from - 1);
    const spare = (slots[to] as number) - start - needed;
    if (spare >= 0) {
      const between = reserve + Math.floor(spare / (to - from + 1));
      let next = start + between;
      for (let line = from; line < to; line++) {
        slots[line] = next;
        next += lines.length(line) + between;
      }
      return true;
    }
    // New lines stand closer to one another than those of old; the others need not move.
    const above = from > 1 ? (slots[from - 1] as number) - (slots[from - 2] as number) : Number.POSITIVE_INFINITY;
    const below = to + 1 < slots.length ? (slots[to + 1] as number) - (slots[to] as number) : Number.POSITIVE_INFINITY;
    needed += roomFor(above < below ? --from : to++);
  }
  return false;
}

/** So many numbers are shared out among the lines of a text; twice as many are still small integers to the JavaScript engine. */
const numbers = 2 ** 29;

/** The least and the greatest width of a slot. A long line has a slot twice its length. */
const narrowest = 256;
const widest = 65_536;

/** The distance between two new lines, which leaves room for typing in the first. */
const reserve = 256;

class Lines {
  readonly index: LineIndex;

  constructor(readonly text: string) {
    this.index = new LineIndex(text);
  }

  get count(): number {
    return this.index.lineCount;
  }

  start(line: number): number {
    return this.index.offset({ line, column: 0 });
  }

  /** With its line end; the last line counts one more, because the end of the text is a place, too. */
  length(line: number): number {
    return (line + 1 < this.count ? this.start(line + 1) : this.text.length + 1) - this.start(line);
  }
}

/** Lines `first` to `last` of one text became `first` to `lastAfter` of the other, each without the last; all others are the same. */
function changedLines(before: Lines, after: Lines): { readonly first: number; readonly last: number; readonly lastAfter: number } {
  const most = Math.min(before.text.length, after.text.length);
  const same = sameAtStart(before.text, after.text, most);
  const first = Math.min(before.index.position(same).line, after.index.position(same).line);
  const afterFirst = most - Math.max(before.start(first), after.start(first));
  const sameAtEnd = sameBeforeEnd(before.text, after.text, afterFirst);
  const last = nextStart(before, before.text.length - sameAtEnd, first);
  const lastAfter = nextStart(after, after.text.length - sameAtEnd, first);
  // Both texts have as many lines after the change; where they seem not to, a line end was cut in two.
  const tail = Math.min(before.count - last, after.count - lastAfter);
  return { first, last: before.count - tail, lastAfter: after.count - tail };
}

/** How much two texts have in common at their starts, of so much at most. Pieces are compared rather than characters: engines do that a word at a time. */
function sameAtStart(a: string, b: string, most: number): number {
  return longest(most, (from, to) => a.slice(from, to) === b.slice(from, to));
}

/** The same for their ends. */
function sameBeforeEnd(a: string, b: string, most: number): number {
  return longest(most, (from, to) => a.slice(a.length - to, a.length - from) === b.slice(b.length - to, b.length - from));
}

/** The greatest length, of so much at most, up to which all pieces are the same. */
function longest(most: number, isSame: (from: number, to: number) => boolean): number {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (isSame(low, middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The first line that starts at the offset or after it. */
function nextStart(lines: Lines, offset: number, least: number): number {
  const { line, column } = lines.index.position(offset);
  return Math.max(least, column === 0 ? line : line + 1);
}
