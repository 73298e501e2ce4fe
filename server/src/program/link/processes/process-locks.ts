import { contains, type Range } from "../../../base/range.js";
import type { Target } from "../../../base/target.js";
import type { TypeRole } from "../../../knowledge/entry.js";
import type { CallOperation, Operation, Value, WithOperation } from "../../operation.js";
import { reachedWithin } from "../activity/reached-functions.js";
import { type Entity, entityKey, type FunctionNode, functionKey, type ObjectEntity } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { isElementOf, loopsAround } from "../loops.js";
import { argumentFor } from "../resolution/resolver.js";
import type { ScopedValue, Spawn } from "../threads/spawn.js";
import { evaluatedBy, listOf, someValue, walkOperations } from "../walk.js";
import { fileUpdateIn } from "./file-updates.js";
import { freshStartOf } from "./start-methods.js";

/** A primitive of `threading` or `queue` that worker processes use as if the other processes saw it. */
export interface ThreadPrimitiveUse {
  readonly spawn: Spawn;
  readonly within: FunctionNode;
  /** The lock as it is written in the `with`, or the call on the queue or event. */
  readonly at: Value;
  readonly primitive: ObjectEntity;
  /** What it is in the call that starts the worker, where it is given it there. */
  readonly handed: Value | undefined;
  readonly effect:
    | { readonly kind: "guards"; readonly state: Range }
    | { readonly kind: "hands-over"; readonly other: OtherSide }
    /** Of a barrier: all who would come to it are other processes. */
    | { readonly kind: "waits-alone" };
}

interface OtherSide {
  readonly call: CallOperation;
  readonly in: FunctionNode;
  /** Where it runs. */
  readonly at: "parent" | "other worker";
}

/**
 * Every such use that the program certainly relies on: the lock guards state that processes share or is there for nobody else, or the other side of a queue
 * or event is in another process.
 */
export function threadPrimitivesOfWorkers(program: Program, target: Target): readonly ThreadPrimitiveUse[] {
  const uses = new Map<string, ThreadPrimitiveUse>();
  const workers = program.spawns.flatMap((spawn) => {
    const isOurs = /^(concurrent\.futures\.ProcessPoolExecutor|multiprocessing)\b/.test(spawn.spawner);
    return spawn.worker === "process" && isOurs && spawn.startedBy === "call" ? [{ spawn, reached: reachedBy(spawn, program) }] : [];
  });
  if (workers.length === 0) return [];
  const inWorkers = new Set(workers.flatMap(({ reached }) => [...reached]));
  const inThreads = new Set(
    program.spawns.flatMap((spawn) => (spawn.worker === "thread" ? [spawn.in, ...spawn.targets.map((each) => each.function)] : [])),
  );
  for (const { spawn, reached } of workers) {
    // Threads of the worker's own, or of the parent in the same code, may be what the primitive is there for.
    if ([...reachedBy(spawn, program, maximumDepth * 3)].some((node) => inThreads.has(node))) continue;
    const isShared = (node: FunctionNode): boolean =>
      spawn.instances === "several" || workers.some((other) => other.spawn !== spawn && other.reached.has(node));
    const keepsCopy = (value: Value, within: FunctionNode): boolean => arrivesAsCopy(value, within, spawn, program, target);
    for (const node of reached) {
      const guards = isShared(node) ? [...guardedStates(node, { spawn, reached }, program), ...keptApart(node, inWorkers, program)] : [];
      for (const use of [...guards, ...handOvers(node, spawn, workers, program)]) {
        const key = `${functionKey(node)}@${use.at.start}`;
        const value = receiverOf(use.at) ?? use.at;
        if (!uses.has(key) && keepsCopy(value, node))
          uses.set(key, { ...use, spawn, within: node, handed: handedTo(node, value, spawn)?.value });
      }
    }
  }
  return [...uses.values()];
}

/** The functions that run in the worker, nearest first. */
export function reachedBy({ targets }: Spawn, { resolver }: Program, steps = maximumDepth): ReadonlySet<FunctionNode> {
  const first = targets.map((target) => target.function);
  return reachedWithin(first, { steps, most: maximumReach, doubtful: "followed" }, resolver);
}

