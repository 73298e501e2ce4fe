import { append } from "../../../base/append.js";
import type { CallOperation, Value } from "../../operation.js";
import type { CallStep } from "../activity/moments.js";
import { callsIn } from "../calls-in.js";
import { type FunctionNode, functionKey } from "../entity.js";
import { testsBefore } from "../guards.js";
import type { Program } from "../link.js";
import { objectOfMethod } from "../locks/hand-over.js";
import { sameValue } from "../state/updates.js";
import { someValue, walkOperations } from "../walk.js";
import type { Spawn } from "./spawn.js";
import { isThreadIdentity } from "./thread-identity.js";

/** A task of a pool waits for another task of the same pool. */
export interface PoolWait {
  /** The function that waits, and the call or loop that does. */
  readonly function: FunctionNode;
  readonly wait: CallOperation;
  /** What it waits for. */
  readonly awaited: Spawn;
  /** What made the waiting function a task of the pool, and the calls from there to the wait. */
  readonly task: Spawn;
  readonly target: FunctionNode;
  readonly path: readonly CallStep[];
}

/** Every place where a task waits for a task that it gave to its own pool itself, in order of file and offset. */
export function poolWaits(program: Program): readonly PoolWait[] {
  const byPool = new Map<string, Spawn[]>();
  for (const spawn of program.spawns) {
    const key = poolKey(spawn);
    if (key === undefined) continue;
    append(byPool, key, spawn);
  }
  const found = new Map<CallOperation, PoolWait>();
  for (const spawns of byPool.values()) {
    const givers = new Set(spawns.map((spawn) => spawn.in));
    for (const task of spawns) {
      for (const target of task.targets) {
        const reached = reachedFrom(target.function, program);
        if (![...reached.keys()].some((node) => givers.has(node))) continue;
        // A pool that the task makes for itself is another one each time.
        const made = task.pool?.made?.in;
        if (made && reached.has(made)) continue;
        for (const [node, path] of reached) {
          for (const { call, spawn } of waitsIn(node, spawns, program)) {
            if (!reached.has(spawn.in) || found.has(call) || isDone(node, call) || asksForThread(node, call)) continue;
            found.set(call, { function: node, wait: call, awaited: spawn, task, target: target.function, path });
          }
        }
      }
    }
  }
  return firstOfEach([...found.values()]);
}

/** Whether the future was asked whether it is done: `if future.done(): future.result()`. */
function isDone(node: FunctionNode, { callee }: CallOperation): boolean {
  if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
  const { object } = callee.place;
  return testsBefore(node, callee).some((test) =>
    someValue(test, (value) => {
      const asked = value.op === "call" ? objectOfMethod(value, "done") : undefined;
      return asked !== undefined && sameValue(asked, object);
    }),
  );
}

/** Whether the function asks which thread it runs in before it waits: `if current_thread().name.startswith("device"): return work()`. */
function asksForThread(node: FunctionNode, wait: CallOperation): boolean {
  return testsBefore(node, wait).some((test) => someValue(test, isThreadIdentity));
}

