import { add, exactly, type Interval, interval, multiply } from "../base/interval.js";
import { atLeast, hasGil, knownTargets, type Target, targetName, targetTitle } from "../base/target.js";
import { defaultPoolSize } from "../knowledge/evaluate.js";
import type { Program } from "../program/link/link.js";
import { loopsAround } from "../program/link/loops.js";
import type { Spawn, SpawnTarget } from "../program/link/spawns.js";
import type { HandOverCosts } from "../simulation/costs.js";
import { type Machine, machine } from "../simulation/machine.js";
import type { Runtime } from "../simulation/runtime.js";
import { asyncio } from "../simulation/runtimes/asyncio.js";
import { freeThreaded } from "../simulation/runtimes/free-threaded.js";
import { gil } from "../simulation/runtimes/gil.js";
import { processes } from "../simulation/runtimes/processes.js";
import { subinterpreters } from "../simulation/runtimes/subinterpreters.js";
import { simulate } from "../simulation/simulate.js";
import { type Step, serialNs, type Workload } from "../simulation/workload.js";
import { type Amount, combine } from "./amount.js";
import { type Activation, type Argument, bareActivation } from "./evaluate.js";
import { costsFor } from "./operation-costs.js";
import { pinsOf } from "./pins.js";
import type { Assumption, Prediction, SiteKind, Strategy, StrategyPrediction } from "./prediction.js";
import { CostModel, type TaskWork, unknownCallNs } from "./work.js";

/** A place that starts concurrent work: what the work is, and what each strategy would make of it. */
export interface SiteEstimate {
  readonly spawn: Spawn;
  readonly work: TaskWork;
  readonly prediction: Prediction;
  /** Whether the number of workers was read from the code or follows from a documented default. */
  readonly workersKnown: "known" | "assumed";
  /** The task length in nanoseconds above which worker processes beat one thread by a tenth; absent if they always or never do. */
  readonly processesPayAboveNs: number | undefined;
}

/** What estimates depend on beside the program. */
export interface EstimateSettings {
  readonly target: Target;
  readonly cores: number;
}

interface Simulated {
  readonly strategies: readonly StrategyPrediction[];
  readonly processesPayAboveNs: number | undefined;
}

/**
 * What was simulated before, by everything that the outcome depends on: after an edit, most sites ask for what they asked for before it.
 * Bounded; the oldest entries go first.
 */
export class SimulationMemory {
  private readonly outcomes = new Map<string, Simulated>();

  recall(key: string, simulateIt: () => Simulated): Simulated {
    const known = this.outcomes.get(key);
    if (known) return known;
    const outcome = simulateIt();
    if (this.outcomes.size >= mostOutcomes) this.outcomes.delete(this.outcomes.keys().next().value as string);
    this.outcomes.set(key, outcome);
    return outcome;
  }
}

const mostOutcomes = 2_000;

/** Estimates every place of the program that starts threads, processes or interpreters. */
export function estimateSites(program: Program, settings: EstimateSettings, memory: SimulationMemory): readonly SiteEstimate[] {
  const model = new CostModel(program.resolver, settings.target);
  const sites: SiteEstimate[] = [];
  for (const spawn of program.spawns) {
    if (spawn.worker !== "thread" && spawn.worker !== "process" && spawn.worker !== "interpreter") continue;
    const { memory: answers, derived } = program.resolver.memoryOf(spawn.in.file);
    const known = answers.recall<object | string, SiteEstimate>(derived, spawn);
    const estimate = (): SiteEstimate => estimateSite(spawn, program, model, settings, memory);
    sites.push(known ?? answers.find<object | string, SiteEstimate>(derived, spawn, undefined, Object.is, estimate));
  }
  return sites;
}

