import type { Interval } from "../../../../server/src/base/interval.js";
import { targetName } from "../../../../server/src/base/target.js";
import { bottleneckOf, type SayBottleneck } from "../../../../server/src/estimate/prediction/bottleneck.js";
import type { Strategy } from "../../../../server/src/estimate/prediction/prediction.js";
import { type ScalingCurve, workerCounts } from "../../../../server/src/estimate/prediction/scaling.js";
import { rangeOfRuns, type SimulatedRun, sharedWorkloadOf, simulateCorner } from "../../../../server/src/estimate/prediction/strategies.js";
import type { Way } from "../../../../server/src/estimate/prediction/ways.js";
import { corners, type Demand } from "../../../../server/src/estimate/tasks/demand.js";
import { serialNs } from "../../../../server/src/simulation/workload.js";
import type { Question } from "./controls.js";

/** What the panel learns from one simulation after the other, the most wanted first. */
export type Answer =
  /** Who does what when, in the chosen way. */
  | { readonly kind: "schedule"; readonly strategy: Strategy; readonly run: SimulatedRun; readonly bottleneck: string }
  /** What a way would give. */
  | { readonly kind: "outcome"; readonly outcome: Outcome }
  /** How one way scales; complete. */
  | { readonly kind: "curve"; readonly curve: ScalingCurve }
  /** A simulation that is a part of an answer to come. */
  | { readonly kind: "part" };

/** What one way would give. */
export interface Outcome {
  readonly strategy: Strategy;
  /** The name of the target that it runs on. */
  readonly runtime: string;
  readonly makespanNs: Interval;
  readonly speedup: Interval;
}

/**
 * Answers the question one simulation at a time, so that whoever asks can draw in between, and stop when the question has changed. First the
 * schedule of the chosen way: that is what must follow a slider at once.
 */
export function* schedule({ demand, ways, on }: Question, strategy: Strategy, say?: SayBottleneck): Generator<Answer, void> {
  const way = ways.find((each) => each.strategy === strategy);
  if (!way) return;
  const run = simulateCorner(demand, way, "likely", on, "slices");
  yield { kind: "schedule", strategy, run, bottleneck: bottleneckOf(run, on, say) };
}

/** The numbers of all ways, the chosen one's first, then how each scales with the number of workers. */
export function* numbers(question: Question, strategy: Strategy): Generator<Answer, void> {
  const { demand, ways, on } = question;
  const ordered = [...ways].sort((a, b) => Number(b.strategy === strategy) - Number(a.strategy === strategy));
  for (const way of ordered) {
    const runs: SimulatedRun[] = [];
    for (const corner of corners) {
      runs.push(simulateCorner(demand, way, corner, on, "totals"));
      yield { kind: "part" };
    }
    yield { kind: "outcome", outcome: { strategy: way.strategy, runtime: targetName(way.target), ...rangeOfRuns(runs) } };
  }
  for (const way of ways) if (way.strategy !== "asyncio") yield* curve(question, way);
}

/** So many threads share the tasks out, however the program starts them. */
function* curve({ demand, on }: Question, way: Way): Generator<Answer, void> {
  const points: { workers: number; speedup: Interval }[] = [];
  for (const workers of workerCounts(Math.max(leastCompared, demand.workers, on.cores))) {
    const shared: Demand = { ...demand, width: "pool", workers };
    const runs: SimulatedRun[] = [];
    for (const corner of corners) {
      runs.push(simulateCorner(shared, way, corner, on, "totals"));
      yield { kind: "part" };
    }
    points.push({ workers, speedup: rangeOfRuns(runs).speedup });
  }
  yield { kind: "curve", curve: { strategy: way.strategy, runtime: targetName(way.target), points } };
}

/** Fewer workers make no curve. */
const leastCompared = 8;

/** How long the work takes in one thread, one task after the other. */
export function serialTime({ demand }: Question): Interval {
  const [low, likely, high] = corners.map((corner) => serialNs(sharedWorkloadOf(demand, corner)));
  return { low: low as number, likely: likely as number, high: high as number };
}
