import { exactly, type Interval, interval } from "../../base/interval.js";
import { atLeast, type Target, targetName } from "../../base/target.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import type { Machine } from "../../simulation/machine.js";
import type { Runtime } from "../../simulation/runtime.js";
import { startMethodOf } from "../../simulation/runtimes/processes.js";
import { mostSpeedup } from "../../simulation/shortest.js";
import { simulate } from "../../simulation/simulate.js";
import type { Recording } from "../../simulation/thread.js";
import type { Timeline } from "../../simulation/timeline.js";
import { serialNs, type Workload } from "../../simulation/workload.js";
import { machineOf } from "../calibration/calibration.js";
import { heldThroughBriefReleases } from "../costs/brief-releases.js";
import { pagesNs, receivedResultNs } from "../costs/memory-costs.js";
import { type Corner, corners, type Demand, isOneTask, mostThreads, scaled, workloadOf } from "../tasks/demand.js";
import { coresOf } from "../tasks/helper-threads.js";
import { lockContention } from "../tasks/lock-contention.js";
import { hasPool, loopWorkloadOf } from "../tasks/loop-workload.js";
import { bottleneckOf } from "./bottleneck.js";
import { onDemand } from "./on-demand.js";
import type { Prediction, Strategy, StrategyPrediction } from "./prediction.js";
import type { EstimateSettings } from "./site.js";
import { type Way, waysToRun } from "./ways.js";

/** What each way of running the work would give; each is simulated when its numbers are first read, and `recall` has what was simulated before. */
export function predictStrategies(
  demand: Demand,
  settings: EstimateSettings,
  basis: Prediction["basis"],
  recall: RecallOutcome,
): readonly StrategyPrediction[] {
  const { target, cores, calibrations } = settings;
  const on = machineOf(settings);
  const name = targetName(target);
  const serial = corners.map((corner) => serialNs(sharedWorkloadOf(demand, corner)) / coresOfTask(demand, target, corner, on.cores));
  const serialMakespan = interval(serial[0] as number, serial[1] as number, serial[2] as number);
  const isService = demand.course === "until stopped";
  const common = { cores, applicable: !isService, reason: isService ? serviceSays : "" };
  const nothing = { makespanNs: exactly(0), speedup: exactly(0), bottleneck: "" };
  const ways = waysToRun(target, calibrations).map((way): StrategyPrediction => {
    const described = { ...common, strategy: way.strategy, runtime: targetName(way.target), workers: demandOn(way, demand, on).workers };
    const reason = way.refusedBecause !== "" ? way.refusedBecause : refusal(way, demand, basis);
    if (reason !== "") return { ...described, applicable: false, reason, ...nothing };
    // In a build without a GIL, threads and free threading are the same.
    const isThreads = way.strategy === "threads" || (way.strategy === "free-threaded" && way.target === target);
    const simulated = (): Outcome => recall(isThreads ? "threads" : way.strategy, () => outcome(demand, way, on));
    return onDemand<typeof described, Outcome>(described, {
      makespanNs: () => simulated().makespanNs,
      speedup: () => simulated().speedup,
      // One task is as fast as it is, whatever its worker waits for; what unknown calls and programs are taken to do says nothing of what holds the work up.
      bottleneck: () => (isOneTask(demand) || basis !== "code" ? "" : simulated().bottleneck),
    });
  });
  const serially = isService ? nothing : { makespanNs: serialMakespan, speedup: exactly(1), bottleneck: "" };
  return [{ ...common, strategy: "serial", runtime: name, workers: 1, ...serially }, ...ways];
}

/** What simulations of one way of running the work say. */
export type Outcome = Pick<StrategyPrediction, "makespanNs" | "speedup" | "bottleneck">;

/** The outcome of a way, from memory if it is there. */
export type RecallOutcome = (strategy: Strategy, simulateIt: () => Outcome) => Outcome;