function estimateSite(
  spawn: Spawn,
  program: Program,
  model: CostModel,
  settings: EstimateSettings,
  memory: SimulationMemory,
): SiteEstimate {
  const [target] = spawn.targets;
  const external = spawn.externalTargets[0] ?? "";
  const work = target ? model.workOf(activationOf(target)) : model.workOfExternal(external, spawn.call, spawn.in);
  const task = target ? target.function.facts.name : (external.split(".").pop() ?? external);
  const assumptions: Assumption[] = [...work.assumptions];
  const tasks = taskCount(spawn, program, model, assumptions);
  const workers = workerCount(spawn, tasks, model, settings, assumptions);
  const demand: Demand = {
    interpreterNs: work.interpreterNs,
    heldNs: work.heldNs,
    nativeNs: work.nativeNs,
    waitNs: work.waitNs,
    locked: work.locked,
    tasks,
    workers,
    argumentBytes: target ? argumentBytes(target, program, model) : 0,
    width: spawn.width === "pool" ? "pool" : "threads",
  };
  const key = `${targetName(settings.target)} ${settings.cores} ${JSON.stringify(demand)}`;
  const simulated = memory.recall(key, () => {
    const predicted = predictStrategies(demand, settings);
    return { strategies: predicted, processesPayAboveNs: crossover(demand, predicted, settings) };
  });
  const { origin } = costsFor(settings.target);
  assumptions.push({
    what: "cost of each operation",
    value: origin.kind === "measured" ? `the table measured on ${targetTitle(settings.target)}` : origin.note,
    from: origin.kind === "measured" ? "measured" : "default",
  });
  const isUnknown = isMostlyUnknown(work);
  const strategies = isUnknown ? simulated.strategies.map((each) => withoutNumbers(each, work)) : simulated.strategies;
  const processesPayAboveNs = isUnknown ? undefined : simulated.processesPayAboveNs;
  const prediction: Prediction = {
    path: spawn.in.file.path,
    range: { start: spawn.call.start, end: spawn.call.end },
    kind: siteKind(spawn),
    task,
    workers,
    tasks,
    work: { interpreterNs: add(work.interpreterNs, work.heldNs), nativeNs: work.nativeNs, waitNs: work.waitNs },
    strategies,
    recommended: recommend(strategies, spawn),
    assumptions,
  };
  const workersKnown = spawn.width === "pool" || tasks.low === tasks.high ? "known" : "assumed";
  return { spawn, work, prediction, workersKnown, processesPayAboveNs };
}

/** Whether calls of which nothing is known can outweigh everything that is. */
export function isMostlyUnknown(work: TaskWork): boolean {
  const known = work.interpreterNs.likely + work.heldNs.likely + work.nativeNs.likely + work.waitNs.likely;
  return work.unknownCalls * unknownCallNs > known;
}

/** Of work that is mostly unknown, any number would be a guess. */
function withoutNumbers(each: StrategyPrediction, work: TaskWork): StrategyPrediction {
  const calls = Math.max(1, Math.round(work.unknownCalls));
  const reason = `depends on ${calls === 1 ? "a call" : `${calls} calls`} of which nothing is known`;
  return { ...each, applicable: false, reason: each.applicable ? reason : each.reason };
}

function siteKind(spawn: Spawn): SiteKind {
  if (spawn.worker === "process") return "process-pool";
  if (spawn.worker === "interpreter") return "interpreter-pool";
  return spawn.width === "pool" ? "thread-pool" : "threads";
}

/** The first activation of a spawned function, with the arguments that the spawn hands over. */
function activationOf(target: SpawnTarget): Activation {
  const given = new Map<string, Argument>();
  for (const [name, argument] of target.arguments)
    given.set(name, { value: argument.value, in: bareActivation(argument.in), how: argument.how });
  return { function: target.function, arguments: given, caller: undefined };
}

/** Pickled bytes of one task's arguments: about ten for each element of a container, one for each of text or bytes. */
function argumentBytes(target: SpawnTarget, program: Program, model: CostModel): number {
  let bytes = 0;
  for (const argument of target.arguments.values()) {
    const at = bareActivation(argument.in);
    const length =
      argument.how === "element" ? model.evaluator.elementLength(argument.value, at) : model.evaluator.length(argument.value, at);
    const entities =
      argument.how === "element"
        ? program.resolver.elements(argument.value, argument.in)
        : program.resolver.resolve(argument.value, argument.in);
    const isText = entities.some((entity) => entity.kind === "object" && /^builtins\.(bytes|bytearray|str)$/.test(entity.type));
    bytes += 8 + (length?.likely ?? 0) * (isText ? 1 : bytesPerElement);
  }
  return bytes;
}

/** A pickled small integer takes 2 to 5 bytes, a float 9, a short string 10 to 20 (pickle protocol 4). */
const bytesPerElement = 10;

