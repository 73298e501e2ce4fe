import { add, exactly } from "../../base/interval.js";
import { type Target, targetTitle } from "../../base/target.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { nameOfTarget, type Spawn, type SpawnTarget } from "../../program/link/threads/spawn.js";
import { lastName } from "../../program/link/threads/spawns.js";
import { noImports } from "../costs/import-costs.js";
import { keptResultNs } from "../costs/memory-costs.js";
import { type CostOrigin, costsFor } from "../costs/operation-costs.js";
import { CostModel } from "../costs/work.js";
import { chunkSizeOf } from "../tasks/chunks.js";
import { isAlone } from "../tasks/company.js";
import { coroutinesOf } from "../tasks/coroutine-places.js";
import { courseOf } from "../tasks/courses.js";
import { type Demand, likelyNs, mostThreads } from "../tasks/demand.js";
import { type HandedTask, handedAssumption, handedTask, methodsOfTask } from "../tasks/handed-tasks.js";
import { immovableBecause } from "../tasks/immovable.js";
import { loopDemandOf } from "../tasks/loop-workload.js";
import { isProgram } from "../tasks/main-guard.js";
import { nothingSent, payloadOf } from "../tasks/payload.js";
import { roomOf } from "../tasks/room.js";
import { sampledWork } from "../tasks/sampled-work.js";
import type { Service } from "../tasks/services.js";
import { othersBeside } from "../tasks/side-by-side.js";
import { roundOf, serviceOf, serviceOfAll } from "../tasks/spawned-services.js";
import { activationOf } from "../tasks/target-activation.js";
import { assumedTasks, enoughFor, taskCount, writtenChunk } from "../tasks/task-counts.js";
import type { TaskWork } from "../tasks/task-work.js";
import { type UnevenTasks, unevenTasks, unevenWork } from "../tasks/uneven-tasks.js";
import {
  hasNothingToWaitFor,
  isMostlyOpen,
  isMostlyUnknown,
  tendencyOf,
  toldNs,
  unknownAssumption,
  withUnknown,
} from "../tasks/unknown-work.js";
import { withUsualLength, withUsualRound } from "../tasks/usual-work.js";
import { workerCount } from "../tasks/worker-counts.js";
import { type ObservedTask, observedTask } from "../trial/observed-task.js";
import { bareActivation } from "../values/activation.js";
import type { Assumption, Course, Prediction } from "./prediction.js";
import type { EstimateSettings, SiteEstimate } from "./site.js";

/** What follows from the work of a place, but for what workers import: that depends on all of a module, which an edit changes more often. */
export interface Estimated extends Pick<SiteEstimate, "spawn" | "work" | "demand" | "beside" | "company" | "payload"> {
  readonly task: string;
  readonly workers: number;
  readonly workersKnown: Prediction["workersKnown"];
  readonly course: Course;
  /** All of the work, in a usual length where nothing tells it. */
  readonly whole: TaskWork;
  readonly assumptions: readonly Assumption[];
}

/** What one task of a place does, and by which settings that is known: with what was counted of its data, where the code leaves much open. */
interface ReadTask {
  readonly targets: readonly SpawnTarget[];
  readonly handed: HandedTask | undefined;
  readonly service: Service | undefined;
  /** The work where tasks do not all do as much. */
  readonly uneven: UnevenTasks | undefined;
  readonly work: TaskWork;
  /** What its functions are called. */
  readonly names: readonly string[];
  readonly model: CostModel;
  readonly settings: EstimateSettings;
}

function readTask(spawn: Spawn, program: Program, model: CostModel, settings: EstimateSettings): ReadTask {
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
  const canBeObserved = !service && !settings.observed && !settings.profile && spawn.worker !== "event-loop-task";
  if (target && canBeObserved && isUncertain(uneven?.work ?? model.workOfTask(activationOf(target, program.resolver)))) {
    const observed = observedTask(spawn, target.function, program, settings);
    if (observed) {
      const withObserved = { ...settings, observed };
      return readTask(spawn, program, new CostModel(program.resolver, withObserved), withObserved);
    }
  }
  const made = handed
    ? (uneven?.work ??
      model.workOfHandedIn(
        targets.map((each) => activationOf(each, program.resolver)),
        spawn.externalTargets,
        spawn.call,
        spawn.in,
        handed.isOpen,
      ))
    : (uneven?.work ??
      (target ? model.workOfTask(activationOf(target, program.resolver)) : model.workOfExternal(external, spawn.call, spawn.in)));
  const work = target && !handed && !uneven ? withHiddenTime(made, target, model) : made;
  const functions = targets.map((target) => (handed?.by === "class" ? target.function.head.qualifiedName : nameOf(target, program)));
  return { targets, handed, service, uneven, work, names: [...functions, ...spawn.externalTargets.map(lastName)], model, settings };
}