/** Of all ways to run a service. */
const serviceSays = "it runs until it is stopped, so there is nothing to be done sooner";

function refusal(way: Way, demand: Demand, basis: Prediction["basis"]): string {
  if (demand.course === "until stopped") return serviceSays;
  if (way.strategy === "processes" || way.strategy === "subinterpreters") return demand.immovableBecause?.[way.strategy] ?? "";
  if (way.strategy !== "asyncio" || demand.eventLoop) return "";
  if (basis !== "code") return "one thread runs all tasks, and whether these mostly wait cannot be told";
  const busy = demand.interpreterNs.likely + demand.heldNs.likely + demand.nativeNs.likely;
  const mostlyWaits = demand.waitNs.likely > 0 && busy <= demand.waitNs.likely / 4;
  return mostlyWaits ? "" : "one thread runs all tasks, and these compute more than they wait";
}

/**
 * What is added to both ends of a speedup's range for what the simulator leaves out: cores that other programs use, caches, clock speed. A
 * judgement, not a measured coverage: `test/simulation/validation` holds the recorded runs that it is checked against.
 */
const modelError = 0.16;

/** A speedup that reads as the most there can be, to one decimal: runs are measured against others that were a little slower by chance. */
const shownAlike = 0.04;

/** The range of speedups that simulations gave, with what they leave out; nothing of that makes it larger than `most`, which threads, cores and locks allow. */
export function widened({ low, likely, high }: Interval, most: number): Interval {
  return { low: low * (1 - modelError), likely, high: Math.max(high, Math.min(high * (1 + modelError), most + shownAlike)) };
}

/** One simulated run of a way of running work, at one end of all that is uncertain. */
export interface SimulatedRun {
  readonly timeline: Timeline;
  readonly runtime: Runtime;
  /** How many times as long as in the timeline the work takes. */
  readonly factor: number;
  /** Of the whole work. */
  readonly makespanNs: number;
  readonly speedup: number;
  /** What was asked for, in the numbers of this end. */
  readonly asked: Demand;
  /** That threads, cores and locks allow. */
  readonly mostSpeedup: number;
}

/** Runs the work in one way. The least work is least worth its hand-over, so cheap work meets dear hand-overs, and the other way round. */
export function simulateCorner(whole: Demand, way: Way, corner: Corner, on: Machine, recording: Recording): SimulatedRun {
  // Of threads that are started one after the other, each is like the first.
  const isOneOfMany = (whole.course === "in turn" || whole.course === "awaited") && whole.width === "threads";
  const demand = isOneOfMany ? { ...whole, tasks: exactly(1) } : demandOn(way, whole, on);
  const plain = plainRuntime(demand, way, corner);
  const threads = Math.min(demand.workers, Math.round(demand.tasks[corner]) + demand.beside.length);
  const isTurnTaking = plain.lock?.duringNative === "released" && way.memory === "shared" && way.target.implementation === "cpython";
  const asked = isTurnTaking ? heldThroughBriefReleases(demand, threads, corner) : demand;
  // One after the other, nobody waits for the lock that is given up.
  const alone = demand.eventLoop ? sharedWorkloadOf(demand, corner) : workloadOf(demand, corner, way.memory);
  const { workload, factor: scale } = scaled(asked === demand ? alone : workloadOf(asked, corner, way.memory));
  const factor = scale * (isOneOfMany ? Math.max(1, whole.tasks[corner]) : 1);
  const runtime = runtimeFor(demand, way, corner, on);
  const timeline = simulate(workload, runtime, on, 1, { recording, delays: "left-out" });
  const each = coresOfTask(demand, way.target, corner, on.cores);
  // Workers whose tasks keep several cores busy have no more of them together than there are.
  const makespan = Math.max(1, (timeline.makespanNs * Math.min(on.cores, threads)) / Math.min(on.cores, threads * each));
  const speedup = serialNs(alone) / each / scale / makespan;
  const most = mostSpeedup(workload, runtime, on);
  return { timeline, runtime, factor, makespanNs: makespan * factor, speedup, asked: demand, mostSpeedup: most };
}

