import { parseTarget, targetTitle } from "../../../../server/src/base/target.js";
import type { ScalingCurve } from "../../../../server/src/estimate/prediction/scaling.js";
import { duration } from "../../../../server/src/estimate/prediction/text.js";
import { type Timeline, threadStates } from "../../../../server/src/simulation/timeline.js";
import type { TimelineTexts } from "./texts.js";
import { factorText, rangeText, shareText } from "./words.js";

/** A table for people who read rather than look; the first cell of each row names it. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Of each thread: how long it was there, and which share of that in each state; states that no thread is in are left out. */
export function threadTable({ threads }: Timeline, texts: TimelineTexts): Table {
  const states = threadStates.filter((state) => threads.some(({ totals }) => totals[state] > 0));
  return {
    head: [texts.thread, texts.total, ...states.map((state) => texts.states[state])],
    rows: threads.map(({ name, startNs, endNs, totals }) => {
      const whole = threadStates.reduce((sum, state) => sum + totals[state], 0);
      return [name, duration(endNs - startNs), ...states.map((state) => shareText(totals[state], whole))];
    }),
  };
}

/** The likely speedup and its range, by number of workers. */
export function scalingTable(curves: readonly ScalingCurve[], texts: TimelineTexts): Table {
  const counts = [...new Set(curves.flatMap(({ points }) => points.map(({ workers }) => workers)))].sort((a, b) => a - b);
  return {
    head: [
      texts.workersColumn,
      ...curves.map(({ strategy, runtime }) => {
        const target = parseTarget(runtime);
        return `${texts.strategies[strategy]}${target ? `, ${targetTitle(target)}` : ""}`;
      }),
    ],
    rows: counts.map((count) => [
      String(count),
      ...curves.map(({ points }) => {
        const point = points.find(({ workers }) => workers === count);
        if (!point) return "–";
        const range = rangeText(point.speedup);
        return range === "" ? factorText(point.speedup.likely) : `${factorText(point.speedup.likely)} (${range})`;
      }),
    ]),
  };
}
