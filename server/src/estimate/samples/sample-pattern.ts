/** Where a match stands in a text, and where its groups do. */
export interface Match {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (readonly [start: number, end: number] | undefined)[];
}

type Groups = (readonly [number, number] | undefined)[];

/** Tries to match from a place on; goes on with `next` from where it ended. `test` is there if it takes one character. */
interface Node {
  (at: number, next: (at: number) => boolean): boolean;
  readonly test?: (character: string) => boolean;
}

/**
 * Where Python's `re` would find a pattern in a text, one match after the other; undefined where the pattern holds what is not known here, or where
 * looking takes too many steps: patterns are the program's, and some take for ever.
 */
export function matchesOf(pattern: string, text: string, isMultiline: boolean): readonly Match[] | undefined {
  const search = new PatternSearch(pattern, { isMultiline, ignoresCase: false, dotIsAny: false });
  return search.find(text, "all")?.matches;
}

export interface PatternFlags {
  readonly isMultiline: boolean;
  readonly ignoresCase: boolean;
  readonly dotIsAny: boolean;
}

const mostSteps = 100_000;
const deepest = 300;

/** A pattern that is looked for in texts. */
export class PatternSearch {
  /** Which numbers the groups with names have. */
  readonly names = new Map<string, number>();
  groupCount = 0;
  private position = 0;
  private steps = 0;
  private depth = 0;
  private groups: Groups = [];
  private text = "";
  private node: Node | undefined;

  constructor(
    private readonly pattern: string,
    private readonly flags: PatternFlags,
  ) {}

  /** Whether the pattern holds nothing that is not known here. */
  get isKnown(): boolean {
    return this.find("", "here") !== undefined;
  }

  /** `here`: from the place on; `whole`: to the end of the text as well; `first`, `all`: there or later. In how many steps it was found. */
  find(
    text: string,
    which: "here" | "whole" | "first" | "all",
    from = 0,
  ): { readonly matches: readonly Match[]; readonly steps: number } | undefined {
    this.text = text;
    this.steps = this.depth = 0;
    try {
      if (!this.node) {
        this.node = this.alternatives();
        if (this.position < this.pattern.length) throw new Unclear();
      }
      const { node } = this;
      const matches: Match[] = [];
      for (let at = from; at <= text.length; ) {
        this.groups = [];
        let end = -1;
        const isFound = node(at, (last) => {
          end = last;
          return which !== "whole" || last === text.length;
        });
        if (isFound)
          matches.push({ start: at, end, groups: Array.from({ length: this.groupCount }, (_, index) => this.groups[index + 1]) });
        if (which === "here" || which === "whole" || (which === "first" && isFound)) break;
        at = isFound && end > at ? end : at + 1;
      }
      return { matches, steps: this.steps };
    } catch (error) {
      if (error instanceof Unclear) return undefined;
      throw error;
    }
  }

  private step(): void {
    if (++this.steps > mostSteps) throw new Unclear();
  }

  private alternatives(): Node {
    const options: Node[] = [this.sequence()];
    while (this.pattern[this.position] === "|") {
      this.position++;
      options.push(this.sequence());
    }
    const [only] = options;
    return only && options.length === 1 ? only : (at, next) => options.some((option) => option(at, next));
  }

  private sequence(): Node {
    const parts: Node[] = [];
    while (this.position < this.pattern.length && !"|)".includes(this.pattern[this.position] as string))
      parts.push(this.quantified(this.atom()));
    const from = (index: number, at: number, next: (at: number) => boolean): boolean => {
      const part = parts[index];
      return part ? part(at, (after) => from(index + 1, after, next)) : next(at);
    };
    return (at, next) => from(0, at, next);
  }

  private quantified(atom: Node): Node {
    const bounds = /^(?:([*+?])|\{(\d*)(,?)(\d*)\})(\??)/.exec(this.pattern.slice(this.position));
    if (!bounds || (bounds[1] === undefined && !bounds[2] && !bounds[4])) return atom;
    this.position += bounds[0].length;
    if (this.pattern[this.position] === "+") throw new Unclear();
    const [, sign, low = "", comma, high = "", lazy] = bounds;
    const least = sign === "+" ? 1 : sign ? 0 : Number(low || 0);
    const most = sign === "?" ? 1 : sign || (comma && !high) ? Number.POSITIVE_INFINITY : Number(comma ? high : low);
    const { test } = atom;
    if (test) return (at, next) => this.repeated(test, least, most, lazy === "?", at, next);
    const run = (count: number, at: number, next: (at: number) => boolean): boolean => {
      this.step();
      if (++this.depth > deepest) throw new Unclear();
      const more = (): boolean => count < most && atom(at, (after) => (after > at || count < least) && run(count + 1, after, next));
      const isFound = count < least ? more() : lazy ? next(at) || more() : more() || next(at);
      this.depth--;
      return isFound;
    };
    return (at, next) => run(0, at, next);
  }

