/**
 * How far a recursion has come that goes depth first: what is under way, and how many calls those of each depth made that came to their end. Each call of a
 * depth is taken for as large as the others of the same caller, which the halves of a whole are, and of others the average is.
 */
export class RecursionProgress {
  /** Of each call that is under way, from the outermost on: how many of its own came to their end. */
  private readonly open: number[] = [];
  /** By depth: how many calls came to their end that made any, and how many these made. */
  private readonly callers: number[] = [];
  private readonly made: number[] = [];

  entered(): void {
    this.open.push(0);
  }

  /** Not called where the look ends meanwhile, so that what was under way then stays. */
  left(): void {
    const made = this.open.pop() ?? 0;
    const depth = this.open.length;
    if (made > 0) {
      this.callers[depth] = (this.callers[depth] ?? 0) + 1;
      this.made[depth] = (this.made[depth] ?? 0) + made;
    }
    if (depth > 0) this.open[depth - 1] = (this.open[depth - 1] ?? 0) + 1;
  }

  /** Which share of the outermost call's calls came to its end; 0 where nothing tells. */
  get share(): number {
    let share = 0;
    let weight = 1;
    for (const [depth, ended] of this.open.entries()) {
      const usual = this.usual(depth);
      if (usual === undefined) break;
      const isUnderWay = depth + 1 < this.open.length;
      weight /= Math.max(1, usual, ended + Number(isUnderWay));
      share += weight * ended;
    }
    return share;
  }

  /** How many calls one of that depth makes: as many as those that came to their end there, or a little further in. */
  private usual(depth: number): number | undefined {
    for (let at = depth; at < this.callers.length; at++) {
      const callers = this.callers[at];
      if (callers) return (this.made[at] ?? 0) / callers;
    }
    return undefined;
  }

  /** Forgets all, for another task. */
  clear(): void {
    this.open.length = this.callers.length = this.made.length = 0;
  }
}