/** The work as the program starts it. */
export function sharedWorkloadOf(demand: Demand, corner: Corner): Workload {
  return demand.eventLoop ? loopWorkloadOf(demand, demand.eventLoop, corner) : workloadOf(demand, corner, "shared");
}

/**
 * The same work where coroutines of an event loop are done in another way: by a thread each, or in as many worker processes or interpreters as there are
 * cores, which is what a pool of them has by default.
 */
function demandOn({ strategy, memory }: Way, demand: Demand, { cores }: Machine): Demand {
  if (!demand.eventLoop || strategy === "asyncio") return demand;
  const { eventLoop, ...plain } = demand;
  if (demand.width === "pool") return plain;
  return { ...plain, width: "pool", workers: Math.min(demand.workers, memory === "copied" ? cores : mostThreads) };
}

/** How many cores one task computes on at a time that starts threads itself. */
function coresOfTask({ ownThreads }: Demand, target: Target, corner: Corner, cores: number): number {
  return ownThreads && target.freeThreaded ? Math.min(cores, coresOf(ownThreads, corner)) : 1;
}

/** The least work is least worth what is dear about handing it over. */
const dearAt: Readonly<Record<Corner, Corner>> = { low: "high", likely: "likely", high: "low" };

function plainRuntime(demand: Demand, way: Way, corner: Corner): Runtime {
  const costs = dearAt[corner];
  return (hasPool(demand) && way.withPool?.(costs)) || way.runtime(costs);
}

/** The runtime of a way as the work meets it: what its threads share makes bytecode slower, what its memory takes makes workers' first tasks longer. */
export function runtimeFor(demand: Demand, way: Way, corner: Corner, on: Machine): Runtime {
  const plain = plainRuntime(demand, way, corner);
  const byObjects = plain.lock === undefined ? contention(demand, corner, way, on) : plain.computeFactor;
  const { start } = plain;
  return {
    ...plain,
    handOver: receiving(plain.handOver, fetchedPerResultNs(demand, way, corner)),
    computeFactor: byObjects + lockContention(demand, corner, way, on.cores),
    ...(plain.lock === undefined ? { heldFactor: byObjects } : {}),
    start: {
      ...start,
      workerNs: start.workerNs + firstTaskNs(demand, way, corner) + firstCollectionNs(demand, way, corner, start.collectNs),
      exitNs: start.exitNs + unloadingNs(demand, way, corner),
    },
  };
}

/** What the runs at the low, likely and high end say together. */
export function rangeOfRuns(runs: readonly SimulatedRun[]): Pick<StrategyPrediction, "makespanNs" | "speedup"> {
  const likely = runs[1]?.speedup ?? 1;
  const speedups = runs.map((run) => run.speedup);
  const makespans = runs.map((run) => run.makespanNs);
  return {
    makespanNs: interval(Math.min(...makespans), makespans[1] ?? 1, Math.max(...makespans)),
    speedup: widened(interval(Math.min(...speedups), likely, Math.max(...speedups)), Math.max(...runs.map((run) => run.mostSpeedup))),
  };
}

function outcome(demand: Demand, way: Way, on: Machine): Outcome {
  const runs = corners.map((corner) => simulateCorner(demand, way, corner, on, "totals"));
  const likely = runs[1];
  return { ...rangeOfRuns(runs), bottleneck: likely ? bottleneckOf(likely, on) : "" };
}

/**
 * What the first task costs a worker with memory of its own: a forked one copies each page of the program's data that it looks at, as that
 * counts references, and so does one that a fork server forks which has the program; another one has to import the program first. All fetch the
 * memory for what they make from the system, the first time all of it; what is fetched anew each time is part of the task. The fork server imports a
 * program when its first pool starts, as it starts itself then; later pools, which are predicted, find it there. Where the program is run as
 * `python -m` or imported by another, each worker imports it after all: that is the dear end. CPython 3.14.10, pools of four workers on 2 cores, as
 * main module and imported by another: 85 and 156 ms where importing takes 34 ms; 71 and 118 ms where it makes 33,000 objects in 23 ms, which tasks
 * look at: each worker's took 5.6 and 0.4 ms longer than in one process.
 */
