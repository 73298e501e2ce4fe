import type { Range } from "../../base/range.js";
import type { Share } from "../tasks/demand.js";

/** How often something ran, how many of these came to their end, and what came of it, added up. */
interface Tally {
  times: number;
  ended: number;
  sum: number;
}

/** `spread`: of rounds that are spread over all of them; `least`: nothing of the kind came to its end while the program was followed. */
export interface Average {
  readonly value: number;
  /** Of what is `spread`, how far that is likely off, as a share of it. */
  readonly error?: number;
  readonly is: "all" | "spread" | "some" | "least";
}

/** What was seen while one function's calls were followed as tasks. Everything is known by where it stands. */
export class Observations {
  private readonly loops = new Map<string, Tally>();
  private readonly calls = new Map<string, Tally>();
  private readonly lengths = new Map<string, Tally>();
  private readonly numbers = new Map<string, Tally>();
  private readonly branches = new Map<string, [first: number, second: number]>();
  /** Set where not all of it could be followed. */
  isCutShort = false;
  /** Where of some loops only rounds were followed that are spread over all: how far what was seen is likely off, as a share of it. */
  error: number | undefined;
  /** Set where some tasks were not followed to their end. */
  isPartly = false;
  /** How the tasks that were handed in together compare with their average; none where that cannot be told. */
  batches: readonly (readonly Share[])[] = [];

  /** The same as if it had been seen so often. */
  add(other: Observations, times: number): void {
    for (const name of ["loops", "calls", "lengths", "numbers"] as const)
      for (const [key, found] of other[name]) tally(this[name], key, found.sum * times, found.times * times, found.ended * times);
    for (const [key, [first, second]] of other.branches) {
      const found = this.branches.get(key) ?? [0, 0];
      this.branches.set(key, [found[0] + first * times, found[1] + second * times]);
    }
  }

  ranLoop(range: Range, rounds: number, times: number, ended: number): void {
    tally(this.loops, keyOf(range), rounds, times, ended);
  }

  /** `times`: from outside the function itself. */
  called(range: Range, all: number, times: number, ended: number): void {
    tally(this.calls, keyOf(range), all, times, ended);
  }

  tookBranch(range: Range, isFirst: boolean, times: number): void {
    if (times === 0) return;
    const found = this.branches.get(keyOf(range)) ?? [0, 0];
    found[isFirst ? 0 : 1] += times;
    this.branches.set(keyOf(range), found);
  }

  sawLength(range: Range, sum: number, times: number): void {
    tally(this.lengths, keyOf(range), sum, times);
  }

  sawNumber(range: Range, sum: number, times: number): void {
    tally(this.numbers, keyOf(range), sum, times);
  }

  /** How often a loop goes round each time that it runs; of a comprehension, by the range of what it goes over. */
  rounds(range: Range): Average | undefined {
    return this.average(this.loops, range);
  }

  /** How often a function runs in all, each time that it is called from outside; by the range of its name. */
  callsOf(range: Range): Average | undefined {
    return this.average(this.calls, range);
  }

  length(range: Range): Average | undefined {
    return this.average(this.lengths, range);
  }

  number(range: Range): Average | undefined {
    return this.average(this.numbers, range);
  }

  /** In which share of all times the first arm of a branch is taken. What was seen first need not be like the rest. */
  share(range: Range): number | undefined {
    const found = this.branches.get(keyOf(range));
    const all = found ? found[0] + found[1] : 0;
    return !found || (this.isCutShort && all < fewest) ? undefined : found[0] / all;
  }

  private average(of: ReadonlyMap<string, Tally>, range: Range): Average | undefined {
    const found = of.get(keyOf(range));
    if (!found) return undefined;
    const value = found.sum / found.times;
    if (this.isCutShort || this.isPartly) return { value, is: found.ended === 0 ? "least" : "some" };
    return this.error === undefined ? { value, is: "all" } : { value, error: this.error, is: "spread" };
  }
}

const fewest = 30;

/** What stands for a place of the text. */
export function keyOf({ start, end }: Range): string {
  return `${start} ${end}`;
}

function tally(tallies: Map<string, Tally>, key: string, sum: number, times: number, ended = times): void {
  if (times === 0) return;
  const found = tallies.get(key);
  if (found) {
    found.times += times;
    found.ended += ended;
    found.sum += sum;
  } else tallies.set(key, { times, ended, sum });
}
