import { simulate } from "../../simulation/simulate.js";
import type { GroupDelays, Timeline } from "../../simulation/timeline.js";
import { type Step, serialNs, type Workload } from "../../simulation/workload.js";
import { machineOf } from "../calibration/calibration.js";
import { type Demand, likelyNs, workloadOf } from "../tasks/demand.js";
import type { Prediction, Strategy } from "./prediction.js";
import type { EstimateSettings } from "./site.js";
import { duration } from "./text.js";
import { waysToRun } from "./ways.js";

/** How long threads that wait for I/O are kept from going on, in one way of running the work beside them. */
export interface StrategyDelays extends GroupDelays {
  readonly strategy: Strategy;
  /** The name of the target that it runs on. */
  readonly runtime: string;
}

/** The name of the thread that is put beside a site's work to see how it fares. */
export const besideIt = "I/O thread beside it";

/**
 * What an I/O thread of the program would feel of the site's work, in each way that can be used: one that waits for 10 ms and computes for
 * 0.05 ms, again and again, while workers do what the site's tasks do, without end.
 */
export function delaysBeside({ strategies, course }: Prediction, demand: Demand, settings: EstimateSettings): readonly StrategyDelays[] {
  const ways = waysToRun(settings.target, settings.calibrations);
  return strategies.flatMap(({ strategy, runtime, applicable }): StrategyDelays[] => {
    const way = ways.find((each) => each.strategy === strategy);
    // A service is beside others whether or not anything is gained by it.
    const isThere = applicable || (course === "until stopped" && way?.memory === "shared" && way.refusedBecause === "");
    if (!isThere || !way || strategy === "asyncio" || (course === "until stopped" && likelyNs(demand) === 0)) return [];
    const workload = besideWork(demand, way.memory);
    const options = { maximumEvents: mostEvents };
    const { delays } = simulate(workload, way.runtime("likely"), machineOf(settings), 1, options);
    return delays.filter(({ threads }) => threads === besideIt).map((each) => ({ ...each, strategy, runtime }));
  });
}

/** Of each group of a workload that waits. */
export function delaysIn({ delays }: Timeline, strategy: Strategy, runtime: string): readonly StrategyDelays[] {
  return delays.map((each) => ({ ...each, strategy, runtime }));
}

/** Below this, timers and wake-ups of the operating system blur everything, ns. */
const leastTold = 50_000;

/** A delay for people. */
export function delayText(ns: number): string {
  return ns < leastTold ? `< ${duration(leastTold)}` : duration(ns);
}

const rounds = 200;
const workNs = 6_000_000_000;
const mostEvents = 200_000;

function besideWork(demand: Demand, memory: "shared" | "copied"): Workload {
  const { pools, threads } = workloadOf({ ...demand, width: "pool" }, "likely", memory);
  const pool = pools?.[0];
  const tasks = pool?.tasks[0] ?? threads?.[0];
  const steps: readonly Step[] = tasks?.steps ?? [];
  const once = Math.max(1, serialNs({ threads: [{ count: 1, steps }] }));
  const workers = Math.max(1, Math.min(pool?.workers ?? 1, tasks?.count ?? 1));
  const beside: Step = { repeat: rounds, steps: [{ waitNs: 10_000_000 }, { compute: { interpreterNs: 50_000 } }] };
  return {
    threads: [
      { name: "worker", count: workers, steps: [{ repeat: Math.ceil(workNs / once), steps }] },
      { name: besideIt, count: 1, steps: [beside] },
    ],
  };
}
