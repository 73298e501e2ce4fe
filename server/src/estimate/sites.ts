import { add, exactly, type Interval, interval, multiply } from "../base/interval.js";
import { type Target, targetName, targetTitle } from "../base/target.js";
import { defaultPoolSize } from "../knowledge/evaluate.js";
import type { Program } from "../program/link/link.js";
import { loopsAround } from "../program/link/loops.js";
import type { ScopedValue, Spawn, SpawnTarget } from "../program/link/spawns.js";
import { type Amount, combine } from "./amount.js";
import type { Calibration } from "./calibration.js";
import { type Demand, mostThreads } from "./demand.js";
import { type Activation, type Argument, bareActivation } from "./evaluate.js";
import { onDemand, withFields } from "./on-demand.js";
import { costsFor } from "./operation-costs.js";
import { pinsOf } from "./pins.js";
import type { Assumption, Prediction, SiteKind, StrategyPrediction } from "./prediction.js";
import type { Profile } from "./profile.js";
import { sampledWork } from "./sampled-work.js";
import { objectCount, pickledBytes, type Shape, shapeOf } from "./shape.js";
import { crossover, predictStrategies, recommend } from "./strategies.js";
import { CostModel, type TaskWork, unknownCallNs } from "./work.js";

/** A place that starts concurrent work: what the work is, and what each strategy would make of it. */
export interface SiteEstimate {
  readonly spawn: Spawn;
  readonly work: TaskWork;
  /** What is simulated. */
  readonly demand: Demand;
  readonly prediction: Prediction;
  /** Whether the number of workers was read from the code or follows from a documented default. */
  readonly workersKnown: "known" | "assumed";
  /** The task length in nanoseconds above which worker processes beat one thread by a tenth; absent if they always or never do. */
  readonly processesPayAboveNs: number | undefined;
  /** What is pickled for each task, if another process runs it. */
  readonly payload: Payload;
}

/** Pickled bytes of one task, there and back, and how many objects they are, as far as they are known. */
export interface Payload {
  readonly argumentBytes: number;
  readonly resultBytes: number;
  readonly argumentObjects: number;
  readonly resultObjects: number;
  /** The argument that most of the bytes belong to. */
  readonly largest: string | undefined;
  /** `guessed`: some argument could be anything. */
  readonly arguments: "known" | "guessed";
}

/** What estimates depend on beside the program. */
export interface EstimateSettings {
  readonly target: Target;
  readonly cores: number;
  /** What the user measured of this machine's interpreters. */
  readonly calibrations: readonly Calibration[];
  /** What a profiler saw of the program. */
  readonly profile: Profile | undefined;
  /** How many workers share the tasks; undefined to take what the code says. */
  readonly workers: number | undefined;
}

/** Two calibrations of one interpreter never meet in one run but for files that were exchanged, and those differ in their numbers. */
function calibrationKey({ calibrations }: EstimateSettings): string {
  return calibrations
    .map(({ target, measured, handOver }) => `${target} ${measured} ${handOver.wakeUp?.low} ${handOver.threads?.startNs?.[1]}`)
    .join();
}

/**
 * What was simulated before, by everything that the outcome depends on: after an edit, most sites ask for what they asked for before it, and
 * sites with the same work share it. Bounded; the oldest entries go first.
 */
export class SimulationMemory {
  private readonly outcomes = new Map<string, unknown>();

  recall<Found>(key: string, simulateIt: () => Found): Found {
    if (this.outcomes.has(key)) return this.outcomes.get(key) as Found;
    const outcome = simulateIt();
    if (this.outcomes.size >= mostOutcomes) this.outcomes.delete(this.outcomes.keys().next().value as string);
    this.outcomes.set(key, outcome);
    return outcome;
  }
}

const mostOutcomes = 10_000;