function taskCount(spawn: Spawn, program: Program, model: CostModel, assumptions: Assumption[]): Interval {
  const pinned = pinsOf(spawn.in.file).iterations.get(spawn.call);
  if (pinned !== undefined && pinned >= 1) {
    assumptions.unshift({ what: "number of tasks", value: String(pinned), from: "annotation" });
    return exactly(pinned);
  }
  const at = bareActivation(spawn.in);
  let count: Amount;
  if (spawn.items.length > 0) {
    for (const item of spawn.items) {
      const length = model.evaluator.length(item, at);
      if (length) count = count ? combine(count, length, Math.min) : length;
    }
  } else {
    const loops = loopsAround(spawn.in, spawn.call);
    count = exactly(1);
    for (const loop of loops) {
      const { count: trips, known } = model.evaluator.trips(loop, at);
      count = known === "known" ? multiply(count as Interval, trips) : undefined;
      if (!count) break;
    }
    if (count && loops.length === 0) {
      const siblings = program.spawns.filter(
        (other) => other.in === spawn.in && other.worker === spawn.worker && other.instances === "one",
      ).length;
      count = spawn.instances === "one" ? exactly(Math.max(1, siblings)) : undefined;
    }
  }
  if (count && count.likely >= 1) return count;
  const assumed = spawn.width === "pool" ? interval(2, 100, 1_000) : interval(2, 4, 64);
  assumptions.push({
    what: spawn.width === "pool" ? "number of tasks" : "number of threads",
    value: `${assumed.low} to ${assumed.high}, likely ${assumed.likely}`,
    from: "default",
  });
  return assumed;
}

function workerCount(spawn: Spawn, tasks: Interval, model: CostModel, settings: EstimateSettings, assumptions: Assumption[]): number {
  if (spawn.width !== "pool") return Math.max(1, Math.round(Math.min(tasks.likely, mostThreads)));
  const { pool } = spawn;
  const given = pool?.size && model.evaluator.number(pool.size.value, bareActivation(pool.size.in));
  if (given && given.likely >= 1) return Math.round(given.likely);
  const size = defaultPoolSize(pool?.defaultSize ?? [], { target: settings.target }, settings.cores);
  const workers = size ?? settings.cores;
  assumptions.push({
    what: "number of workers",
    value: `${workers}${size === undefined ? "" : " (the default)"}`,
    from: size === undefined ? "default" : "knowledge",
  });
  return workers;
}

/** More threads than that are simulated as that many. */
const mostThreads = 256;

/** All that the outcome of a simulation depends on, beside target and cores. */
interface Demand extends Pick<TaskWork, "interpreterNs" | "heldNs" | "nativeNs" | "waitNs" | "locked"> {
  readonly tasks: Interval;
  readonly workers: number;
  readonly argumentBytes: number;
  readonly width: "pool" | "threads";
}

type Corner = "low" | "likely" | "high";
const corners: readonly Corner[] = ["low", "likely", "high"];

function predictStrategies(demand: Demand, settings: EstimateSettings): readonly StrategyPrediction[] {
  const { target, cores } = settings;
  const on = machine(cores);
  const name = targetName(target);
  const { workers } = demand;
  const serial = corners.map((corner) => serialNs(workloadOf(demand, corner, "shared")));
  const serialMakespan = interval(serial[0] as number, serial[1] as number, serial[2] as number);
  const result: StrategyPrediction[] = [
    { strategy: "serial", runtime: name, cores, workers: 1, applicable: true, reason: "", makespanNs: serialMakespan, speedup: exactly(1) },
  ];
  const costs = costsFor(target).handOver;
  const predicted = (
    strategy: Strategy,
    runtimeName: string,
    runtime: (costs: HandOverCosts) => Runtime,
    memory: "shared" | "copied",
  ): void => {
    const runtimes = { low: runtime(costs.low), likely: runtime(costs.likely), high: runtime(costs.high) };
    result.push({ strategy, runtime: runtimeName, cores, workers, applicable: true, reason: "", ...outcome(demand, runtimes, on, memory) });
  };
  const refused = (strategy: Strategy, runtimeName: string, reason: string): void => {
    const nothing = { makespanNs: exactly(0), speedup: exactly(0) };
    result.push({ strategy, runtime: runtimeName, cores, workers, applicable: false, reason, ...nothing });
  };
  const parallel = freeThreadedTarget(target);
  predicted("threads", name, (each) => (hasGil(target) ? gil(target, each) : freeThreaded(target, each)), "shared");
  if (target.implementation === "jython" || target.implementation === "ironpython") {
    refused("processes", name, `${targetTitle(target)} has no multiprocessing`);
  } else predicted("processes", name, (each) => processes(target, each), "copied");
  if (target.implementation === "cpython" && atLeast(target, 3, 14))
    predicted("subinterpreters", name, (each) => subinterpreters(target, each), "copied");
  else refused("subinterpreters", name, "`InterpreterPoolExecutor` came with CPython 3.14");
  predicted("free-threaded", targetName(parallel), (each) => freeThreaded(parallel, each), "shared");
  const busy = demand.interpreterNs.likely + demand.heldNs.likely + demand.nativeNs.likely;
  if (demand.waitNs.likely > 0 && busy <= demand.waitNs.likely / 4) predicted("asyncio", name, (each) => asyncio(target, each), "shared");
  else refused("asyncio", name, "one thread runs all tasks, and these compute more than they wait");
  return result;
}

