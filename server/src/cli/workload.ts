import { exactly, type Interval, interval } from "../base/interval.js";
import { absolutePath, fileName } from "../base/path.js";
import { hasGil, type Target, targetName } from "../base/target.js";
import { type Calibration, machineOf } from "../estimate/calibration/calibration.js";
import { costsFor } from "../estimate/costs/operation-costs.js";
import { bottleneckOf } from "../estimate/prediction/bottleneck.js";
import { nearlyAsFast } from "../estimate/prediction/confidence.js";
import { delaysIn } from "../estimate/prediction/delays.js";
import type { Prediction, Strategy, StrategyPrediction } from "../estimate/prediction/prediction.js";
import { type ScalingCurve, type SiteSimulation, workerCounts } from "../estimate/prediction/scaling.js";
import { widened } from "../estimate/prediction/strategies.js";
import { type Way, waysToRun } from "../estimate/prediction/ways.js";

import type { Machine } from "../simulation/machine.js";
import { mostSpeedup } from "../simulation/shortest.js";
import { simulate } from "../simulation/simulate.js";
import type { Timeline } from "../simulation/timeline.js";
import { demandOf, serialNs, type Workload, withoutLocks } from "../simulation/workload.js";
import { parseWorkload } from "../simulation/workload-file.js";
import { calibrationsFor } from "./costs.js";
import { type Environment, type ExitCode, UsageError } from "./environment.js";
import { printJson, simulateJson } from "./formats/json.js";
import { reportSources } from "./formats/report.js";
import { scalingSvg } from "./formats/svg.js";
import { simulateText, siteTitle } from "./formats/text.js";
import { type NamedTimeline, traceEvents } from "./formats/trace.js";
import { readJson } from "./json-file.js";
import { shownPath } from "./load.js";
import type { SimulateFormat } from "./simulate.js";
import { targetsOf } from "./targets.js";

/** What `gilscope simulate --workload` was asked for. */
export interface WorkloadOptions {
  readonly format: SimulateFormat;
  readonly workload: string;
  readonly target?: readonly Target[];
  readonly cores?: number;
  readonly workers?: number;
  readonly seed?: number;
  readonly costs?: string;
}

/** Predicts how each way of running the workload of a file would go. */
export async function simulateWorkload(options: WorkloadOptions, environment: Environment): Promise<ExitCode> {
  const path = absolutePath(environment.workingFolder, options.workload);
  const workload = withWorkers(await readWorkload(path, options.workload, environment), options.workers);
  const targets = await targetsOf(options.target, environment);
  const calibrations = await calibrationsFor(options.costs, targets, environment);
  const cores = options.cores ?? environment.host.cores();
  const seed = options.seed ?? 1;
  if (options.format === "trace") {
    const ways = distinctWays(targets[0], calibrations).filter((way) => way.refusedBecause === "");
    const timelines = ways.map(({ strategy, runtime }): NamedTimeline => {
      const built = runtime("likely");
      const timeline = simulate(workload, built, machineOf({ cores, calibrations }), seed, { recording: "slices" });
      return { name: `${strategy} · ${built.name}`, timeline };
    });
    environment.output.write(printJson(traceEvents(timelines)));
    return 0;
  }
  const simulations = targets.map((target) => simulateTarget(path, workload, target, calibrations, cores, seed));
  const sources = reportSources(
    (each) => shownPath(each, environment),
    () => "",
  );
  const { output } = environment;
  switch (options.format) {
    case "json":
      output.write(printJson(simulateJson(simulations, [], sources)));
      return 0;
    case "svg":
      output.write(scalingSvg(simulations.map((simulation) => ({ title: siteTitle(simulation.prediction), cores, simulation }))));
      return 0;
    case "text":
      output.write(simulateText(simulations, sources, { style: output.style }));
      return 0;
  }
}

/** Pools of so many workers each. */
function withWorkers(workload: Workload, workers: number | undefined): Workload {
  if (workers === undefined) return workload;
  if (!workload.pools?.length) throw new UsageError("--workers needs a workload with a pool; threads are as many as the file says");
  return { ...workload, pools: workload.pools.map((pool) => ({ ...pool, workers })) };
}

