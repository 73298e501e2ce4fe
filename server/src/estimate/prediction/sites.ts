import { add, exactly, type Interval, interval, multiply } from "../../base/interval.js";
import { targetName, targetTitle } from "../../base/target.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { lastNameOf, receiverOf } from "../../program/link/last-name.js";
import type { Program } from "../../program/link/link.js";
import { loopsAround } from "../../program/link/loops.js";
import { againWith, overviewAt, overviewOf } from "../../program/link/memory/overviews.js";
import { sameStructure } from "../../program/link/memory/same-structure.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { ScopedValue, Spawn, SpawnTarget } from "../../program/link/threads/spawn.js";
import { isCalledInTurn } from "../../program/link/threads/spawn-counts.js";
import { lastName } from "../../program/link/threads/spawns.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { CostSettings } from "../costs/function-costs.js";
import { type ImportTimes, noImports } from "../costs/import-costs.js";
import { costsFor } from "../costs/operation-costs.js";
import { pinsOf } from "../costs/pins.js";
import { CostModel } from "../costs/work.js";
import { chunkArgument, chunkSizeOf } from "../tasks/chunks.js";
import { isAlone } from "../tasks/company.js";
import { coroutinePlaces, coroutinesOf } from "../tasks/coroutine-places.js";
import { courseOf } from "../tasks/courses.js";
import { type Demand, isOneTask, likelyNs, mostThreads } from "../tasks/demand.js";
import { importAssumption } from "../tasks/first-pool.js";
import { type HandedTask, handedAssumption, handedTask, methodsOfTask } from "../tasks/handed-tasks.js";
import { immovableBecause } from "../tasks/immovable.js";
import { loopDemandOf } from "../tasks/loop-workload.js";
import { isProgram } from "../tasks/main-guard.js";
import { isForSeveral } from "../tasks/parallel-guards.js";
import { roomOf } from "../tasks/room.js";
import { sampledWork } from "../tasks/sampled-work.js";
import { isServing, type Service, serviceIn, takesEntries } from "../tasks/services.js";
import { countAlike, endOf, othersBeside } from "../tasks/side-by-side.js";
import type { TaskWork } from "../tasks/task-work.js";
import { type UnevenTasks, unevenTasks, unevenWork } from "../tasks/uneven-tasks.js";
import {
  computesByGuess,
  hasNothingToWaitFor,
  isMostlyOpen,
  isMostlyPrograms,
  isMostlyUnknown,
  keepsLoopByGuess,
  tendencyOf,
  toldNs,
  unknownAssumption,
  withUnknown,
} from "../tasks/unknown-work.js";
import { type TaskCount, withUsualLength, withUsualRound } from "../tasks/usual-work.js";
import { workerCount } from "../tasks/worker-counts.js";
import { observedTask } from "../trial/observed-task.js";
import { type Activation, type Argument, bareActivation } from "../values/activation.js";
import { type Amount, combine } from "../values/amount.js";
import { averageOf, pickledBytes, pickledObjects, type Shape, shapeOf } from "../values/shape.js";
import { confidenceIn, sureEnough } from "./confidence.js";
import { onDemand } from "./on-demand.js";
import type { Assumption, Course, Prediction, SiteKind } from "./prediction.js";
import { crossover, ownWay, predictStrategies, recommend } from "./strategies.js";

/** A place that starts concurrent work: what the work is, and what each strategy would make of it. */
export interface SiteEstimate {
  readonly spawn: Spawn;
  readonly work: TaskWork;
  /** What is simulated. */
  readonly demand: Demand;
  readonly prediction: Prediction;
  /** Other functions that have a thread each, started by the same function of the program: what they take, as far as they come to an end. */
  readonly beside: readonly { readonly task: string; readonly work: TaskWork; readonly service: Service | undefined }[];
  /** `alone`: it is all that is started at a time, as a listener or what a click or a timer sets off; how fast that gets done says nothing of a way to run it. */
  readonly company: "alone" | "several";
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
export interface EstimateSettings extends CostSettings {
  /** How many workers share the tasks; undefined to take what the code says. */
  readonly workers: number | undefined;
  /** So many steps of a program are followed, at most; undefined for as many as who asks about one program waits for. */
  readonly mostSteps?: number;
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
  private readonly outcomes = new Map<string, Map<string, unknown>>();

