import { readFileSync } from "node:fs";
import { globSync } from "tinyglobby";
import { initialControls, questionOf, usableWays } from "../../client/src/timeline/view/controls.js";
import { laneSpans, lastSliceEnd } from "../../client/src/timeline/view/lanes.js";
import { numbers, schedule } from "../../client/src/timeline/view/simulation-steps.js";
import { AnalysisHost } from "../../server/src/analysis/analysis.js";
import { parseTarget, type Target } from "../../server/src/base/target.js";
import type { Parser } from "../../server/src/syntax/parser.js";

/** What the timeline's panel needs until it has followed a slider, in milliseconds. */
export interface PanelTimes {
  /** The schedule of one way: simulated with all its slices and laid out; one time for each site and way. */
  readonly schedules: readonly number[];
  /** The numbers and curves of all ways, which follow in pieces between frames; one time for each site. */
  readonly numbers: readonly number[];
}

/** The width of the lanes in a large window, in pixels. */
const width = 1200;

/** Over every site of the programs that predictions are validated with. */
export function measurePanel(parser: Parser, programs: string): PanelTimes {
  const host = new AnalysisHost(parser, { target: parseTarget("cpython-3.14") as Target, cores: 4, severities: {} });
  const paths = globSync([`${programs}/*.py`]).sort();
  for (const path of paths) host.setFile(path, readFileSync(path, "utf8"));
  const snapshot = host.snapshot();
  const schedules: number[] = [];
  const all: number[] = [];
  for (const path of paths) {
    for (const demand of snapshot.demands(path)) {
      const site = { ...demand, place: { uri: path, line: 0, character: 0 }, fileName: path };
      const controls = initialControls(site);
      const question = questionOf(site, controls);
      for (const { strategy } of usableWays(site)) {
        schedules.push(
          leastOf(3, () => {
            for (const answer of schedule(question, strategy)) {
              if (answer.kind !== "schedule") continue;
              const { timeline } = answer.run;
              for (const { slices } of timeline.threads) laneSpans(slices, { startNs: 0, endNs: lastSliceEnd(timeline) }, width);
            }
          }),
        );
      }
      all.push(leastOf(1, () => [...numbers(question, controls.strategy)]));
    }
  }
  return { schedules, numbers: all };
}

function leastOf(count: number, work: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