const maximumReach = 60;
const maximumDepth = 3;

/** A global is copied into, or made anew in, every process. What is sent is copied only where the process is forked; elsewhere it cannot be sent at all. */
function arrivesAsCopy(value: Value, within: FunctionNode, spawn: Spawn, program: Program, target: Target): boolean {
  if (value.op !== "read" || value.place.kind === "element") return false;
  if (value.place.kind === "name") {
    const owner = value.place.owner >= 0 ? within.file.functionAt(value.place.owner) : undefined;
    if (owner?.head.kind === "module") return true;
    if (owner !== within) return false;
  }
  if (!/Process$/.test(spawn.spawner)) return false;
  const start = freshStartOf(spawn.call, spawn.in, program, target);
  return start === "nowhere" || start === "macos-and-windows";
}

/** What the parameter that the worker reads is given where the worker is started. */
function handedTo(node: FunctionNode, value: Value, spawn: Spawn): ScopedValue | undefined {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return undefined;
  const given = spawn.targets.find((target) => target.function === node)?.arguments.get(value.place.name);
  return given?.how === "whole" ? given : undefined;
}

type Found = Pick<ThreadPrimitiveUse, "at" | "primitive" | "effect">;

function guardedStates(node: FunctionNode, worker: Worker, program: Program): readonly Found[] {
  const found: Found[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "with" || operation.isAsync) return;
    const lock = threadPrimitive(operation.context, node, program, "lock", worker.spawn);
    const state = lock && sharedStateIn(operation, node, worker, program);
    if (lock && state && !isGuardedAnyway(node, state, program)) {
      found.push({ at: operation.context, primitive: lock, effect: { kind: "guards", state } });
    }
  });
  return found;
}

/**
 * Locks, semaphores and barriers of the module that only workers ever take, none of which has threads: they are there to keep the workers apart, or to
 * have them meet. Of a lock it is believed where what it is held for can be seen from outside.
 */
function keptApart(node: FunctionNode, inWorkers: ReadonlySet<FunctionNode>, program: Program): readonly Found[] {
  const found: Found[] = [];
  const add = (at: Value, object: Value, guarded: readonly Operation[]): void => {
    const primitive = threadPrimitive(object, node, program, "lock") ?? threadPrimitive(object, node, program, "barrier");
    if (!primitive || !isOfModule(object, node) || !isTakenBy(primitive, node, inWorkers, program)) return;
    if (program.knowledge.type(primitive.type)?.is.role === "barrier") {
      if (receiverOf(at)) found.push({ at, primitive, effect: { kind: "waits-alone" } });
      return;
    }
    const isSemaphore = primitive.type.endsWith("Semaphore");
    let state: Range | undefined;
    for (const operation of guarded)
      walkOperations([operation], (inner) => {
        if (!state && inner.op === "call" && (isSemaphore || isSeenOutside(inner, node, program))) state = inner;
      });
    if (state && !isGuardedAnyway(node, state, program)) found.push({ at, primitive, effect: { kind: "guards", state } });
  };
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "with" && !operation.isAsync) add(operation.context, operation.context, operation.body);
    const receiver = receiverOf(operation);
    if (operation.op !== "call" || !receiver) return;
    const name = lastNameOf(operation.callee);
    if (name === "wait") add(operation, receiver, []);
    if (name === "acquire")
      add(
        receiver,
        receiver,
        (listAfter(node.facts.body, operation) ?? []).filter(({ op }) => op !== "return"),
      );
  });
  return found;
}

/** The operations that come after the call in the list that it stands in. */
function listAfter(body: readonly Operation[], call: CallOperation): readonly Operation[] | undefined {
  return listOf(body, call)?.filter((operation) => operation.start >= call.end);
}

function isOfModule(value: Value, within: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner < 0) return false;
  return within.file.functionAt(value.place.owner)?.head.kind === "module";
}