/** How pools scale is asked by simulating them with other numbers of workers; threads of a file are as many as they are. */
function simulateTarget(
  path: string,
  workload: Workload,
  target: Target,
  calibrations: readonly Calibration[],
  cores: number,
  seed: number,
): SiteSimulation {
  const prediction = predict(path, workload, target, calibrations, cores, seed);
  const delays = distinctWays(target, calibrations).flatMap((way) => {
    if (!prediction.strategies.some(({ strategy, applicable }) => applicable && strategy === way.strategy)) return [];
    const seen = way.memory === "copied" ? withoutLocks(workload) : workload;
    return delaysIn(simulate(seen, way.runtime("likely"), machineOf({ cores, calibrations }), seed), way.strategy, targetName(way.target));
  });
  if (!workload.pools?.length) return { prediction, scaling: [], processesPayAboveNs: undefined, delays };
  const serial = serialNs(workload);
  const ways = distinctWays(target, calibrations).filter(({ strategy }) => strategy !== "asyncio");
  const scaling = ways.flatMap((way): ScalingCurve[] => {
    if (!prediction.strategies.some(({ strategy, applicable }) => applicable && strategy === way.strategy)) return [];
    const points = workerCounts(Math.max(prediction.workers, cores)).map((workers) => {
      const { speedup } = predictWay(way, withWorkers(workload, workers), serial, workers, machineOf({ cores, calibrations }), seed);
      return { workers, speedup };
    });
    return [{ strategy: way.strategy, runtime: targetName(way.target), points }];
  });
  return { prediction, scaling, processesPayAboveNs: undefined, delays };
}

