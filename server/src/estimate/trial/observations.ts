import type { Range } from "../../base/range.js";

/** How often something ran, and what came of it, added up. */
interface Tally {
  times: number;
  sum: number;
}

/** What was seen while one function's calls were followed as tasks. Everything is known by where it stands. */
export class Observations {
  private readonly loops = new Map<string, Tally>();
  private readonly branches = new Map<string, [first: number, second: number]>();
  private readonly lengths = new Map<string, Tally>();
  private readonly numbers = new Map<string, Tally>();
  private readonly calls = new Map<string, { all: number; outermost: number }>();
  /** Set where not all of it could be followed. */
  isCutShort = false;

  ranLoop(range: Range, rounds: number, times: number): void {
    tally(this.loops, keyOf(range), rounds, times);
  }

  tookBranch(range: Range, isFirst: boolean, times: number): void {
    if (times === 0) return;
    const key = keyOf(range);
    const found = this.branches.get(key) ?? [0, 0];
    found[isFirst ? 0 : 1] += times;
    this.branches.set(key, found);
  }

  sawLength(range: Range, sum: number, times: number): void {
    tally(this.lengths, keyOf(range), sum, times);
  }

  sawNumber(range: Range, sum: number, times: number): void {
    tally(this.numbers, keyOf(range), sum, times);
  }

  called(range: Range, all: number, outermost: number): void {
    if (all === 0) return;
    const found = this.calls.get(keyOf(range)) ?? { all: 0, outermost: 0 };
    found.all += all;
    found.outermost += outermost;
    this.calls.set(keyOf(range), found);
  }

  /** How often a loop goes round each time that it runs; of a comprehension, the range of what it goes over. */
  rounds(range: Range): number | undefined {
    return this.average(this.loops, range);
  }

  /** In which share of all times the first arm of a branch is taken. */
  share(range: Range): number | undefined {
    const found = this.branches.get(keyOf(range));
    if (!found) return undefined;
    const all = found[0] + found[1];
    return all < this.enough ? undefined : found[0] / all;
  }

  length(range: Range): number | undefined {
    return this.average(this.lengths, range);
  }

  number(range: Range): number | undefined {
    return this.average(this.numbers, range);
  }

  /** How often a function runs in all, each time that it is called from outside; by the range of its name. */
  callsOf(range: Range): number | undefined {
    const found = this.calls.get(keyOf(range));
    return found && found.all / found.outermost;
  }

  private average(of: ReadonlyMap<string, Tally>, range: Range): number | undefined {
    const found = of.get(keyOf(range));
    return found && found.sum / found.times;
  }

  /** What was seen first need not be like the rest. */
  private get enough(): number {
    return this.isCutShort ? 30 : 1;
  }
}

function tally(tallies: Map<string, Tally>, key: string, sum: number, times: number): void {
  if (times === 0) return;
  const found = tallies.get(key);
  if (found) {
    found.times += times;
    found.sum += sum;
  } else tallies.set(key, { times, sum });
}

/** What stands for a place of the text. */
export function keyOf({ start, end }: Range): string {
  return `${start} ${end}`;
}