  /** So many characters that pass a test, most or fewest first. */
  private repeated(
    test: (character: string) => boolean,
    least: number,
    most: number,
    isLazy: boolean,
    at: number,
    next: (at: number) => boolean,
  ): boolean {
    const passes = (place: number): boolean => {
      this.step();
      return place < this.text.length && test(this.text[place] as string);
    };
    let end = at;
    while (end - at < (isLazy ? least : most) && passes(end)) end++;
    if (end - at < least) return false;
    if (isLazy) {
      while (!next(end)) {
        if (end - at >= most || !passes(end)) return false;
        end++;
      }
      return true;
    }
    for (; end - at >= least; end--) if (next(end)) return true;
    return false;
  }

  private atom(): Node {
    const character = this.pattern[this.position++] as string;
    switch (character) {
      case "(":
        return this.group();
      case "[":
        return this.single(this.characterClass());
      case ".":
        return this.single((each) => this.flags.dotIsAny || each !== "\n");
      case "^":
        return this.place((at) => at === 0 || (this.flags.isMultiline && this.text[at - 1] === "\n"));
      case "$":
        return this.place(
          (at) => at === this.text.length || (this.text[at] === "\n" && (this.flags.isMultiline || at === this.text.length - 1)),
        );
      case "\\":
        return this.escape();
      case "*":
      case "+":
      case "?":
        throw new Unclear();
      default:
        return this.single((each) => each === character);
    }
  }

  private single(exactly: (character: string) => boolean): Node {
    const test = this.flags.ignoresCase
      ? (character: string): boolean => exactly(character) || exactly(character.toLowerCase()) || exactly(character.toUpperCase())
      : exactly;
    const node = (at: number, next: (at: number) => boolean): boolean => {
      this.step();
      return at < this.text.length && test(this.text[at] as string) && next(at + 1);
    };
    return Object.assign(node, { test });
  }

  private place(test: (at: number) => boolean): Node {
    return (at, next) => test(at) && next(at);
  }

  private escape(): Node {
    const character = this.pattern[this.position++] ?? "";
    const isWord = (at: number): boolean => at >= 0 && at < this.text.length && classes.w?.(this.text[at] as string) === true;
    if (character === "b") return this.place((at) => isWord(at - 1) !== isWord(at));
    if (character === "B") return this.place((at) => isWord(at - 1) === isWord(at));
    if (character === "A") return this.place((at) => at === 0);
    if (character === "Z") return this.place((at) => at === this.text.length);
    if (/\d/.test(character)) throw new Unclear();
    return this.single(escaped(character));
  }

  private group(): Node {
    const rest = this.pattern.slice(this.position);
    const [opening = "", named] = /^(?:\?(?::|=|!|P<(\w+)>))/.exec(rest) ?? [];
    if (rest.startsWith("?") && opening === "") throw new Unclear();
    this.position += opening.length;
    const isKept = opening === "" || named !== undefined;
    const number = isKept ? ++this.groupCount : 0;
    if (named !== undefined) this.names.set(named, number);
    const inner = this.alternatives();
    if (this.pattern[this.position++] !== ")") throw new Unclear();
    if (opening === "?=" || opening === "?!") {
      return (at, next) => inner(at, () => true) === (opening === "?=") && next(at);
    }
    if (!isKept) return inner;
    return (at, next) =>
      inner(at, (after) => {
        const before = this.groups[number];
        this.groups[number] = [at, after];
        if (next(after)) return true;
        this.groups[number] = before;
        return false;
      });
  }

  private characterClass(): (character: string) => boolean {
    const isNegated = this.pattern[this.position] === "^";
    if (isNegated) this.position++;
    const tests: ((character: string) => boolean)[] = [];
    let isFirst = true;
    for (;;) {
      const character = this.pattern[this.position++];
      if (character === undefined) throw new Unclear();
      if (character === "]" && !isFirst) break;
      isFirst = false;
      if (character === "\\") {
        tests.push(escaped(this.pattern[this.position++] ?? ""));
        continue;
      }
      const [, last] = /^-([^\]\\])/.exec(this.pattern.slice(this.position)) ?? [];
      if (last === undefined) tests.push((each) => each === character);
      else {
        this.position += 2;
        tests.push((each) => each >= character && each <= last);
      }
    }
    return (character) => tests.some((test) => test(character)) !== isNegated;
  }
}

class Unclear extends Error {}

const classes: Readonly<Record<string, (character: string) => boolean>> = {
  d: (each) => /\d/.test(each),
  w: (each) => /[\p{L}\p{N}_]/u.test(each),
  s: (each) => /\s/.test(each),
};

const controls: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };

function escaped(character: string): (each: string) => boolean {
  const test = classes[character];
  if (test) return test;
  const opposite = classes[character.toLowerCase()];
  if (opposite) return (each) => !opposite(each);
  const meant = controls[character] ?? character;
  return (each) => each === meant;
}