  /** What was asked of that demand before, by what was asked. */
  recall<Found>(demanded: string, asked: string, simulateIt: () => Found): Found {
    let known = this.outcomes.get(demanded);
    if (known?.has(asked)) return known.get(asked) as Found;
    const outcome = simulateIt();
    if (!known) {
      if (this.outcomes.size >= mostDemands) this.outcomes.delete(this.outcomes.keys().next().value as string);
      known = new Map();
      this.outcomes.set(demanded, known);
    }
    known.set(asked, outcome);
    return outcome;
  }
}

const mostDemands = 2_000;

/** The settings alone: who asks has much else, which must not live as long as what is remembered. */
function withoutElse({ target, cores, calibrations, profile, workers, mostSteps }: EstimateSettings): EstimateSettings {
  return { target, cores, calibrations, profile, workers, ...(mostSteps === undefined ? {} : { mostSteps }) };
}

/** Estimates every place of the program that starts threads, processes or interpreters. */
export function estimateSites(program: Program, on: EstimateSettings, memory: SimulationMemory): readonly SiteEstimate[] {
  const settings = withoutElse(on);
  return overviewOf(program, "sites", (now) => findSites(now, settings, memory));
}

/** Estimates the places of one file that have an event loop run several coroutines at the same time. What never ends, or is one task, is none. */
export function estimateCoroutines(
  program: Program,
  path: string,
  on: EstimateSettings,
  memory: SimulationMemory,
): readonly SiteEstimate[] {
  const settings = withoutElse(on);
  return overviewAt(program, path, "coroutine sites", (file, now) => {
    const model = new CostModel(now.resolver, settings);
    return coroutinePlaces(file, model.evaluator).flatMap((place) => {
      const estimated = estimatedSite(place, now, model, settings);
      if (estimated.course !== "together" || estimated.work.isEndless || estimated.demand.tasks.high < 2) return [];
      return [withImports(estimated, noImports, settings, memory)];
    });
  });
}

function findSites(program: Program, settings: EstimateSettings, memory: SimulationMemory): readonly SiteEstimate[] {
  const model = new CostModel(program.resolver, settings);
  const importTimes = (file: LinkedFile): ImportTimes => {
    const find = (): ImportTimes => program.resolver.remembered(file, "import", () => model.importTimes(file), sameStructure);
    return program.resolver.overview(`import of ${file.path}`, find);
  };
  const sites: SiteEstimate[] = [];
  const seen = new Map<CallOperation, FunctionNode | undefined>();
  for (const spawn of program.spawns) {
    if (spawn.worker !== "thread" && spawn.worker !== "process" && spawn.worker !== "interpreter") continue;
    // A thread that is started at one of several places is one place's work.
    const does = spawn.targets[0]?.function;
    if (seen.has(spawn.call) && seen.get(spawn.call) === does) continue;
    seen.set(spawn.call, does);
    const estimated = estimatedSite(spawn, program, model, settings);
    const [first] = spawn.targets;
    sites.push(withImports(estimated, first ? importTimes(first.function.file) : noImports, settings, memory));
  }
  return sites;
}

function estimatedSite(spawn: Spawn, program: Program, model: CostModel, settings: EstimateSettings): Estimated {
  const { memory, derived } = program.resolver.memoryOf(spawn.in.file);
  return memory.find<object | string, Estimated>(
    "derivation",
    derived,
    spawn,
    undefined,
    sameStructure,
    () => estimateSite(spawn, program, model, settings),
    againWith(estimatedAgain, spawn, settings),
  );
}

function estimatedAgain(program: Program, spawn: Spawn, settings: EstimateSettings): Estimated {
  return estimatedSite(spawn, program, new CostModel(program.resolver, settings), settings);
}

/** What follows from the work of a place, but for what workers import: that depends on all of a module, which an edit changes more often. */
interface Estimated extends Pick<SiteEstimate, "spawn" | "work" | "demand" | "beside" | "company" | "payload"> {
  readonly task: string;
  readonly workers: number;
  readonly workersKnown: Prediction["workersKnown"];
  readonly course: Course;
  /** All of the work, in a usual length where nothing tells it. */
  readonly whole: TaskWork;
  readonly assumptions: readonly Assumption[];
}

/** The last estimate made of each, which is the same object while the same is imported. */
const completed = new WeakMap<Estimated, SiteEstimate>();

function withImports(estimated: Estimated, imports: ImportTimes, settings: EstimateSettings, memory: SimulationMemory): SiteEstimate {
  const known = completed.get(estimated);
  if (known && sameStructure(known.demand.imports, imports)) return known;
  const { spawn, work, whole, beside, company, payload, task, workers, workersKnown, course } = estimated;
  const demand: Demand = { ...estimated.demand, imports };
  const imported = spawn.worker === "process" ? importAssumption(demand, settings) : undefined;
  const assumptions = imported ? [...estimated.assumptions, imported] : estimated.assumptions;
  let key: string | undefined;
  const demanded = (): string => {
    key ??= `${targetName(settings.target)} ${settings.cores} ${calibrationKey(settings)} ${JSON.stringify(demand)}`;
    return key;
  };
  const isUntold = isMostlyOpen(work) || (demand.eventLoop !== undefined && keepsLoopByGuess(work, whole, demand.tasks.likely));
  const described = {
    path: spawn.in.file.path,
    range: { start: spawn.call.start, end: spawn.call.end },
    kind: siteKind(spawn),
    task,
    workers,
    workersKnown,
    tasks: demand.tasks,
    course,
    work: { interpreterNs: add(whole.interpreterNs, whole.heldNs), nativeNs: whole.nativeNs, waitNs: whole.waitNs },
    basis: course === "in turn" ? "code" : isUntold ? "unknown calls" : isMostlyPrograms(work) ? "unknown programs" : "code",
    assumptions,
  } as const;
  // What is not there to be done sooner is best left as it is.
  const isAskedFor = (course === "together" || course === "in turn") && !isOneTask(demand);
  const prediction: Prediction = onDemand<typeof described, Pick<Prediction, "strategies" | "likeliest" | "confidence" | "recommended">>(
    described,
    {
      strategies: () =>
        predictStrategies(demand, settings, described.basis, (strategy, simulateIt) => memory.recall(demanded(), strategy, simulateIt)),
      likeliest: () => (isAskedFor ? recommend : ownWay)(prediction.strategies, spawn.worker),
      confidence: () => {
        const { likeliest, strategies, basis } = prediction;
        if (!isAskedFor) return 0;
        const confidence = memory.recall(demanded(), `confidence in ${likeliest}, ${basis}`, () =>
          confidenceIn(likeliest, strategies, basis, demand, settings),
        );
        // Who starts threads for what waits knows how long its loops are, which the code does not tell.
        const own = ownWay(strategies, spawn.worker);
        const isForWaits = spawn.worker === "thread" || spawn.worker === "event-loop-task";
        const isDoubtful = isForWaits && workers > 1 && likeliest !== own && computesByGuess(work);
        return isDoubtful ? Math.min(evenChance, confidence) : confidence;
      },
      recommended: () =>
        isAskedFor && prediction.basis !== "unknown calls" && prediction.confidence >= sureEnough ? prediction.likeliest : undefined,
    },
  );
  const site = { spawn, work, demand, beside, company, payload, prediction } as const;
  const complete = onDemand<typeof site, Pick<SiteEstimate, "processesPayAboveNs">>(site, {
    processesPayAboveNs: () => {
      if (isMostlyUnknown(work) || course !== "together" || demand.eventLoop) return undefined;
      return memory.recall(demanded(), "pay", () => crossover(demand, prediction.strategies, settings));
    },
  });
  completed.set(estimated, complete);
  return complete;
}

const evenChance = 0.5;

function estimateSite(spawn: Spawn, program: Program, model: CostModel, settings: EstimateSettings): Estimated {
  const methods = methodsOfTask(spawn, model.evaluator);
  const targets = methods?.targets ?? spawn.targets;
  const [target] = targets;
  const external = spawn.externalTargets[0] ?? "";
  const handed = spawn.worker === "event-loop-task" ? coroutinesOf(spawn) : methods ? methods.task : handedTask(spawn, program.resolver);
  const written = target && !settings.profile ? unevenOf(spawn, target, handed, model) : undefined;
  // What was seen of each task says more than what is read of each, but for what the code tells for sure.
  const uneven = written && settings.observed?.differs && isUncertain(written.work) ? undefined : written;
  const service = handed ? (handed.isOpen ? undefined : serviceOfAll(spawn, targets, model)) : serviceOf(spawn, target, program, model);
  // What goes on until it is stopped has no end that could be seen.
  if (
    target &&
    !service &&
    !settings.observed &&
    !settings.profile &&
    spawn.worker !== "event-loop-task" &&
    isUncertain(uneven?.work ?? model.workOfTask(activationOf(target)))
  ) {
    const observed = observedTask(spawn, target.function, program, settings);
    if (observed)
      return estimateSite(spawn, program, new CostModel(program.resolver, { ...settings, observed }), { ...settings, observed });
  }
  const made = handed
    ? (uneven?.work ?? model.workOfHandedIn(targets.map(activationOf), spawn.externalTargets, spawn.call, spawn.in, handed.isOpen))
    : (uneven?.work ?? (target ? model.workOfTask(activationOf(target)) : model.workOfExternal(external, spawn.call, spawn.in)));
  const read = target && !handed && !uneven ? withHiddenTime(made, target, model) : made;
  const functions = targets.map(({ function: node }) => (handed?.by === "class" ? node.head.qualifiedName : nameOf(node, program)));
  const names = [...functions, ...spawn.externalTargets.map(lastName)];
  const task = handed?.name ?? names[0] ?? "";
  const course = settings.workers !== undefined ? "together" : service ? "until stopped" : courseOf(spawn, program);
  const once = course === "until stopped" && service && !settings.profile ? roundOf(service, read, model) : read;
  const isLoop = spawn.worker === "event-loop-task";
  const assumptions: Assumption[] = [...(handed && !isLoop ? [handedAssumption(handed, names)] : []), ...once.assumptions];
  if (settings.observed)
    assumptions.push({
      what: `rounds and lengths in \`${task}\``,
      value: settings.observed.isPart
        ? "counted in a part of what it does with the program's own data"
        : "counted with the program's own data",
      from: "code",
    });
  const counted = taskCount(spawn, course, program, model);
  const sampled =
    target && !handed && settings.profile ? sampledWork(target.function, counted.count, read, program, settings.profile) : undefined;
  if (sampled) assumptions.unshift(sampled.assumption);
  const work = sampled?.work ?? read;
  const told = sampled?.work ?? once;
  const isOpen = isMostlyOpen(told);
  const tendency = tendencyOf(told, spawn.worker, target?.function.file);
  const {
    work: whole,
    tasks: usualTasks,
    assumption: usual,
  } = course === "until stopped"
    ? { ...withUsualRound(withUnknown(told, tendency)), tasks: counted.count }
    : withUsualLength(withUnknown(told, tendency), counted, isOpen && !hasNothingToWaitFor(target?.function.file) ? "blind" : "told");
  const room = spawn.width === "thread" && spawn.worker === "thread" ? roomOf(spawn, program.resolver, model.evaluator) : undefined;
  const saidOfWorkers: Assumption[] = [];
  const { workers, known: workersKnown } = workerCount(spawn, course, usualTasks, room, model, settings, saidOfWorkers);
  const isStated = spawn.pool?.size !== undefined && workersKnown === "known" && settings.workers === undefined;
  const chunk = writtenChunk(spawn, model);
  const tasks = counted.known === "assumed" && (isStated || chunk > 1) ? enoughFor(workers * chunk, usualTasks) : usualTasks;
  if (counted.known === "assumed") assumptions.push(assumedTasks(spawn, tasks));
  else if (counted.known === "pinned") assumptions.unshift({ what: "number of tasks", value: String(tasks.likely), from: "annotation" });
  if (usual) assumptions.unshift(usual);
  if (isOpen) assumptions.unshift(unknownAssumption(told, tendency));
  assumptions.push(...saidOfWorkers);
  if (course !== "together") assumptions.push(saidOfCourse[course]);
  const beside = besideOf(spawn, program, model);
  const ended = course === "together" ? beside.filter(({ service: isOne }) => isOne === undefined) : [];
  const company: SiteEstimate["company"] = isAlone(spawn, program, model.evaluator) ? "alone" : "several";
  // What state the program shares with the task takes a look at all that it calls; of what is short and started alone, nobody asks.
  const look = company === "several" || work.interpreterNs.likely >= longEnoughNs ? "closely" : "at what is sent";
  const immovable = immovableBecause(spawn, program, look);
  if (spawn.worker === "thread" && immovable.processes === "" && course === "together" && whole.locked.entries > whole.locked.records)
    assumptions.push(lockOfEach);
  const payload = target ? payloadOf(target, program, model) : nothingSent;
  const { origin } = costsFor(settings.target, settings.calibrations);
  const shares =
    uneven && (!handed || (tasks.low === tasks.high && tasks.low === uneven.shares.length))
      ? uneven.shares
      : uneven || handed || !isMostlyInterpreted(whole)
        ? undefined
        : settings.observed?.sharesOf(tasks);
  const demand: Demand = {
    interpreterNs: whole.interpreterNs,
    heldNs: whole.heldNs,
    nativeNs: whole.nativeNs,
    waitNs: whole.waitNs,
    locked: whole.locked,
    turns: whole.turns,
    ownThreads: whole.ownThreads,
    brief: whole.brief,
    shared: whole.shared,
    memory: work.memory,
    clock: sampled || origin.kind === "calibrated" ? "machine" : "tables",
    imports: noImports,
    immovableBecause: immovable,
    ofProgram: target !== undefined && isProgram(target.function.file),
    resultBytes: payload.resultBytes,
    tasks,
    ...(shares ? { shares } : {}),
    beside: ended.map(({ work: { interpreterNs, heldNs, nativeNs, waitNs } }) => ({ interpreterNs, heldNs, nativeNs, waitNs })),
    workers: spawn.width === "thread" && settings.workers === undefined ? workers + ended.length : workers,
    course,
    chunkSize: chunkSizeOf(spawn, tasks, workers, (value) => model.evaluator.number(value, bareActivation(spawn.in))),
    argumentBytes: payload.argumentBytes,
    argumentObjects: payload.argumentObjects,
    resultObjects: payload.resultObjects,
    // A semaphore lets threads in as a pool has workers.
    width: spawn.width === "pool" || settings.workers !== undefined || room ? "pool" : "threads",
    ...(isLoop ? { eventLoop: loopDemandOf(whole, poolThreads(targets, program, model, settings)) } : {}),
  };
  if (ended.length > 0)
    assumptions.push({ what: "beside it", value: [...new Set(ended.map((each) => `\`${each.task}\``))].join(", "), from: "code" });
  assumptions.push({
    what: "cost of each operation",
    value: origin.kind === "measured" ? `the table measured on ${targetTitle(settings.target)}` : origin.note,
    from: origin.kind === "measured" || origin.kind === "calibrated" ? "measured" : "default",
  });
  return { spawn, work, demand, beside, company, payload, task, workers, workersKnown, course, whole, assumptions };
}

/** Whether the code leaves open how long the task takes. */
function isUncertain({ interpreterNs, heldNs, nativeNs, lengths }: TaskWork): boolean {
  const busy = add(add(interpreterNs, heldNs), nativeNs);
  return lengths === "guessed" || busy.high > wideRange * busy.low;
}

const wideRange = 3;

/** Whether nearly all that it computes is what the steps of an interpreter tell. */
function isMostlyInterpreted({ interpreterNs, heldNs, nativeNs }: TaskWork): boolean {
  return heldNs.likely + nativeNs.likely < interpreterNs.likely / 4;
}

/** Tasks of which nobody knows how many there are, with enough for each worker of a pool that somebody made of so many. */
function enoughFor(workers: number, { low, likely, high }: Interval): Interval {
  return interval(low, Math.max(likely, Math.min(2 * workers, high)), high);
}

/** Work with a call of which nothing is known if so little is done that nobody would hand it to a thread, but for what unknown objects may do. */
function withHiddenTime(work: TaskWork, target: SpawnTarget, model: CostModel): TaskWork {
  const { unknownCalls, uncostedCalls, isEndless } = work;
  if (isEndless || unknownCalls + uncostedCalls > 0 || toldNs(work) >= shortTaskNs || likelyNs(work) >= 10 * shortTaskNs) return work;
  const use = model.hidingUse(activationOf(target));
  if (!use) return work;
  // What is calculated with, or gone through, hardly waits.
  const soundsLikeComputing = work.soundsLikeComputing || use.op === "compute" || use.op === "loop";
  return { ...work, unknownCalls: 1, blindCalls: 1, opaqueCalls: 1, soundsLikeComputing };
}

const shortTaskNs = 10_000;

/** The work of tasks that do not all do as much: for what they are given, or as a loop runs one function after the other. */
function unevenOf(spawn: Spawn, target: SpawnTarget, handed: HandedTask | undefined, model: CostModel): UnevenTasks | undefined {
  if (!handed) return unevenTasks(target, model);
  if (handed.by !== "loop" || spawn.externalTargets.length > 0 || spawn.targets.length > mostFunctions) return undefined;
  return unevenWork(spawn.targets.map((each) => model.workOfTask(activationOf(each))));
}

const mostFunctions = 8;

/** A task that computes for longer may be worth a process. */
const longEnoughNs = 250_000;

/** The service that each task is; several that share what comes out of a queue share out work. */
function serviceOf(spawn: Spawn, target: SpawnTarget | undefined, program: Program, model: CostModel): Service | undefined {
  if (!target) return spawn.externalTargets.some(isServing) ? "library" : undefined;
  const service = serviceIn(activationOf(target), model.evaluator);
  if (!service || service === "library" || !takesEntries(service, program.resolver)) return service;
  if (spawn.items.length > 0) return undefined;
  const isShared = isInLoop(spawn) || countAlike(spawn, program) > 0;
  return isShared && seesItDone(spawn, program) ? undefined : service;
}

/**
 * Whether who starts workers puts into a queue what they are to do, or starts somebody who does, or waits for them or for all of it to be done, or each
 * worker starts who feeds it; others keep them for what may come.
 */
function seesItDone(spawn: Spawn, program: Program): boolean {
  if (Number.isFinite(endOf(spawn, program))) return true;
  const own = spawn.targets[0]?.function;
  const producers = [spawn.in, ...(own ? [own] : [])]
    .flatMap((node) => program.spawnsIn(node))
    .flatMap(({ targets }) => targets.flatMap((each) => (each.function === own ? [] : [each.function])));
  return callsOn(spawn.in, /^(put(_nowait)?|join)$/, program) || producers.some((node) => callsOn(node, /^put(_nowait)?$/, program));
}

function callsOn(node: FunctionNode, methods: RegExp, { resolver }: Program): boolean {
  let calls = false;
  walkOperations(node.facts.body, (operation) => {
    if (calls || operation.op !== "call" || !methods.test(lastNameOf(operation.callee))) return;
    const object = receiverOf(operation);
    calls = object !== undefined && object.op !== "constant" && resolver.externalCallees(operation, node).every(isNoPath);
  });
  return calls;
}

function isNoPath(name: string): boolean {
  return !/(^|\.)(posix|nt|os\.)?path\.join$|^builtins\.(str|bytes)/.test(name);
}

/** Whether whatever is handed in is a service; what their rounds take differs from one to the other. */
function serviceOfAll({ externalTargets }: Spawn, targets: readonly SpawnTarget[], model: CostModel): Service | undefined {
  const isOne = (target: SpawnTarget): boolean => serviceIn(activationOf(target), model.evaluator) !== undefined;
  return targets.every(isOne) && externalTargets.every(isServing) ? "library" : undefined;
}

/** What is done in each round of a service: the length of a loop without an end says nothing. */
function roundOf(service: Service, read: TaskWork, model: CostModel): TaskWork {
  if (service !== "library") return model.workOfStretch(service.loop.body, service.at);
  const none = exactly(0);
  const locked = { ...read.locked, entries: 0, checks: 0, releases: 0, records: 0, interpreterNs: none, nativeNs: none, waitNs: none };
  const counts = { unknownCalls: 0, uncostedCalls: 0, assumedWaitNs: 0, assumptions: [] };
  return { ...read, ...counts, interpreterNs: none, heldNs: none, nativeNs: none, waitNs: none, locked };
}

const lockOfEach: Assumption = { what: "locks in processes", value: "one in each, which keeps out nobody in another", from: "code" };

const saidOfCourse: Readonly<Record<Exclude<Course, "together">, Assumption>> = {
  "until stopped": { what: "work", value: "of one round, as it goes on until it is stopped", from: "code" },
  "in turn": { what: "tasks at a time", value: "1, as each is waited for before the next is started", from: "code" },
  awaited: { what: "tasks at a time", value: "1, as each is awaited before its coroutine goes on", from: "code" },
};

/** The name of the work: of a lambda that does nothing but call a function, that function's; of what making an object does, its class's. */
function nameOf(node: FunctionNode, program: Program, depth = 0): string {
  const { name, class: made } = node.head;
  if (name === "__init__" && made !== undefined) return node.file.facts.classes[made]?.name ?? name;
  const [only] = node.returned;
  if (name !== "<lambda>" || only?.op !== "call" || depth > 3) return name;
  const [callee] = program.resolver.callees(only, node);
  if (callee) return nameOf(callee.function, program, depth + 1);
  return program.resolver.externalCallees(only, node)[0]?.split(".").pop() ?? name;
}

function siteKind(spawn: Spawn): SiteKind {
  if (spawn.worker === "process") return "process-pool";
  if (spawn.worker === "interpreter") return "interpreter-pool";
  if (spawn.worker === "event-loop-task") return "asyncio";
  return spawn.width === "pool" ? "thread-pool" : "threads";
}

/** How many threads the pool has that the coroutines hand work to: the event loop's own has that of `ThreadPoolExecutor` by default. */
function poolThreads(targets: readonly SpawnTarget[], program: Program, model: CostModel, settings: EstimateSettings): number {
  for (const { function: node } of targets) {
    const spawn = program.spawnsIn(node).find(({ worker, width }) => worker === "thread" && width === "pool");
    if (spawn)
      return workerCount(spawn, "together", exactly(mostThreads), undefined, model, { ...settings, workers: undefined }, []).workers;
  }
  return Math.min(32, settings.cores + 4);
}

/** The first activation of a spawned function, with the arguments that the spawn hands over. */
function activationOf(target: SpawnTarget): Activation {
  const given = new Map<string, Argument>();
  for (const [name, argument] of target.arguments)
    given.set(name, { value: argument.value, in: bareActivation(argument.in), how: argument.how });
  const { receiverValue: object } = target;
  const receiver = object && { value: object.value, in: bareActivation(object.in), how: "whole" as const };
  return { function: target.function, arguments: given, caller: undefined, ...(receiver ? { receiver } : {}) };
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
    if (sent.basis === "guessed" && !isOfPlainType(target, name) && !isUsedAsNumbers(target, name, program)) known = "guessed";
    sum += sent.bytes;
    objects += sent.objects;
    if (sent.bytes > most && sent.basis === "known") [most, largest] = [sent.bytes, name];
  }
  const result = resultShape(target, model);
  return {
    argumentBytes: sum,
    resultBytes: result ? pickledBytes(result) : 0,
    argumentObjects: objects,
    resultObjects: result ? pickledObjects(result) : 0,
    largest,
    arguments: known,
  };
}