export function estimateSite(spawn: Spawn, program: Program, costs: CostModel, asked: EstimateSettings): Estimated {
  const { targets, handed, service, uneven, work: read, names, model, settings } = readTask(spawn, program, costs, asked);
  const [target] = targets;
  const task = handed?.name ?? names[0] ?? "";
  const course = settings.workers !== undefined ? "together" : service ? "until stopped" : courseOf(spawn, program);
  const once = course === "until stopped" && service && !settings.profile ? roundOf(service, read, model) : read;
  const isLoop = spawn.worker === "event-loop-task";
  const assumptions: Assumption[] = [...(handed && !isLoop ? [handedAssumption(handed, names)] : []), ...once.assumptions];
  if (settings.observed) assumptions.push(observedAssumption(task, settings.observed));
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
  const { origin, memory } = costsFor(settings.target, settings.calibrations);
  const areAllTold = !handed || (tasks.low === tasks.high && tasks.low === uneven?.shares.length);
  const seen = uneven || handed || !isMostlyInterpreted(whole) ? undefined : settings.observed?.sharesOf(tasks);
  const shares = uneven && areAllTold ? uneven.shares : seen;
  const demand: Demand = {
    // A profiler has seen that, too.
    interpreterNs: sampled ? whole.interpreterNs : add(whole.interpreterNs, keptResultNs(payload.resultMemory, tasks.likely, memory)),
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
    resultMemory: payload.resultMemory,
    // A semaphore lets threads in as a pool has workers.
    width: spawn.width === "pool" || settings.workers !== undefined || room ? "pool" : "threads",
    ...(isLoop ? { eventLoop: loopDemandOf(whole, poolThreads(targets, program, model, settings)) } : {}),
  };
  if (ended.length > 0)
    assumptions.push({ what: "beside it", value: [...new Set(ended.map((each) => `\`${each.task}\``))].join(", "), from: "code" });
  assumptions.push(costAssumption(origin, settings.target));
  return { spawn, work, demand, beside, company, payload, task, workers, workersKnown, course, whole, assumptions };
}

function observedAssumption(task: string, { isPart, isSampled }: ObservedTask): Assumption {
  const counted =
    isPart || isSampled ? "counted in a part of what it does with the program's own data" : "counted with the program's own data";
  return { what: `rounds and lengths in \`${task}\``, value: counted, from: "code" };
}

function costAssumption(origin: CostOrigin, target: Target): Assumption {
  return {
    what: "cost of each operation",
    value: origin.kind === "measured" ? `the table measured on ${targetTitle(target)}` : origin.note,
    from: origin.kind === "measured" || origin.kind === "calibrated" ? "measured" : "default",
  };
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

/** Work with a call of which nothing is known if so little is done that nobody would hand it to a thread, but for what unknown objects may do. */
function withHiddenTime(work: TaskWork, target: SpawnTarget, model: CostModel): TaskWork {
  const { unknownCalls, uncostedCalls, isEndless } = work;
  if (isEndless || unknownCalls + uncostedCalls > 0 || toldNs(work) >= shortTaskNs || likelyNs(work) >= 10 * shortTaskNs) return work;
  const use = model.hidingUse(activationOf(target, model.evaluator.resolver));
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
  return unevenWork(spawn.targets.map((each) => model.workOfTask(activationOf(each, model.evaluator.resolver))));
}

const mostFunctions = 8;

/** A task that computes for longer may be worth a process. */
const longEnoughNs = 250_000;

const lockOfEach: Assumption = { what: "locks in processes", value: "one in each, which keeps out nobody in another", from: "code" };

const saidOfCourse: Readonly<Record<Exclude<Course, "together">, Assumption>> = {
  "until stopped": { what: "work", value: "of one round, as it goes on until it is stopped", from: "code" },
  "in turn": { what: "tasks at a time", value: "1, as each is waited for before the next is started", from: "code" },
  awaited: { what: "tasks at a time", value: "1, as each is awaited before its coroutine goes on", from: "code" },
};

/** The name of the work. */
function nameOf(target: SpawnTarget, program: Program): string {
  const name = nameOfTarget(target);
  return name === target.function.head.name ? nameOfFunction(target.function, program) : name;
}

/** Of a lambda that does nothing but call a function, that function's name; of what making an object does, its class's. */
function nameOfFunction(node: FunctionNode, program: Program, depth = 0): string {
  const { name, class: made } = node.head;
  if (name === "__init__" && made !== undefined) return node.file.facts.classes[made]?.name ?? name;
  const [only] = node.returned;
  if (name !== "<lambda>" || only?.op !== "call" || depth > 3) return name;
  const [callee] = program.resolver.callees(only, node);
  if (callee) return nameOfFunction(callee.function, program, depth + 1);
  return program.resolver.externalCallees(only, node)[0]?.split(".").pop() ?? name;
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

function besideOf(spawn: Spawn, program: Program, model: CostModel): SiteEstimate["beside"] {
  if (spawn.width !== "thread") return [];
  return othersBeside(spawn, program).flatMap((other) => {
    const [target] = other.targets;
    if (!target) return [];
    const work = model.workOfTask(activationOf(target, program.resolver));
    if (work.isEndless || isMostlyUnknown(work)) return [];
    return [{ task: nameOf(target, program), work, service: serviceOf(other, target, program, model) }];
  });
}