/** Whether nobody but the workers touches it, under its own name. */
function isTakenBy(primitive: ObjectEntity, { file }: FunctionNode, inWorkers: ReadonlySet<FunctionNode>, { resolver }: Program): boolean {
  const key = entityKey(primitive);
  return file.functions.every((node) => {
    if (inWorkers.has(node)) return true;
    let touches = false;
    walkOperations(node.facts.body, (operation) => {
      touches ||= evaluatedBy(operation).some((value) =>
        someValue(value, (inner) => inner.op === "read" && resolver.resolve(inner, node).some((entity) => entityKey(entity) === key)),
      );
    });
    return !touches;
  });
}

/** Whether others than the process surely notice the call: it prints, or runs a program. A file may be the worker's own. */
function isSeenOutside(call: CallOperation, within: FunctionNode, { resolver }: Program): boolean {
  return resolver.externalCallees(call, within).some((name) => /^(builtins\.print|subprocess\.\w+|os\.system)$/.test(name));
}

/** The only thing that the value can be, if that is a primitive for threads. */
function threadPrimitive(
  value: Value,
  within: FunctionNode,
  program: Program,
  role: TypeRole["role"],
  spawn?: Spawn,
): ObjectEntity | undefined {
  // Of a parameter with an annotation its type alone is known; the call that starts the worker tells which object it is.
  const handed = spawn && handedTo(within, value, spawn);
  const entities = handed ? program.resolver.resolve(handed.value, handed.in) : program.resolver.resolve(value, within);
  const [only] = entities;
  if (entities.length !== 1 || only?.kind !== "object" || !only.origin) return undefined;
  const is = program.knowledge.type(only.type)?.is;
  return is?.role === role && "scope" in is && is.scope === "threads" ? only : undefined;
}

/**
 * What processes share, and where it holds its content. Shared memory takes its lock, if it has one, for one read or one store; a manager answers one
 * request at a time.
 */
export const sharedTypes: ReadonlyMap<string, "attribute" | "element"> = new Map([
  ["multiprocessing.sharedctypes.Synchronized", "attribute"],
  ["multiprocessing.sharedctypes.RawValue", "attribute"],
  ["multiprocessing.managers.DictProxy", "element"],
  ["multiprocessing.managers.ListProxy", "element"],
]);

/** Where the guarded code changes something that all processes see: shared memory, a manager's object, a file that is the same for all. */
function sharedStateIn(guarded: WithOperation, node: FunctionNode, worker: Worker, program: Program): Range | undefined {
  let state: Range | undefined;
  const isShared = (value: Value): boolean => {
    const entities = program.resolver.resolve(value, node);
    return entities.length > 0 && entities.every((entity: Entity) => entity.kind === "object" && sharedTypes.has(entity.type));
  };
  walkOperations(guarded.body, (operation: Operation) => {
    if (state) return;
    if (operation.op === "write" && operation.place.kind !== "name" && isShared(operation.place.object)) state = operation.statement;
    if (operation.op === "call" && isFileOfAll(operation, node, worker, program)) state = operation;
  });
  if (state) return state;
  const update = fileUpdateIn(guarded.body, node, program);
  const isOfAll =
    update &&
    (isSameForAll(update.path, node, worker, program) || isOfSharedObject(update.path, guarded.context, node, worker, program)) &&
    !isCalledUnderLock(node, worker, program);
  return isOfAll ? update.write : undefined;
}

/**
 * Whether the path and the lock are attributes of one object that is made once, before the workers start, and never stored in again: each worker has a
 * copy of it, with the same path.
 */
function isOfSharedObject(path: Value, lock: Value, node: FunctionNode, worker: Worker, { resolver }: Program): boolean {
  const owner = resolver.enclosingClass(node);
  const self = node.head.parameters[0]?.name;
  const isOfSelf = (value: Value): string | undefined => {
    if (value.op !== "read" || value.place.kind !== "attribute") return undefined;
    const { object, name } = value.place;
    const isSelf = object.op === "read" && object.place.kind === "name" && object.place.owner === node.index && object.place.name === self;
    return isSelf ? name : undefined;
  };
  const names = [path, lock].map(isOfSelf);
  const init = owner && resolver.method(owner, "__init__");
  if (!owner || !init || names.includes(undefined)) return false;
  const isSetOnce = names.every((name) => {
    const writes = owner.facts.instanceAttributes.get(name ?? "") ?? [];
    return writes.length === 1 && writes.every(({ function: index }) => owner.file.functionAt(index) === init);
  });
  const [made, ...others] = resolver.callersOf(init);
  if (!isSetOnce || !made || others.length > 0) return false;
  return !worker.reached.has(made.within) && loopsAround(made.within, made.call).length === 0;
}