/** Whether the parameter is declared as a number or text. */
function isOfPlainType({ function: node }: SpawnTarget, name: string): boolean {
  const annotation = node.head.parameters.find((parameter) => parameter.name === name)?.annotation;
  return annotation?.op === "read" && annotation.place.kind === "name" && /^(int|float|bool|complex)$/.test(annotation.place.name);
}

/** Whether the function gives the parameter, or a part of it that it unpacks, to a function that takes nothing but a number. */
function isUsedAsNumbers({ function: node }: SpawnTarget, name: string, { resolver }: Program): boolean {
  const isOf = (value: Value, depth = 0): boolean => {
    if (value.op === "item-of") return isOf(value.value, depth);
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
    if (value.place.name === name) return true;
    const bound = node.bound(value.place.name) ?? [];
    return bound.length === 1 && depth < 3 && bound[0]?.op === "item-of" && isOf(bound[0], depth + 1);
  };
  let found = false;
  walkOperations(node.facts.body, (operation) => {
    if (found || operation.op !== "call" || !operation.arguments.some(({ value }) => isOf(value))) return;
    found = resolver.externalCallees(operation, node).some((each) => takesNumbers.test(each));
  });
  return found;
}

const takesNumbers = /^c?math\.(?!dist$|fsum$|prod$|sumprod$)/;

