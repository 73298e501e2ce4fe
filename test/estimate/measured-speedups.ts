import type { Interval } from "../../server/src/base/interval.js";
import { quantile } from "../simulation/program-comparison.js";

/** A speedup that was predicted, against the measured one. */
export interface Compared {
  /** `max(predicted/measured, measured/predicted) − 1`. */
  readonly error: number;
  /** Whether the predicted range holds what was measured. */
  readonly isInside: boolean;
}

export function compared({ low, likely, high }: Interval, measured: number): Compared {
  return { error: Math.max(likely / measured, measured / likely) - 1, isInside: low <= measured && measured <= high };
}

/** The target that a record's interpreter is: `3.13.5t` of `cpython-3.13t`. */
export function targetOf(python: string): string {
  return `cpython-${/^3\.\d+/.exec(python)?.[0]}${python.endsWith("t") ? "t" : ""}`;
}

/** How far off comparisons are, and the same in words. */
export function summaryOf(rows: readonly Compared[]) {
  const errors = rows.map(({ error }) => error);
  const [median, p90] = [quantile(errors, 0.5), quantile(errors, 0.9)];
  const inside = rows.filter(({ isInside }) => isInside).length / rows.length;
  return { median, p90, inside, said: `median ${median}, nine in ten ${p90}, inside ${inside}` };
}

/** The comparisons that are farthest off, the worst first. */
export function farthest<Row extends Compared>(rows: readonly Row[], count: number): readonly Row[] {
  return [...rows].sort((a, b) => b.error - a.error).slice(0, count);
}