function firstTaskNs(demand: Demand, way: Way, corner: Corner): number {
  const { memory, imports } = demand;
  if (way.memory === "shared") return 0;
  const { freshPage, copiedPage, keptBytes } = way.memoryCosts;
  const bytesNs = (bytes: number, page: Interval): number => pagesNs(exactly(Math.min(bytes, mostBytes)), page)[dearAt[corner]];
  const copiedNs = bytesNs(memory.touchedBytes, copiedPage);
  const imported = way.strategy === "subinterpreters" ? imports.interpreterNs : imports.processNs;
  const isForked = way.strategy === "processes" && startMethodOf(way.target) === "fork";
  const before = isForked || (isPreloaded(demand, way) && corner !== "low") ? copiedNs : imported;
  return before + bytesNs(Math.min(memory.freshBytes, keptBytes), freshPage);
}

/** Who makes results anew needs so much longer for each of their objects. */
function receiving({ broker, inMain, ...others }: Runtime["handOver"], ns: number): Runtime["handOver"] {
  return {
    ...others,
    broker: broker && { ...broker, nsPerResult: broker.nsPerResult + ns },
    inMain: inMain && { ...inMain, nsPerResult: inMain.nsPerResult + ns },
  };
}

/** What the memory takes that results need as they are made anew, for each of the objects that the simulator counts of one. */
function fetchedPerResultNs({ resultMemory, resultObjects, tasks }: Demand, { memory, memoryCosts }: Way, corner: Corner): number {
  if (memory === "shared") return 0;
  return receivedResultNs(resultMemory, tasks[corner], memoryCosts)[dearAt[corner]] / Math.max(1, resultObjects);
}

/**
 * A worker that a fork server makes has all that the server has loaded, and its garbage collector goes through that, and so copies it, when as many
 * containers were made and kept as the threshold of 2000 still allows (`gc.get_count()` of workers whose program imports nothing but the executor): 12
 * on CPython 3.14.10, which importing any module makes, some 340 on 3.15.2. It takes 4.5 and 4.2 ms after 10.4 and 9.9 (Xeon, 2.3 GHz, 2026-11-27).
 */
function firstCollectionNs(demand: Demand, way: Way, corner: Corner, collectNs: number): number {
  if (corner === "high") return 0;
  const imports = way.target.minor === 14 && !isPreloaded(demand, way);
  return imports || demand.memory.freshBytes > manyContainersBytes || corner === "low" ? collectNs : 0;
}

/** Some hundred containers with what is in them. */
const manyContainersBytes = 50_000;

/**
 * Ending an interpreter frees what its modules made: CPython 3.14.10 and 3.15.2 need a tenth of the time that it took to make integers and texts, half of
 * what lists and dicts took. Worker processes just end.
 */
function unloadingNs({ imports }: Demand, { strategy }: Way, corner: Corner): number {
  if (strategy !== "subinterpreters") return 0;
  return imports.interpreterNs * (corner === "low" ? 0.5 : corner === "high" ? 0.1 : 0.3);
}

/** Before 3.13.2 and 3.14 the fork server meant to, but each worker imported it (gh-126631); 3.13.0 and 3.14.10 were run. */
function isPreloaded({ ofProgram }: Demand, { strategy, target }: Way): boolean {
  return ofProgram && strategy === "processes" && startMethodOf(target) === "forkserver";
}

const mostBytes = 500_000_000;