/** Pickled bytes of one of a task's arguments. */
function argumentBytes(
  { value, in: within, how }: ScopedValue & { readonly how: Argument["how"] },
  program: Program,
  model: CostModel,
): { readonly bytes: number; readonly objects: number; readonly basis: "known" | "guessed" } {
  const { evaluator } = model;
  const at = bareActivation(within);
  const shape = shapeOf(how === "element" ? { op: "element-of", iterable: value, start: 0, end: 0 } : value, at, evaluator);
  if (shape && Number.isFinite(pickledBytes(shape))) return { bytes: pickledBytes(shape), objects: pickledObjects(shape), basis: "known" };
  const length = how === "element" ? evaluator.elementLength(value, at) : evaluator.length(value, at);
  const entities = how === "element" ? program.resolver.elements(value, within) : program.resolver.resolve(value, within);
  const isText = entities.some((entity) => entity.kind === "object" && /^builtins\.(bytes|bytearray|str)$/.test(entity.type));
  const elements = length?.likely ?? 0;
  const bytes = 8 + elements * (isText ? 1 : bytesPerElement);
  return { bytes, objects: isText ? 1 : 1 + elements, basis: length && isText ? "known" : "guessed" };
}

/** What one task returns, on average, where the make of all that it may return can be told. */
function resultShape(target: SpawnTarget, model: CostModel): Shape | undefined {
  const activation = activationOf(target);
  const { returned, head } = target.function;
  if (head.isGenerator || returned.length === 0) return undefined;
  const shapes = returned.flatMap((each) => shapeOf(each, activation, model.evaluator) ?? []);
  const shape = averageOf(shapes);
  return shapes.length === returned.length && Number.isFinite(pickledBytes(shape)) ? shape : undefined;
}

