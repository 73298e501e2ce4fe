/** Something that answers can rest on and that an edit can change: a part of a file, or a list that follows from the whole program. */
export interface Part {
  /** Another for each. */
  readonly part: number;
}

/** Numbers parts. Those of one file are mostly made one after the other, so that their numbers are close to one another. */
export class PartNumbers {
  private last = 0;

  readonly next: NewPart = () => ++this.last;
}

/** The number of a new part. */
export type NewPart = () => number;

/**
 * A set of parts, as bits: answers rest on up to thousands of parts, and very many of them are summed up and looked through after an edit. Numbers of
 * words that are not 0, each followed by the word. What is in order of size is compared and united in one pass.
 */
export type PartSet = readonly number[];

/** Bits of a word: such words are small integers in every build of the JavaScript engine. */
const bits = 30;

/** Undefined for no parts. */
export function partSet(parts: Iterable<number>): PartSet | undefined {
  const inOrder = [...parts].sort((a, b) => a - b);
  const set: number[] = [];
  for (const part of inOrder) {
    const word = Math.floor(part / bits);
    const bit = 1 << (part - word * bits);
    if (set[set.length - 2] === word) set[set.length - 1] = (set[set.length - 1] as number) | bit;
    else set.push(word, bit);
  }
  return set.length > 0 ? set.slice() : undefined;
}

/** Whether any part is in both. */
export function haveCommon(some: PartSet, others: PartSet): boolean {
  const [few, many] = some.length <= others.length ? [some, others] : [others, some];
  let from = 0;
  for (let each = 0; each < few.length; each += 2) {
    const word = few[each] as number;
    let to = many.length;
    while (from < to) {
      const middle = ((from + to) >> 2) << 1;
      if ((many[middle] as number) < word) from = middle + 2;
      else to = middle;
    }
    if (many[from] === word && ((many[from + 1] as number) & (few[each + 1] as number)) !== 0) return true;
  }
  return false;
}

export function sameParts(a: PartSet | undefined, b: PartSet | undefined): boolean {
  if (a === b) return true;
  if (!a || !b || a.length !== b.length) return false;
  for (let each = 0; each < a.length; each++) if (a[each] !== b[each]) return false;
  return true;
}

/** The union of sets of parts: one of them as it is, if all others are in it. */
export class PartUnion {
  private readonly sets: PartSet[] = [];
  private last: PartSet | undefined;

  constructor(private readonly words: UnionWords) {}

  add(parts: PartSet | undefined): void {
    // Most questions rest on the same few sets.
    if (!parts || parts === this.last) return;
    this.last = parts;
    this.sets.push(parts);
  }

  get result(): PartSet | undefined {
    const sets = this.sets.length > 2 ? new Set(this.sets) : this.sets;
    let longest: PartSet | undefined;
    for (const each of sets) if (!longest || each.length > longest.length) longest = each;
    if (!longest || this.sets.length === 1) return longest;
    const found: number[] = [];
    let united = this.words.upTo(longest);
    for (const each of sets) {
      united = this.words.upTo(each);
      for (let at = 0; at < each.length; at += 2) {
        const word = each[at] as number;
        const before = united[word] as number;
        if (before === 0) found.push(word);
        united[word] = before | (each[at + 1] as number);
      }
    }
    const isLongest = found.length * 2 === longest.length;
    const result: number[] = [];
    for (const word of found.sort((a, b) => a - b)) {
      result.push(word, united[word] as number);
      united[word] = 0;
    }
    return isLongest && sameParts(result, longest) ? longest : result;
  }
}

/** Room for the words of the union that is being made, by their numbers; all are 0 before and after. */
export class UnionWords {
  private words = new Int32Array(1024);

  /** With room for all words of a set. */
  upTo(set: PartSet): Int32Array {
    const most = set[set.length - 2] as number;
    if (most < this.words.length) return this.words;
    const more = new Int32Array(2 * most);
    more.set(this.words);
    this.words = more;
    return more;
  }
}