/**
 * How much slower code is without a GIL when several threads count references to the same objects, or change the same containers: the cache line goes
 * to and fro between their cores. CPython 3.13.5t, 2 threads on 2 cores of a Xeon, 2026-11-27: 110 to 150 ns for each use, 40 to 110 on two of an AMD EPYC,
 * 260 to 2,000 ns for each change; 75 to 110 for each use of a number in the code that is not immortal. Later versions count fewer references: constants
 * are immortal, loads of locals borrow.
 */
function contention(
  { interpreterNs, heldNs, clock, shared, workers, tasks, beside, ofProgram }: Demand,
  corner: Corner,
  { target, memory }: Way,
  { cores, coldCaches }: Machine,
): number {
  const together = Math.min(workers, cores, tasks[corner] + beside.length);
  // Times of the tables are those of a faster machine.
  const busyNs = (interpreterNs.likely + heldNs.likely) * (clock === "tables" ? slowerThanTables : 1);
  if (memory === "copied" || busyNs <= 0) return 1;
  const relocked = atLeast(target, 3, 14) ? 0 : (shared.relocked * relockedNs(together, corner)) / busyNs;
  if (together < 2) return 1 + relocked;
  const counted = atLeast(target, 3, 14) ? 0.4 : 1;
  const each = corner === "low" ? 0.5 : corner === "high" ? 1.3 : 1;
  const literalsNs = atLeast(target, 3, 14) ? 0 : shared.literals * literalNs(ofProgram, corner);
  const extraNs = ((shared.uses * 60 * counted + shared.writes * 300) * each + literalsNs) * inTurn(together) * coldCaches.passOnTimes;
  return 1 + Math.min(40, extraNs / busyNs) + relocked;
}

/** How long a thread waits for a cache line that so many write to, where two take 2: they queue up for it, and lose what they had meanwhile. */
function inTurn(together: number): number {
  return 2 * (together / 2) ** queueing;
}

const queueing = 1.5;

/**
 * Two threads' uses are measured on machines as they are; the tables' times are what their machine takes when it is left alone. On the 2 cores of a Xeon
 * (2.3 GHz, 2026-11-27) constructs of 3.11, 3.13 and 3.13t take 1.65 to 1.78 times as long in the median, on those of 44 programs 1.37 times.
 */
const slowerThanTables = 1.5;

/**
 * What the use of a number in the code takes, for each thread. In the script that Python was started with and in modules whose compiled form was
 * kept they are immortal; where a module is compiled as it is imported (the first time, with `-B`, where nothing can be written) they are not, as
 * `compile()` leaves them alone (`Objects/codeobject.c`, `Python/bltinmodule.c`; `sys.getrefcount`, CPython 3.13.5t, 2026-11-27). Then each takes 75 to
 * 110 ns with two threads. What has a main guard is taken for the script; of other modules the text does not tell.
 */
function literalNs(ofProgram: boolean, corner: Corner): number {
  return ofProgram || corner === "low" ? 0 : corner === "high" ? 60 : 35;
}

/**
 * What a lookup takes that waits for a lock which its own thread has (`RelockedLookups`). CPython 3.13.5t, 2 cores: 9.5 µs in the only thread that runs
 * beside the main one, 33 to 48 µs in each of two (`test/measure/shared_objects.py`); 36 µs in each of two and 47 in each of four on a Xeon of 16
 * cores. Half of the keys that are missing meet another one on the way.
 */
function relockedNs(together: number, corner: Corner): number {
  const each = corner === "low" ? 0.3 : corner === "high" ? 1.3 : 1;
  return (together < 2 ? 9_500 : 28_000 + 5_000 * together) * each;
}

/** What the speedup of one way would be. */
export function speedupOf(demand: Demand, way: Way, settings: EstimateSettings): Interval {
  return outcome(demand, way, machineOf(settings)).speedup;
}