/** A pickled small integer takes 2 to 5 bytes, a float 9, a short string 10 to 20 (pickle protocol 4). */
const bytesPerElement = 10;

function taskCount(spawn: Spawn, course: Course, program: Program, model: CostModel): TaskCount {
  const pinned = pinsOf(spawn.in.file).iterations.get(spawn.call);
  if (pinned !== undefined && pinned >= 1) return { count: exactly(pinned), known: "pinned" };
  const at = bareActivation(spawn.in);
  let count: Amount;
  if (spawn.items.length > 0) {
    for (const item of spawn.items) {
      const length = model.evaluator.length(item, at);
      if (length) count = count ? combine(count, length, Math.min) : length;
    }
  } else {
    // A service that is stopped before the next is started is the only one.
    const isStopped = course === "until stopped" && Number.isFinite(endOf(spawn, program));
    const loops = isStopped ? [] : loopsAround(spawn.in, spawn.call);
    count = exactly(1);
    for (const loop of loops) {
      const { count: trips, known } = model.evaluator.trips(loop, at);
      count = known === "known" ? multiply(count as Interval, trips) : undefined;
      if (!count) break;
    }
    if (count && loops.length === 0) {
      const alike = countAlike(spawn, program);
      count = spawn.instances === "one" || course !== "together" || isOncePerCall(spawn, program.resolver) ? exactly(1 + alike) : undefined;
    }
  }
  // Who asks for several threads asks for more than the one that a default says.
  if (count && count.likely >= 1 && !(count.high < 2 && isInLoop(spawn) && isForSeveral(spawn))) return { count, known: "known" };
  if (course === "until stopped" && !(count === undefined && isInLoop(spawn))) return { count: exactly(1), known: "known" };
  if (spawn.width === "thread") return { count: interval(2, 4, 64), known: "assumed" };
  // Who hands tasks over many at a time has many times as many.
  const chunk = writtenChunk(spawn, model);
  return {
    count: chunk > 1 ? interval(2 * chunk, Math.max(100, usualChunks * chunk), 1_000 * chunk) : interval(2, 100, 1_000),
    known: "assumed",
  };
}