/** Estimates every place of the program that starts threads, processes or interpreters. */
export function estimateSites(program: Program, settings: EstimateSettings, memory: SimulationMemory): readonly SiteEstimate[] {
  const model = new CostModel(program.resolver, settings.target, settings.calibrations, settings.profile);
  const sites: SiteEstimate[] = [];
  for (const spawn of program.spawns) {
    if (spawn.worker !== "thread" && spawn.worker !== "process" && spawn.worker !== "interpreter") continue;
    const { memory: answers, derived } = program.resolver.memoryOf(spawn.in.file);
    const estimate = (): SiteEstimate => estimateSite(spawn, program, model, settings, memory);
    sites.push(answers.find<object | string, SiteEstimate>("derivation", derived, spawn, undefined, Object.is, estimate));
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
  const read = target ? model.workOf(activationOf(target)) : model.workOfExternal(external, spawn.call, spawn.in);
  const task = target ? target.function.facts.name : (external.split(".").pop() ?? external);
  const assumptions: Assumption[] = [...read.assumptions];
  const tasks = taskCount(spawn, program, model, assumptions);
  const sampled = target && settings.profile ? sampledWork(target.function, tasks, read, program, settings.profile) : undefined;
  if (sampled) assumptions.unshift(sampled.assumption);
  const work = sampled?.work ?? read;
  const workers = workerCount(spawn, tasks, model, settings, assumptions);
  const payload = target ? payloadOf(target, program, model) : nothingSent;
  const demand: Demand = {
    interpreterNs: work.interpreterNs,
    heldNs: work.heldNs,
    nativeNs: work.nativeNs,
    waitNs: work.waitNs,
    locked: work.locked,
    shared: work.shared,
    memory: work.memory,
    importNs: target ? model.importNs(target.function.file) : 0,
    resultBytes: payload.resultBytes,
    tasks,
    workers,
    argumentBytes: payload.argumentBytes,
    argumentObjects: payload.argumentObjects,
    resultObjects: payload.resultObjects,
    width: spawn.width === "pool" || settings.workers !== undefined ? "pool" : "threads",
  };
  const { origin } = costsFor(settings.target, settings.calibrations);
  assumptions.push({
    what: "cost of each operation",
    value: origin.kind === "measured" ? `the table measured on ${targetTitle(settings.target)}` : origin.note,
    from: origin.kind === "measured" || origin.kind === "calibrated" ? "measured" : "default",
  });
  const isUnknown = isMostlyUnknown(work);
  const on = `${targetName(settings.target)} ${settings.cores} ${calibrationKey(settings)}`;
  const demanded = JSON.stringify(demand);
  const predicted = predictStrategies(demand, settings, (strategy, simulateIt) =>
    memory.recall(`${on} ${strategy} ${demanded}`, simulateIt),
  );
  const strategies = isUnknown ? predicted.map((each) => withoutNumbers(each, work)) : predicted;
  const described = {
    path: spawn.in.file.path,
    range: { start: spawn.call.start, end: spawn.call.end },
    kind: siteKind(spawn),
    task,
    workers,
    tasks,
    work: { interpreterNs: add(work.interpreterNs, work.heldNs), nativeNs: work.nativeNs, waitNs: work.waitNs },
    strategies,
    assumptions,
  };
  const prediction = onDemand<typeof described, Pick<Prediction, "recommended">>(described, {
    recommended: () => recommend(strategies, spawn.worker),
  });
  const workersKnown = spawn.width === "pool" || settings.workers !== undefined || tasks.low === tasks.high ? "known" : "assumed";
  const site = { spawn, work, demand, prediction, workersKnown, payload } as const;
  return onDemand<typeof site, Pick<SiteEstimate, "processesPayAboveNs">>(site, {
    processesPayAboveNs: () => {
      if (isUnknown) return undefined;
      return memory.recall(`${on} pay ${demanded}`, () => crossover(demand, strategies, settings));
    },
  });
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
  const nothing = { makespanNs: exactly(0), speedup: exactly(0), bottleneck: "" };
  return withFields(each, { applicable: false, reason: each.applicable ? reason : each.reason, ...nothing });
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

const nothingSent: Payload = {
  argumentBytes: 0,
  resultBytes: 0,
  argumentObjects: 0,
  resultObjects: 0,
  largest: undefined,
  arguments: "known",
};

function payloadOf(target: SpawnTarget, program: Program, model: CostModel): Payload {
  let sum = 0;
  let objects = 0;
  let most = 0;
  let largest: string | undefined;
  let known: Payload["arguments"] = "known";
  for (const [name, argument] of target.arguments) {
    const sent = argumentBytes(argument, program, model);
    if (sent.basis === "guessed" && !isOfPlainType(target, name)) known = "guessed";
    sum += sent.bytes;
    objects += sent.objects;
    if (sent.bytes > most && sent.basis === "known") [most, largest] = [sent.bytes, name];
  }
  const result = resultShape(target, model);
  return {
    argumentBytes: sum,
    resultBytes: result ? pickledBytes(result) : 0,
    argumentObjects: objects,
    resultObjects: result ? objectCount(result) : 0,
    largest,
    arguments: known,
  };
}

/** Whether the parameter is declared as a number or text. */
function isOfPlainType({ function: node }: SpawnTarget, name: string): boolean {
  const annotation = node.facts.parameters.find((parameter) => parameter.name === name)?.annotation;
  return annotation?.op === "read" && annotation.place.kind === "name" && /^(int|float|bool|complex)$/.test(annotation.place.name);
}

/** Pickled bytes of one of a task's arguments. */
function argumentBytes(
  { value, in: within, how }: ScopedValue & { readonly how: Argument["how"] },
  program: Program,
  model: CostModel,
): { readonly bytes: number; readonly objects: number; readonly basis: "known" | "guessed" } {
  const { evaluator } = model;
  const at = bareActivation(within);
  const shape = shapeOf(how === "element" ? { op: "element-of", iterable: value, start: 0, end: 0 } : value, at, evaluator);
  if (shape && Number.isFinite(pickledBytes(shape))) return { bytes: pickledBytes(shape), objects: objectCount(shape), basis: "known" };
  const length = how === "element" ? evaluator.elementLength(value, at) : evaluator.length(value, at);
  const entities = how === "element" ? program.resolver.elements(value, within) : program.resolver.resolve(value, within);
  const isText = entities.some((entity) => entity.kind === "object" && /^builtins\.(bytes|bytearray|str)$/.test(entity.type));
  const elements = length?.likely ?? 0;
  const bytes = 8 + elements * (isText ? 1 : bytesPerElement);
  return { bytes, objects: isText ? 1 : 1 + elements, basis: length && isText ? "known" : "guessed" };
}

/** What one task returns, where that is one value whose make can be told. */
function resultShape(target: SpawnTarget, model: CostModel): Shape | undefined {
  const activation = activationOf(target);
  const { returned, isGenerator } = target.function.facts;
  const [only] = returned;
  if (isGenerator || returned.length !== 1 || !only) return undefined;
  const shape = shapeOf(only, activation, model.evaluator);
  return shape && Number.isFinite(pickledBytes(shape)) ? shape : undefined;
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
  if (settings.workers !== undefined) return settings.workers;
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