/** The build without a GIL that a target is compared with: its own version's, or the first that is supported. */
function freeThreadedTarget(target: Target): Target {
  const own = knownTargets.find((each) => each.freeThreaded && each.minor === target.minor && target.implementation === "cpython");
  return own ?? { implementation: "cpython", major: 3, minor: 14, freeThreaded: true };
}

/**
 * What is added to both ends of a speedup's range for what the simulator leaves out: cores that other programs use, caches, clock speed. A
 * judgement, not a measured coverage: `test/simulation/validation` holds the recorded runs that it is checked against.
 */
const modelError = 0.12;

function outcome(
  demand: Demand,
  runtimes: Readonly<Record<Corner, Runtime>>,
  on: Machine,
  memory: "shared" | "copied",
): { makespanNs: Interval; speedup: Interval } {
  const runs = corners.map((corner) => {
    const { workload, factor } = scaled(workloadOf(demand, corner, memory));
    // The least work is least worth its hand-over, so cheap work meets dear hand-overs, and the other way round.
    const runtime = runtimes[corner === "low" ? "high" : corner === "high" ? "low" : "likely"];
    const makespan = Math.max(1, simulate(workload, runtime, on, 1).makespanNs);
    return { makespan: makespan * factor, speedup: serialNs(workload) / makespan };
  });
  const likely = runs[1]?.speedup ?? 1;
  const speedups = runs.map((run) => run.speedup);
  const makespans = runs.map((run) => run.makespan);
  return {
    makespanNs: interval(Math.min(...makespans), makespans[1] ?? 1, Math.max(...makespans)),
    speedup: interval(Math.min(...speedups) * (1 - modelError), likely, Math.max(...speedups) * (1 + modelError)),
  };
}

/**
 * Work that takes longer than some seconds is simulated at a smaller scale: beside it, starting and handing over no longer matter, so the
 * speedup is the same and the makespan grows with it.
 */
function scaled(workload: Workload): { readonly workload: Workload; readonly factor: number } {
  const factor = serialNs(workload) / longestNs;
  if (factor <= 1) return { workload, factor: 1 };
  const steps = (list: readonly Step[]): readonly Step[] =>
    list.map((step): Step => {
      if ("compute" in step) {
        const { interpreterNs = 0, heldNs = 0, nativeNs = 0 } = step.compute;
        return { compute: { interpreterNs: shrunk(interpreterNs), heldNs: shrunk(heldNs), nativeNs: shrunk(nativeNs) } };
      }
      if ("waitNs" in step) return { waitNs: shrunk(step.waitNs) };
      return "repeat" in step ? { ...step, steps: steps(step.steps) } : step;
    });
  const shrunk = (ns: number): number => Math.round(ns / factor);
  const group = <Group extends { readonly steps: readonly Step[] }>(each: Group): Group => ({ ...each, steps: steps(each.steps) });
  const scaledDown: Workload = {
    ...(workload.threads ? { threads: workload.threads.map(group) } : {}),
    ...(workload.pools ? { pools: workload.pools.map((pool) => ({ ...pool, tasks: pool.tasks.map(group) })) } : {}),
  };
  return { workload: scaledDown, factor };
}

const longestNs = 8_000_000_000;