/** Whether one of the calls of the function in the worker is made while something else is held that may keep processes apart. */
function isCalledUnderLock(node: FunctionNode, worker: Worker, program: Program): boolean {
  return program.resolver.callersOf(node).some(({ call, within }) => worker.reached.has(within) && isGuardedAnyway(within, call, program));
}

/** `open("log.txt", "a")`: written to, and by a name that is the same in all workers. */
function isFileOfAll(call: CallOperation, node: FunctionNode, worker: Worker, program: Program): boolean {
  const [path, second] = call.arguments;
  const mode = call.arguments.find((argument) => argument.name === "mode") ?? second;
  if (!path || mode?.value.op !== "constant" || typeof mode.value.value !== "string" || !/[aw+]/.test(mode.value.value)) return false;
  if (!program.resolver.externalCallees(call, node).includes("builtins.open")) return false;
  return isSameForAll(path.value, node, worker, program);
}

/** Whether the value is the same in every worker: a constant, a global that is bound once, or an argument that each of them is given alike. */
function isSameForAll(value: Value, node: FunctionNode, worker: Worker, program: Program, depth = 0): boolean {
  if (value.op === "constant") return true;
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner < 0) return false;
  const { name, owner: index } = value.place;
  const owner = node.file.functionAt(index);
  if (owner?.head.kind === "module") return !owner.head.rebound.has(name);
  const parameter = node.head.parameters.find((each) => each.name === name);
  if (owner !== node || !parameter || node.head.rebound.has(name)) return false;
  const given = worker.spawn.targets.find((target) => target.function === node)?.arguments.get(name);
  if (given) return given.how === "whole" && given.in === worker.spawn.in && isGivenToEach(given.value, worker.spawn);
  if (depth >= maximumDepth) return false;
  const calls = program.resolver.callersOf(node).filter(({ within }) => worker.reached.has(within));
  return (
    calls.length > 0 &&
    calls.every(({ call, within, receiver }) => {
      const argument = argumentFor(node, parameter, call, receiver);
      return argument !== undefined && isSameForAll(argument, within, worker, program, depth + 1);
    })
  );
}

/** Whether the loop that starts the workers leaves the value alone: `for n in range(4): pool.submit(work, path, n)`. */
function isGivenToEach(value: Value, { call, in: within }: Spawn): boolean {
  if (value.op === "constant") return true;
  const loop = loopsAround(within, call).at(-1);
  if (!loop || value.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return false;
  const bound = within.bound(value.place.name) ?? [];
  return bound.every((each) => !contains(loop, each)) && !bound.some((each) => isElementOf(each, loop.iterable));
}

const opens = /^(builtins|io|pathlib\.\w+|gzip|bz2|lzma)\.open$/;

/** Whether a lock for processes is held there as well. */
function isGuardedAnyway(node: FunctionNode, state: Range, program: Program): boolean {
  let isGuarded = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "with" || !contains(operation, state)) return;
    const { context } = operation;
    const isOwnLock = context.op === "call" && context.callee.op === "read" && context.callee.place.kind === "attribute";
    if (isOwnLock && context.callee.op === "read" && context.callee.place.kind === "attribute" && context.callee.place.name === "get_lock")
      isGuarded = true;
    for (const entity of program.resolver.resolve(context, node)) {
      const is = entity.kind === "object" ? program.knowledge.type(entity.type)?.is : undefined;
      const isOpen =
        operation.context.op === "call" && program.resolver.externalCallees(operation.context, node).some((name) => opens.test(name));
      if (!isOpen && !(is?.role === "lock" && is.scope === "threads")) isGuarded = true;
    }
  });
  return isGuarded;
}

interface Worker {
  readonly spawn: Spawn;
  readonly reached: ReadonlySet<FunctionNode>;
}