/** How many tasks the call says to hand over at a time, where it says a number; one otherwise. */
function writtenChunk(spawn: Spawn, { evaluator }: CostModel): number {
  const given = chunkArgument(spawn);
  const size = given && evaluator.number(given, bareActivation(spawn.in));
  return size && size.low === size.high && size.low > 1 ? size.low : 1;
}

const usualChunks = 20;

/**
 * Whether nothing shows that one call of the function starts more than one before it is over: only that it is called from several places, or that it
 * makes the pool that the work is given to.
 */
function isOncePerCall(spawn: Spawn, resolver: Resolver): boolean {
  const { call, width, repeated, pool, instancesOfCall, in: within } = spawn;
  if (width !== "thread") return width === "pool" && instancesOfCall === "one" && pool?.made?.in === within;
  return repeated === "guessed" || (isHandedBack(spawn) && !isCalledInTurn(call, within, resolver, 1));
}

/** Whether the caller of the function that starts it gets hold of what was started, as what it returns or in its object. */
function isHandedBack({ call, in: within }: Spawn): boolean {
  const isIt = (value: Value | undefined): boolean =>
    value === call ||
    (value?.op === "read" &&
      value.place.kind === "name" &&
      value.place.owner === within.index &&
      (within.bound(value.place.name) ?? []).includes(call));
  if (within.returned.some(isIt)) return true;
  let isKept = false;
  walkOperations(within.facts.body, (operation) => {
    isKept ||= operation.op === "write" && operation.place.kind === "attribute" && isIt(operation.value);
  });
  return isKept;
}

function isInLoop({ call, in: within }: Spawn): boolean {
  return loopsAround(within, call).length > 0;
}

function assumedTasks({ width, worker }: Spawn, { low, likely, high }: Interval): Assumption {
  const each = width !== "thread" ? "tasks" : worker === "process" ? "processes" : "threads";
  return { what: `number of ${each}`, value: `${low} to ${high}, likely ${likely}`, from: "default" };
}

function besideOf(spawn: Spawn, program: Program, model: CostModel): SiteEstimate["beside"] {
  if (spawn.width !== "thread") return [];
  return othersBeside(spawn, program).flatMap((other) => {
    const [target] = other.targets;
    if (!target) return [];
    const work = model.workOfTask(activationOf(target));
    if (work.isEndless || isMostlyUnknown(work)) return [];
    return [{ task: nameOf(target.function, program), work, service: serviceOf(other, target, program, model) }];
  });
}
