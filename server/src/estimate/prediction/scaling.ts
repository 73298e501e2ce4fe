import type { Interval } from "../../base/interval.js";
import type { Timeline } from "../../simulation/timeline.js";
import { machineOf } from "../calibration/calibration.js";
import type { Demand } from "../tasks/demand.js";
import { delaysBeside, type StrategyDelays } from "./delays.js";
import type { Prediction, Strategy } from "./prediction.js";
import type { EstimateSettings, SiteEstimate } from "./site.js";
import { processesPayAbove, simulateCorner, speedupOf } from "./strategies.js";
import { waysToRun } from "./ways.js";

/** A prediction with what only who asks for it wants to know. */
export interface SiteSimulation {
  readonly prediction: Prediction;
  /** How each way that can be used scales with the number of workers; empty where nothing can be said. */
  readonly scaling: readonly ScalingCurve[];
  /** From this length of a task on, in nanoseconds, worker processes beat one thread by a tenth; undefined if they never do. */
  readonly processesPayAboveNs: number | undefined;
  /** How long I/O threads are kept from going on beside the work; of a workload file, its own threads that wait. */
  readonly delays: readonly StrategyDelays[];
}

/** Speedups against one after the other, by the number of workers, rising. */
export interface ScalingCurve {
  readonly strategy: Strategy;
  /** The name of the target that it runs on. */
  readonly runtime: string;
  readonly points: readonly { readonly workers: number; readonly speedup: Interval }[];
}

/** One simulated run of a site. */
export interface SiteRun {
  readonly strategy: Strategy;
  /** For people: `CPython 3.13, threads`. */
  readonly runtime: string;
  readonly timeline: Timeline;
}

/** How each site scales, and when processes pay. Sites with the same work, such as many starts of one function, are simulated once. */
export function simulateSites(sites: readonly SiteEstimate[], settings: EstimateSettings): readonly SiteSimulation[] {
  const known = new Map<string, Omit<SiteSimulation, "prediction">>();
  return sites.map((site) => {
    const { prediction, demand } = site;
    const key = `${prediction.workers} ${prediction.course} ${JSON.stringify(demand)}`;
    const simulation = known.get(key) ?? simulateSite(site, settings);
    known.set(key, simulation);
    return { prediction, ...simulation };
  });
}

function simulateSite({ prediction, demand }: SiteEstimate, settings: EstimateSettings): Omit<SiteSimulation, "prediction"> {
  // Of calls of which nothing is known, lengths and curves say nothing: they may as well wait as compute.
  if (prediction.basis === "unknown calls") return { scaling: [], processesPayAboveNs: undefined, delays: [] };
  const isSpread = prediction.course === "together";
  const usable = prediction.strategies.filter(
    ({ strategy, applicable }) => isSpread && applicable && strategy !== "serial" && strategy !== "asyncio",
  );
  const ways = waysToRun(settings.target, settings.calibrations);
  const scaling = usable.flatMap(({ strategy, runtime }): ScalingCurve[] => {
    const way = ways.find((each) => each.strategy === strategy);
    if (!way) return [];
    const points = workerCounts(Math.max(prediction.workers, settings.cores)).map((workers) => {
      // So many threads share the tasks out, however the program starts them.
      const shared: Demand = { ...demand, width: "pool", workers };
      return { workers, speedup: speedupOf(shared, way, settings) };
    });
    return [{ strategy, runtime, points }];
  });
  const hasProcesses = !demand.eventLoop && usable.some(({ strategy }) => strategy === "processes");
  return {
    scaling,
    processesPayAboveNs: hasProcesses ? processesPayAbove(demand, settings) : undefined,
    // What the loop's own tasks would be kept waiting by is the loop.
    delays: demand.eventLoop ? [] : delaysBeside(prediction, demand, settings),
  };
}

/** Each number of workers while they are few, then some between: about a dozen points make a curve. */
export function workerCounts(most: number): readonly number[] {
  const all = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
  const last = Math.max(1, Math.min(most, 256));
  return [...all.filter((count) => count < last), last];
}

/** A run of the site in each way that can be used, with what each thread did when. */
export function runsOf({ prediction, demand }: SiteEstimate, settings: EstimateSettings): readonly SiteRun[] {
  return waysToRun(settings.target, settings.calibrations).flatMap((way): SiteRun[] => {
    const known = prediction.strategies.find(({ strategy }) => strategy === way.strategy);
    if (!known?.applicable) return [];
    const { runtime, timeline } = simulateCorner(demand, way, "likely", machineOf(settings), "slices");
    return [{ strategy: way.strategy, runtime: runtime.name, timeline }];
  });
}
