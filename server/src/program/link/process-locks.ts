import { contains, type Range } from "../../base/range.js";
import type { Target } from "../../base/target.js";
import type { CallOperation, Operation, Value, WithOperation } from "../operation.js";
import { type Entity, entityKey, type FunctionNode, functionKey, type ObjectEntity } from "./entity.js";
import type { Program } from "./link.js";
import type { Spawn } from "./spawns.js";
import { freshStartOf } from "./start-methods.js";
import { walkOperations } from "./walk.js";

/** A primitive of `threading` or `queue` that worker processes use as if the other processes saw it. */
export interface ThreadPrimitiveUse {
  readonly spawn: Spawn;
  readonly within: FunctionNode;
  /** The lock as it is written in the `with`, or the call on the queue or event. */
  readonly at: Value;
  readonly primitive: ObjectEntity;
  readonly effect:
    | { readonly kind: "guards"; readonly state: Range }
    | { readonly kind: "hands-over"; readonly other: { readonly call: CallOperation; readonly in: FunctionNode } };
}

/** Every such use that the program certainly relies on: the lock guards state that processes share, or the other side of a queue or event is in the parent. */
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
      for (const use of [...(isShared(node) ? guardedStates(node, program) : []), ...handOvers(node, spawn, inWorkers, program)]) {
        const key = `${functionKey(node)}@${use.at.start}`;
        const value = use.effect.kind === "hands-over" ? receiverOf(use.at) : use.at;
        if (value && !uses.has(key) && keepsCopy(value, node)) uses.set(key, { ...use, spawn, within: node });
      }
    }
  }
  return [...uses.values()];
}

/** The functions that run in the worker, nearest first. */
function reachedBy(spawn: Spawn, { resolver }: Program, steps = maximumDepth): ReadonlySet<FunctionNode> {
  const reached = new Set<FunctionNode>();
  let next: readonly FunctionNode[] = spawn.targets.map((target) => target.function);
  for (let depth = 0; depth <= steps && next.length > 0; depth++) {
    const found: FunctionNode[] = [];
    for (const node of next) {
      if (reached.has(node) || reached.size > maximumReach) continue;
      reached.add(node);
      walkOperations(node.facts.body, (operation) => {
        if (operation.op === "call") found.push(...resolver.callees(operation, node).map((callee) => callee.function));
      });
    }
    next = found;
  }
  return reached;
}

const maximumReach = 60;
const maximumDepth = 3;

/** A global is copied into, or made anew in, every process. What is sent is copied only where the process is forked; elsewhere it cannot be sent at all. */
function arrivesAsCopy(value: Value, within: FunctionNode, spawn: Spawn, program: Program, target: Target): boolean {
  if (value.op !== "read" || value.place.kind === "element") return false;
  if (value.place.kind === "name") {
    const owner = value.place.owner >= 0 ? within.file.functions[value.place.owner] : undefined;
    if (owner?.facts.kind === "module") return true;
    if (owner !== within) return false;
  }
  if (!/Process$/.test(spawn.spawner)) return false;
  const start = freshStartOf(spawn.call, spawn.in, program, target);
  return start === "nowhere" || start === "macos-and-windows";
}

type Found = Pick<ThreadPrimitiveUse, "at" | "primitive" | "effect">;

function guardedStates(node: FunctionNode, program: Program): readonly Found[] {
  const found: Found[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "with" || operation.isAsync) return;
    const lock = threadPrimitive(operation.context, node, program, "lock");
    const state = lock && sharedStateIn(operation, node, program);
    if (lock && state && !isGuardedAnyway(node, state, program)) {
      found.push({ at: operation.context, primitive: lock, effect: { kind: "guards", state } });
    }
  });
  return found;
}

/** The only thing that the value can be, if that is a primitive for threads. */
function threadPrimitive(value: Value, within: FunctionNode, program: Program, role: "lock" | "queue" | "event"): ObjectEntity | undefined {
  const entities = program.resolver.resolve(value, within);
  const [only] = entities;
  if (entities.length !== 1 || only?.kind !== "object" || !only.origin) return undefined;
  const is = program.knowledge.type(only.type)?.is;
  return is?.role === role && is.scope === "threads" ? only : undefined;
}

const sharedTypes: ReadonlySet<string> = new Set([
  "multiprocessing.sharedctypes.Synchronized",
  "multiprocessing.managers.DictProxy",
  "multiprocessing.managers.ListProxy",
]);