/** The best strategy; one that needs no change wins unless another is a tenth better, and serial unless something gains a tenth. */
export function recommend(strategies: readonly StrategyPrediction[], worker: Spawn["worker"]): Strategy {
  const current = strategyOf(worker);
  const isLoop = current === "asyncio";
  // Who has coroutines would have to write anew what they await.
  const change = isLoop ? 1.3 : 1.1;
  let best: StrategyPrediction | undefined;
  const inOrder = isLoop ? [...strategies].sort((a, b) => Number(b.strategy === current) - Number(a.strategy === current)) : strategies;
  for (const each of inOrder) {
    // Another build of the interpreter is not a change of the program.
    if (!each.applicable || (each.strategy === "asyncio" && !isLoop)) continue;
    if (each.strategy === "free-threaded" && strategies[0]?.runtime !== each.runtime) continue;
    const margin = each.strategy === current || each.strategy === "serial" ? 1 : change;
    if (!best || each.speedup.likely > best.speedup.likely * (best.strategy === "serial" ? change : margin)) best = each;
  }
  // What gains nothing is as well done one after the other.
  if (isLoop && best?.strategy === current && best.speedup.likely < 1.1) return "serial";
  return inBuild(best?.strategy ?? current, strategies);
}

/** What the program does today. */
export function ownWay(strategies: readonly StrategyPrediction[], worker: Spawn["worker"]): Strategy {
  return inBuild(strategyOf(worker), strategies);
}

function strategyOf(worker: Spawn["worker"]): Strategy {
  if (worker === "event-loop-task") return "asyncio";
  return worker === "process" ? "processes" : worker === "interpreter" ? "subinterpreters" : "threads";
}

/** In a build without a GIL, threads and free threading are the same thing. */
function inBuild(strategy: Strategy, strategies: readonly StrategyPrediction[]): Strategy {
  return strategy === "threads" && strategies[0]?.runtime.endsWith("t") ? "free-threaded" : strategy;
}

/** Finds the task length at which processes begin to pay, where the code leaves open on which side it lies. */
export function crossover(demand: Demand, strategies: readonly StrategyPrediction[], settings: EstimateSettings): number | undefined {
  const byProcess = strategies.find((each) => each.strategy === "processes");
  if (!byProcess?.applicable || byProcess.speedup.low >= 1.1 || byProcess.speedup.high < 1.2) return undefined;
  return processesPayAbove(demand, settings);
}

/** The task length in nanoseconds at which processes begin to pay; undefined if they never do. */
export function processesPayAbove(demand: Demand, settings: EstimateSettings): number | undefined {
  const way = waysToRun(settings.target, settings.calibrations).find((each) => each.strategy === "processes");
  if (!way) return undefined;
  const runtime = way.runtime("likely");
  const on = machineOf(settings);
  const count = Math.max(1, Math.min(200, Math.round(demand.tasks.likely) + demand.beside.length));
  const workers = Math.min(demand.workers, 64);
  const rounds = Math.ceil(count / Math.min(workers, settings.cores));
  if (count / rounds < worthwhile) return undefined;
  const makespanAt = (ns: number): number => {
    const workload: Workload = { pools: [{ workers, tasks: [{ count, steps: [{ compute: { interpreterNs: ns } }] }] }] };
    return simulate(workload, runtime, on, 1, { delays: "left-out" }).makespanNs;
  };
  // What pools take is nearly a line over the length of their tasks: a fixed part, and what is not overlapped of each nanosecond, which is a
  // task for each round of the workers. Two runs find the fixed part at nearly the length that is asked for.
  let length = 1_000_000;
  for (let i = 0; i < 2; i++) {
    const fixed = makespanAt(length) - rounds * length;
    const longEnough = (worthwhile * fixed) / Math.max(0.01, count - worthwhile * rounds);
    length = Math.round(Math.min(longestTaskNs, Math.max(shortestTaskNs, longEnough)));
  }
  return length;
}

/** From this speedup on, processes pay. */
const worthwhile = 1.1;
const shortestTaskNs = 1_000;
const longestTaskNs = 1_000_000_000;