/** The first wait of each function. */
function firstOfEach(waits: readonly PoolWait[]): readonly PoolWait[] {
  const seen = new Set<string>();
  return [...waits]
    .sort((a, b) =>
      a.function.file.path < b.function.file.path ? -1 : a.function.file.path > b.function.file.path ? 1 : a.wait.start - b.wait.start,
    )
    .filter(({ function: node }) => {
      const key = functionKey(node);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/** Equal for spawns that certainly give their work to the same pool of threads. */
function poolKey(spawn: Spawn): string | undefined {
  if (spawn.worker !== "thread" || spawn.width !== "pool") return undefined;
  const made = spawn.pool?.made;
  if (made) return `${functionKey(made.in)}@${made.call.start}`;
  const { callee } = spawn.call;
  const pool = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  if (pool?.op !== "read") return undefined;
  const { place } = pool;
  if (place.kind === "name" && place.owner === 0) return `global ${spawn.in.file.path} ${place.name}`;
  // A function that hands its own pool on to the work it submits.
  if (place.kind === "name" && place.owner === spawn.in.index) {
    const isHandedOn = spawn.targets.some(({ function: node, arguments: given }) => {
      const value = given.get(place.name)?.value;
      return node === spawn.in && value?.op === "read" && value.place.kind === "name" && value.place.name === place.name;
    });
    return isHandedOn ? `parameter ${functionKey(spawn.in)} ${place.name}` : undefined;
  }
  if (place.kind === "attribute" && place.object.op === "read" && place.object.place.kind === "name" && spawn.in.head.class !== undefined) {
    const isOwn = place.object.place.name === spawn.in.head.parameters[0]?.name;
    return isOwn ? `attribute ${spawn.in.file.path} ${spawn.in.head.class} ${place.name}` : undefined;
  }
  return undefined;
}

/** The functions of the program that a function calls, with the calls that lead there. */
function reachedFrom(start: FunctionNode, program: Program): ReadonlyMap<FunctionNode, readonly CallStep[]> {
  const reached = new Map<FunctionNode, readonly CallStep[]>([[start, []]]);
  const queue = [start];
  for (let node = queue.shift(); node && reached.size < maximumReached; node = queue.shift()) {
    const path = reached.get(node) ?? [];
    if (path.length > maximumDepth) continue;
    const at = node;
    for (const call of node.view(callsIn)) {
      for (const { function: inner } of program.resolver.callees(call, at)) {
        if (reached.has(inner) || inner.head.isAsync) continue;
        reached.set(inner, [...path, { function: at, call }]);
        queue.push(inner);
      }
    }
  }
  return reached;
}

const maximumReached = 400;
const maximumDepth = 8;

interface WaitFor {
  readonly call: CallOperation;
  readonly spawn: Spawn;
}

/** The calls of a function that wait, without a limit of time, until work given to one of the spawns is done. */
function waitsIn(node: FunctionNode, spawns: readonly Spawn[], program: Program): readonly WaitFor[] {
  const found: WaitFor[] = [];
  const spawnOf = (value: Value): Spawn | undefined => awaitedSpawn(value, node, spawns, program);
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "loop" && operation.iterable) {
      const { iterable } = operation;
      const spawn = spawns.find((each) => isResults(iterable, each, node));
      if (spawn) found.push({ call: spawn.call, spawn });
    }
    if (operation.op !== "call") return;
    const { callee } = operation;
    const own = spawns.find((each) => each.call === operation);
    // `ThreadPool.map` and `apply` come back when the work is done.
    if (own && /\.ThreadPool\.(map|starmap|apply)$/.test(own.spawner)) found.push({ call: operation, spawn: own });
    if (callee.op === "read" && callee.place.kind === "attribute" && /^(result|exception|get|wait)$/.test(callee.place.name)) {
      const isFuture = callee.place.name === "result" || callee.place.name === "exception";
      const spawn = hasLimit(operation, 0) ? undefined : spawnOf(callee.place.object);
      if (spawn && isFuture === !spawn.spawner.includes(".ThreadPool.")) found.push({ call: operation, spawn });
    }
    for (const name of program.resolver.externalCallees(operation, node)) {
      const [first] = operation.arguments;
      if (!first) break;
      if (name === "concurrent.futures.wait" || name === "concurrent.futures.as_completed") {
        const spawn = hasLimit(operation, 1)
          ? undefined
          : spawnOfElements(first.value, node, (at) => spawns.filter((each) => each.in === at), program);
        if (spawn) found.push({ call: operation, spawn });
      } else if (consumers.has(name)) {
        const spawn = operation.arguments.flatMap(({ value }) => spawns.filter((each) => isResults(value, each, node)))[0];
        if (spawn) found.push({ call: operation, spawn });
      }
      break;
    }
  });
  return found;
}