async function readWorkload(path: string, typed: string, environment: Environment): Promise<Workload> {
  const bytes = await environment.readGivenFile(path).catch((error: unknown) => {
    throw new UsageError(`${typed} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  });
  const json = readJson(bytes);
  if ("problem" in json) throw new UsageError(`${typed} ${json.problem}`);
  const workload = parseWorkload(json.value);
  if ("problems" in workload) throw new UsageError(`${typed}: ${workload.problems.join("; ")}`);
  return workload;
}

/** Without a GIL, threads are the free-threaded way: a run of it says all. */
function distinctWays(target: Target, calibrations: readonly Calibration[]): readonly Way[] {
  return waysToRun(target, calibrations).filter(({ strategy }) => hasGil(target) || strategy !== "free-threaded");
}

function predict(
  path: string,
  workload: Workload,
  target: Target,
  calibrations: readonly Calibration[],
  cores: number,
  seed: number,
): Prediction {
  const serial = serialNs(workload);
  const groups = [...(workload.threads ?? []), ...(workload.pools ?? []).flatMap((pool) => pool.tasks)];
  const demands = groups.map(({ steps }) => demandOf(steps));
  const poolWorkers = (workload.pools ?? []).reduce((sum, pool) => sum + pool.workers, 0);
  const workers = poolWorkers + (workload.threads ?? []).reduce((sum, { count }) => sum + count, 0);
  const runtime = targetName(target);
  const { origin } = costsFor(target, calibrations);
  const strategies: StrategyPrediction[] = [
    {
      strategy: "serial",
      runtime,
      cores,
      workers: 1,
      applicable: true,
      reason: "",
      makespanNs: exactly(serial),
      speedup: exactly(1),
      bottleneck: "",
    },
    ...distinctWays(target, calibrations).map((way) =>
      predictWay(way, workload, serial, workers, machineOf({ cores, calibrations }), seed),
    ),
  ];
  // As with predictions from source, whoever asks for either finds it.
  const threads = strategies.find(({ strategy }) => strategy === "threads");
  if (threads && !hasGil(target)) strategies.push({ ...threads, strategy: "free-threaded" });
  const fastest = best(strategies);
  const likeliest = fastest === "threads" && !hasGil(target) ? "free-threaded" : fastest;
  return {
    path,
    range: { start: 0, end: 0 },
    kind: poolWorkers > 0 ? "thread-pool" : "threads",
    task: fileName(path),
    workers,
    workersKnown: "known",
    course: "together",
    tasks: exactly(groups.reduce((sum, { count }) => sum + count, 0)),
    work: {
      interpreterNs: spread(demands.map(({ interpreterNs, heldNs }) => interpreterNs + heldNs)),
      nativeNs: spread(demands.map(({ nativeNs }) => nativeNs)),
      waitNs: spread(demands.map(({ waitNs }) => waitNs)),
    },
    strategies,
    basis: "code",
    likeliest,
    confidence: confidenceAmong(strategies, likeliest),
    recommended: likeliest,
    assumptions: [
      { what: "starting workers and handing over tasks", value: origin.note, from: origin.kind === "guessed" ? "default" : "measured" },
    ],
  };
}

/** In which share of cheap, likely and dear hand-overs a way is nearly the best: all that a workload leaves open. */
function confidenceAmong(strategies: readonly StrategyPrediction[], chosen: Strategy): number {
  const costs = ["low", "likely", "high"] as const;
  const usable = strategies.filter(({ applicable }) => applicable);
  const own = usable.find(({ strategy }) => strategy === chosen);
  const good = costs.filter((each) => (own?.speedup[each] ?? 0) * nearlyAsFast >= Math.max(...usable.map(({ speedup }) => speedup[each])));
  return good.length / costs.length;
}

function predictWay(way: Way, workload: Workload, serial: number, workers: number, on: Machine, seed: number): StrategyPrediction {
  const described = { strategy: way.strategy, runtime: targetName(way.target), cores: on.cores, workers };
  const nothing = { applicable: false, makespanNs: exactly(0), speedup: exactly(0), bottleneck: "" };
  if (way.refusedBecause !== "") return { ...described, ...nothing, reason: way.refusedBecause };
  const seen = way.memory === "copied" ? withoutLocks(workload) : workload;
  const timelines = (["low", "likely", "high"] as const).map((costs) => simulate(seen, way.runtime(costs), on, seed));
  const stuck = timelines.map(deadlockOf).find((reason) => reason !== undefined);
  if (stuck !== undefined) return { ...described, ...nothing, reason: stuck };
  const isCut = timelines.some(({ outcome }) => outcome.kind === "truncated");
  const makespanNs = spread(timelines.map((timeline) => Math.max(1, timeline.makespanNs)));
  return {
    ...described,
    applicable: true,
    reason: isCut ? "at least: too long to be simulated to its end" : "",
    makespanNs,
    speedup: widened(
      { low: serial / makespanNs.high, likely: serial / makespanNs.likely, high: serial / makespanNs.low },
      mostSpeedup(seen, way.runtime("likely"), on),
    ),
    bottleneck: bottleneckOf({ timeline: timelines[1] as Timeline, runtime: way.runtime("likely") }, on),
  };
}

function deadlockOf({ outcome }: Timeline): string | undefined {
  if (outcome.kind !== "deadlock") return undefined;
  // Who waits for a lock is to blame; others may only wait for who does.
  const first = outcome.blocked.find(({ heldBy }) => heldBy !== undefined) ?? outcome.blocked[0];
  if (!first) return "deadlock";
  const holder = first.heldBy === undefined ? "" : `, which ${first.heldBy === first.thread ? "it" : first.heldBy} holds`;
  return `deadlock: ${first.thread} waits for ${first.waitsFor}${holder}`;
}

/** The least, the middle and the greatest of some values. */
function spread(values: readonly number[]): Interval {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? 0;
  return interval(at(0), at(Math.floor((sorted.length - 1) / 2)), at(sorted.length - 1));
}

/** What is fastest without changing the interpreter; a tenth less time is what counts as faster. */
function best(strategies: readonly StrategyPrediction[]): Strategy {
  const usable = strategies.filter(({ applicable, runtime }) => applicable && runtime === strategies[0]?.runtime);
  const worthIt = 0.9;
  return usable.reduce((chosen, each) => (each.makespanNs.likely < chosen.makespanNs.likely * worthIt ? each : chosen)).strategy;
}