/** Calls on queues and events in the worker whose other side is in code that the worker does not run. */
function handOvers(node: FunctionNode, spawn: Spawn, workers: readonly Worker[], program: Program): readonly Found[] {
  const found: Found[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call") return;
    const side = sideOf(operation, node, spawn, program);
    if (!side) return;
    const other = otherSide(side, node, spawn, workers, program);
    if (other) found.push({ at: operation, primitive: side.primitive, effect: { kind: "hands-over", other } });
  });
  return found;
}

interface Side {
  readonly primitive: ObjectEntity;
  /** The methods by which the other side would get or give. */
  readonly counterparts: readonly string[];
  /** `waits`: it is the one that notices. */
  readonly does: "waits" | "gives";
}

function sideOf(call: CallOperation, node: FunctionNode, spawn: Spawn, program: Program): Side | undefined {
  const receiver = receiverOf(call);
  const { callee } = call;
  if (!receiver || callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const { name } = callee.place;
  if (!sideNames.has(name)) return undefined;
  const queue = threadPrimitive(receiver, node, program, "queue", spawn);
  if (queue) {
    if (name.startsWith("put")) return { primitive: queue, counterparts: gets, does: "gives" };
    return name.startsWith("get") ? { primitive: queue, counterparts: puts, does: "waits" } : undefined;
  }
  const signal = threadPrimitive(receiver, node, program, "event", spawn) ?? threadPrimitive(receiver, node, program, "condition", spawn);
  if (!signal) return undefined;
  if (program.knowledge.type(signal.type)?.is.role === "condition") {
    if (name.startsWith("notify")) return { primitive: signal, counterparts: conditionWaits, does: "gives" };
    return name.startsWith("wait") ? { primitive: signal, counterparts: notifies, does: "waits" } : undefined;
  }
  return name === "set"
    ? { primitive: signal, counterparts: ["wait", "is_set"], does: "gives" }
    : { primitive: signal, counterparts: ["set"], does: "waits" };
}

const puts: readonly string[] = ["put", "put_nowait"];
const gets: readonly string[] = ["get", "get_nowait"];
const notifies: readonly string[] = ["notify", "notify_all"];
const conditionWaits: readonly string[] = ["wait", "wait_for"];
const sideNames: ReadonlySet<string> = new Set([...puts, ...gets, ...notifies, ...conditionWaits, "set", "is_set"]);

function otherSide(
  { primitive, counterparts, does }: Side,
  node: FunctionNode,
  spawn: Spawn,
  workers: readonly Worker[],
  program: Program,
): OtherSide | undefined {
  const key = entityKey(primitive);
  const reaching = (within: FunctionNode): readonly Worker[] => workers.filter(({ reached }) => reached.has(within));
  for (const name of counterparts) {
    for (const site of node.file.calls(name)) {
      const within = node.file.functionAt(site.function);
      const receiver = receiverOf(site.call);
      if (!within || !receiver || !program.resolver.resolve(receiver, within).some((entity) => entityKey(entity) === key)) continue;
      const others = reaching(within);
      if (others.length === 0) {
        if (isBeside(spawn, site.call, within, program)) return { call: site.call, in: within, at: "parent" };
        continue;
      }
      // Of two workers, the one that waits has nothing to wait for.
      const isApart = others.every((other) => other.spawn !== spawn && !other.reached.has(node) && other.spawn.in === spawn.in);
      if (does === "waits" && isApart) return { call: site.call, in: within, at: "other worker" };
    }
  }
  return undefined;
}

/** Whether whoever starts the worker makes the call as well: in the same function after that, or in the same class. What is set before is inherited. */
function isBeside(spawn: Spawn, call: CallOperation, within: FunctionNode, { resolver }: Program): boolean {
  if (within === spawn.in) return call.start > spawn.call.end;
  const owner = resolver.enclosingClass(spawn.in);
  if (owner && resolver.enclosingClass(within) === owner) return true;
  // `start()` makes the processes, and the function that calls it goes on with `results.get()`.
  return resolver.callersOf(spawn.in).some((caller) => caller.within === within && caller.call.end < call.start);
}