function workloadOf(demand: Demand, corner: Corner, memory: "shared" | "copied"): Workload {
  const { tasks, workers, width } = demand;
  const count = Math.max(1, Math.min(mostTasks, Math.round(tasks[corner])));
  const steps = stepsOf(demand, corner, memory);
  if (width === "pool" || memory === "copied") {
    const size = width === "pool" ? workers : count;
    return {
      pools: [{ workers: Math.max(1, Math.min(size, mostThreads)), tasks: [{ count, steps, argumentBytes: demand.argumentBytes }] }],
    };
  }
  return { threads: [{ count: Math.min(count, mostThreads), steps }] };
}

const mostTasks = 1_000_000;

/** One run of a task, its kinds of time in a few rounds, so that waiting and computing take turns as they do in the code. */
function stepsOf(work: Demand, corner: Corner, memory: "shared" | "copied"): readonly Step[] {
  const once = {
    interpreterNs: work.interpreterNs[corner],
    heldNs: work.heldNs[corner],
    nativeNs: work.nativeNs[corner],
    waitNs: work.waitNs[corner],
  };
  const kinds = [once.interpreterNs + once.heldNs, once.nativeNs, once.waitNs].filter((ns) => ns > 50_000).length;
  const locks = memory === "shared" ? work.locked.entries : 0;
  const rounds = locks > 0 ? Math.max(1, Math.min(mostRounds, Math.round(locks))) : kinds > 1 ? 4 : 1;
  const part = (ns: number): number => Math.round(ns / rounds);
  const steps: Step[] = [];
  if (once.waitNs > 0) steps.push({ waitNs: part(once.waitNs) });
  const locked = locks > 0 ? Math.min(once.interpreterNs, work.locked.interpreterNs[corner]) : 0;
  if (locked > 0) {
    steps.push({ acquire: "lock" }, { compute: { interpreterNs: part(locked) } }, { release: "lock" });
  }
  const compute = { interpreterNs: part(once.interpreterNs - locked), heldNs: part(once.heldNs), nativeNs: part(once.nativeNs) };
  if (compute.interpreterNs + compute.heldNs + compute.nativeNs > 0) steps.push({ compute });
  return rounds === 1 ? steps : [{ repeat: rounds, steps }];
}

const mostRounds = 40;

/** The best strategy; one that needs no change wins unless another is a tenth better, and serial unless something gains a tenth. */
function recommend(strategies: readonly StrategyPrediction[], spawn: Spawn): Strategy {
  const current: Strategy = spawn.worker === "process" ? "processes" : spawn.worker === "interpreter" ? "subinterpreters" : "threads";
  let best: StrategyPrediction | undefined;
  for (const each of strategies) {
    // Another build of the interpreter is not a change of the program.
    if (!each.applicable || each.strategy === "asyncio") continue;
    if (each.strategy === "free-threaded" && strategies[0]?.runtime !== each.runtime) continue;
    const margin = each.strategy === current || each.strategy === "serial" ? 1 : 1.1;
    if (!best || each.speedup.likely > best.speedup.likely * (best.strategy === "serial" ? 1.1 : margin)) best = each;
  }
  const strategy = best?.strategy ?? current;
  // In a build without a GIL, threads and free threading are the same thing.
  return strategy === "threads" && strategies[0]?.runtime.endsWith("t") ? "free-threaded" : strategy;
}

/** Finds the task length at which processes begin to pay, where the code leaves open on which side it lies. */
function crossover(demand: Demand, strategies: readonly StrategyPrediction[], settings: EstimateSettings): number | undefined {
  const byProcess = strategies.find((each) => each.strategy === "processes");
  if (!byProcess?.applicable || byProcess.speedup.low >= 1.1 || byProcess.speedup.high < 1.2) return undefined;
  const runtime = processes(settings.target, costsFor(settings.target).handOver.likely);
  const on = machine(settings.cores);
  const speedupAt = (ns: number): number => {
    const count = Math.max(1, Math.min(200, Math.round(demand.tasks.likely)));
    const workload: Workload = {
      pools: [{ workers: Math.min(demand.workers, 64), tasks: [{ count, steps: [{ compute: { interpreterNs: ns } }] }] }],
    };
    return serialNs(workload) / simulate(workload, runtime, on, 1).makespanNs;
  };
  let low = 1_000;
  let high = 1_000_000_000;
  if (speedupAt(high) < 1.1) return undefined;
  for (let i = 0; i < 12; i++) {
    const middle = Math.round(Math.sqrt(low * high));
    if (speedupAt(middle) < 1.1) low = middle;
    else high = middle;
  }
  return high;
}