/** The spawns whose work a call waits for: `thread.join()`, `future.result()`, `wait(futures)`, `pool.shutdown()`, the end of `with pool`. */
export function awaitedSpawns(call: CallOperation, node: FunctionNode, program: Program): readonly Spawn[] {
  const { callee } = call;
  const { resolver } = program;
  const values = [call, ...(callee.op === "read" && callee.place.kind === "attribute" ? [callee.place.object] : [])];
  // A `map` waits only where its results are taken.
  const found = new Set(program.spawnsIn(node).filter((spawn) => spawn.call === call && waitsIn(node, [spawn], program).length > 0));
  for (const value of values) {
    for (const entity of resolver.resolve(value, node)) {
      if (entity.kind === "instance") {
        const run = resolver.method(entity.class, "run");
        for (const spawn of run ? program.spawnsRunning(run) : []) found.add(spawn);
      }
      const made = entity.kind === "object" ? entity.origin : undefined;
      if (!made) continue;
      const isWhole =
        value === call || (callee.op === "read" && callee.place.kind === "attribute" && /^(shutdown|join)$/.test(callee.place.name));
      for (const spawn of program.spawnsIn(made.in)) if (spawn.call === made.call) found.add(spawn);
      for (const spawn of isWhole ? program.spawnsOfPool(made.call) : []) found.add(spawn);
    }
  }
  const [first] = call.arguments;
  const some = first && spawnOfElements(first.value, node, program.spawnsIn, program);
  if (some) found.add(some);
  return [...found];
}

/** Whether the call gives up after a time: a timeout that is not None, by keyword or in that position. */
function hasLimit(call: CallOperation, position: number): boolean {
  const timeout = call.arguments.find((argument) => argument.name === "timeout") ?? call.arguments[position];
  return timeout !== undefined && timeout.name !== "return_when" && !(timeout.value.op === "constant" && timeout.value.type === "none");
}

/** Functions that take everything out of an iterable. */
const consumers: ReadonlySet<string> = new Set(
  ["list", "tuple", "set", "dict", "sum", "min", "max", "any", "all", "sorted", "next", "frozenset"].map((name) => `builtins.${name}`),
);

/** Whether the value is the iterator of results that a `map` call returned, as it is or wrapped in `enumerate` and `zip`. */
function isResults(value: Value, spawn: Spawn, node: FunctionNode): boolean {
  if (!/\.(map|imap|imap_unordered)$/.test(spawn.spawner) || spawn.in !== node) return false;
  if (value === spawn.call) return true;
  if (value.op === "call") return value.arguments.some((argument) => isResults(argument.value, spawn, node)) && isWrapper(value);
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
  return (node.bound(value.place.name) ?? []).includes(spawn.call);
}

function isWrapper({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind === "name" && /^(enumerate|zip|iter|reversed)$/.test(callee.place.name);
}

/** The spawn whose future the value is. */
function awaitedSpawn(value: Value, node: FunctionNode, spawns: readonly Spawn[], { resolver }: Program): Spawn | undefined {
  for (const entity of resolver.resolve(value, node)) {
    if (entity.kind !== "object" || !entity.origin) continue;
    const { call } = entity.origin;
    const spawn = spawns.find((each) => each.call === call);
    if (spawn) return spawn;
  }
  return undefined;
}

function spawnOfElements(
  value: Value,
  node: FunctionNode,
  spawnsIn: (node: FunctionNode) => readonly Spawn[],
  { resolver }: Program,
): Spawn | undefined {
  const written = spawnsIn(node).find((spawn) => isMadeOf(value, spawn, node));
  if (written) return written;
  for (const entity of resolver.elements(value, node)) {
    if (entity.kind !== "object" || !entity.origin) continue;
    const { call, in: within } = entity.origin;
    const spawn = spawnsIn(within).find((each) => each.call === call);
    if (spawn) return spawn;
  }
  return undefined;
}

/** Whether the spawn's call stands in the value, or in what a variable was bound to: `{pool.submit(f, x): x for x in xs}`. */
function isMadeOf(value: Value, { call }: Spawn, node: FunctionNode): boolean {
  const isInside = (whole: Value): boolean => whole.start <= call.start && call.end <= whole.end;
  if (isInside(value)) return true;
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
  return (node.bound(value.place.name) ?? []).some(isInside);
}