/** Where the guarded code changes something that all processes see: shared memory, a manager's object, a file that is the same for all. */
function sharedStateIn(guarded: WithOperation, node: FunctionNode, program: Program): Range | undefined {
  let state: Range | undefined;
  const isShared = (value: Value): boolean => {
    const entities = program.resolver.resolve(value, node);
    return entities.length > 0 && entities.every((entity: Entity) => entity.kind === "object" && sharedTypes.has(entity.type));
  };
  walkOperations(guarded.body, (operation: Operation) => {
    if (state) return;
    if (operation.op === "write" && operation.place.kind !== "name" && isShared(operation.place.object)) state = operation.statement;
    if (operation.op === "call" && isFileOfAll(operation, node, program)) state = operation;
  });
  return state;
}

/** `open("log.txt", "a")`: written to, and by a name that is the same in all workers. */
function isFileOfAll(call: CallOperation, node: FunctionNode, program: Program): boolean {
  const [path, second] = call.arguments;
  const mode = call.arguments.find((argument) => argument.name === "mode") ?? second;
  if (!path || mode?.value.op !== "constant" || typeof mode.value.value !== "string" || !/[aw+]/.test(mode.value.value)) return false;
  if (!program.resolver.externalCallees(call, node).includes("builtins.open")) return false;
  const { value } = path;
  if (value.op === "constant") return true;
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner < 0) return false;
  const owner = node.file.functions[value.place.owner];
  return owner?.facts.kind === "module" && !owner.facts.rebound.has(value.place.name);
}

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
      const isOpen = operation.context.op === "call" && program.resolver.externalCallees(operation.context, node).includes("builtins.open");
      if (!isOpen && !(is?.role === "lock" && is.scope === "threads")) isGuarded = true;
    }
  });
  return isGuarded;
}

/** Calls on queues and events in the worker whose other side is in code that no worker runs. */
function handOvers(node: FunctionNode, spawn: Spawn, inWorkers: ReadonlySet<FunctionNode>, program: Program): readonly Found[] {
  const found: Found[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call") return;
    const side = sideOf(operation, node, program);
    if (!side) return;
    const other = otherSide(side, node, spawn, inWorkers, program);
    if (other) found.push({ at: operation, primitive: side.primitive, effect: { kind: "hands-over", other } });
  });
  return found;
}

interface Side {
  readonly primitive: ObjectEntity;
  /** The methods by which the other side would get or give. */
  readonly counterparts: readonly string[];
}

function sideOf(call: CallOperation, node: FunctionNode, program: Program): Side | undefined {
  const receiver = receiverOf(call);
  const { callee } = call;
  if (!receiver || callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const { name } = callee.place;
  if (!sideNames.has(name)) return undefined;
  const queue = threadPrimitive(receiver, node, program, "queue");
  if (queue)
    return name.startsWith("put")
      ? { primitive: queue, counterparts: gets }
      : name.startsWith("get")
        ? { primitive: queue, counterparts: puts }
        : undefined;
  const event = threadPrimitive(receiver, node, program, "event");
  if (!event) return undefined;
  return name === "set" ? { primitive: event, counterparts: ["wait", "is_set"] } : { primitive: event, counterparts: ["set"] };
}

const puts: readonly string[] = ["put", "put_nowait"];
const gets: readonly string[] = ["get", "get_nowait"];
const sideNames: ReadonlySet<string> = new Set([...puts, ...gets, "set", "wait", "is_set"]);

function otherSide(
  { primitive, counterparts }: Side,
  node: FunctionNode,
  spawn: Spawn,
  inWorkers: ReadonlySet<FunctionNode>,
  program: Program,
): { readonly call: CallOperation; readonly in: FunctionNode } | undefined {
  const key = entityKey(primitive);
  for (const name of counterparts) {
    for (const site of node.file.calls(name)) {
      const within = node.file.functions[site.function];
      const receiver = receiverOf(site.call);
      if (!within || inWorkers.has(within) || !receiver || !isBeside(spawn, site.call, within, program)) continue;
      if (program.resolver.resolve(receiver, within).some((entity) => entityKey(entity) === key)) return { call: site.call, in: within };
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

function receiverOf(call: Value): Value | undefined {
  return call.op === "call" && call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : undefined;
}
