import type { CallFacts } from "../../../knowledge/call-facts.js";
import type { SpawnerEntry } from "../../../knowledge/entry.js";
import { defaultPoolSize } from "../../../knowledge/evaluate.js";
import type { CallOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { loopsAround } from "../loops.js";
import { constantOf } from "../resolution/constants.js";
import { decoratorNames, type Resolver } from "../resolution/resolver.js";
import { isAwaitedAtOnce, isJoinedAtOnce } from "./joined-at-once.js";
import type { Spawn, SpawnPool, SpawnTarget } from "./spawn.js";
import { argumentAt } from "./spawn-targets.js";
import { lastName } from "./spawns.js";

/** Whether several of the workers that a call starts, or gives work, can run at once. */
export function instancesOf(
  entry: SpawnerEntry,
  call: CallOperation,
  within: FunctionNode,
  pool: SpawnPool | undefined,
  facts: CallFacts,
  resolver: Resolver,
  targets: readonly SpawnTarget[],
): Spawn["instances"] {
  if (isOfOne(pool, resolver)) return "one";
  if (entry.concurrency.width === "hidden-pool" && defaultPoolSize(entry.concurrency.default, facts, 2) === 1) return "one";
  if (entry.tasks === "per-element" || entry.concurrency.width === "unbounded") return "several";
  if (isJoinedAtOnce(call, within, entry.joinedBy.map(lastName))) return "one";
  if (isAwaitedAtOnce(call, within) && isAwaitedOnce(within, resolver)) return "one";
  // A pool that outlives the function is given work by every call of it.
  if (pool?.made ? pool.made.in !== within : pool && isKeptPool(call)) return "several";
  // A timer that sets up the next one has run out.
  const isTimer = resolver.externalCallees(call, within).includes("threading.Timer");
  return runsOften(call, within, resolver, isTimer ? targets.map((target) => target.function) : []) ? "several" : "one";
}

/** Whether an object keeps the pool that it was given, `self._executor.submit(work)`, of which only the type is known. */
function isKeptPool(call: CallOperation): boolean {
  const receiver = argumentAt(call, "receiver");
  return receiver?.op === "read" && receiver.place.kind === "attribute" && receiver.place.object.op === "read";
}

/** Whether one task runs the coroutine function: each that calls it awaits it there and is such a one, or is no coroutine and runs it to its end. */
function isAwaitedOnce(node: FunctionNode, resolver: Resolver, depth = 0): boolean {
  const [only, ...others] = resolver.callersOf(node);
  if (!node.head.isAsync || !only || others.length > 0 || depth > 3) return false;
  if (!only.within.head.isAsync) return loopsAround(only.within, only.call).length === 0;
  return isAwaitedAtOnce(only.call, only.within) && isAwaitedOnce(only.within, resolver, depth + 1);
}

/** Whether the function that starts the work waits for it, each time before it starts the next, so that none is left when it returns. */
export function endsInCall({ call, in: within, joinedBy }: Pick<Spawn, "call" | "in" | "joinedBy">): boolean {
  return isJoinedAtOnce(call, within, joinedBy);
}

/** Whether the call is made several times: in a loop, or in a function that is called in a loop, from several places, or handed out. */
export function runsOften(
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  except: readonly FunctionNode[] = [],
  depth = 0,
): boolean {
  if (loopsAround(within, call).length > 0) return true;
  if (within.head.kind === "module" || depth > 3) return false;
  const parent = within.head.parent === undefined ? undefined : within.file.functionAt(within.head.parent);
  // A function that a decorator or factory returns is called by whoever got it.
  if (
    parent?.head.kind === "function" &&
    parent.returned.some((value) => value.op === "read" && value.place.kind === "name" && value.place.name === within.head.name)
  ) {
    return true;
  }
  if (decoratorNames(within).includes("property")) return false;
  const callers = resolver.callersOf(within).filter((caller) => !except.includes(caller.within));
  if (callers.length > 1) return true;
  const only = callers[0];
  return only !== undefined && only.within !== within && runsOften(only.call, only.within, resolver, except, depth + 1);
}

/** Whether the text shows that several workers run at once, and not only that more than one place leads to the spawn. */
export function isShownOften(
  entry: SpawnerEntry,
  call: CallOperation,
  within: FunctionNode,
  pool: SpawnPool | undefined,
  resolver: Resolver,
): boolean {
  const { width } = entry.concurrency;
  return (
    entry.tasks === "per-element" ||
    width === "unbounded" ||
    isCalledInTurn(call, within, resolver) ||
    (pool !== undefined && !isAwaitedAtOnce(call, within))
  );
}

/** Whether the call is made in a loop, or twice by one function, or in a function that is called so. */
export function isCalledInTurn(call: CallOperation, within: FunctionNode, resolver: Resolver, depth = 0): boolean {
  if (loopsAround(within, call).length > 0) return true;
  if (within.head.kind === "module" || depth > 1) return false;
  const callers = resolver.callersOf(within).filter((caller) => caller.within !== within);
  return callers.some(
    (caller) =>
      callers.some((other) => other.within === caller.within && other.call !== caller.call) ||
      isCalledInTurn(caller.call, caller.within, resolver, depth + 1),
  );
}

/** Whether one call of the spawning function can start the work again before it is over: in a loop that does not wait for it. */
export function startsSeveral(call: CallOperation, within: FunctionNode): boolean {
  return loopsAround(within, call).length > 0 && !isAwaitedAtOnce(call, within);
}

/** Whether each call of the spawning function makes one task, in a thread of its own or a pool of its own. */
export function isOneForEachCall(
  entry: SpawnerEntry,
  call: CallOperation,
  within: FunctionNode,
  width: Spawn["width"],
  pool: SpawnPool | undefined,
): boolean {
  if (entry.tasks === "per-element" || loopsAround(within, call).length > 0) return false;
  return width === "thread" || (width === "pool" && pool?.made?.in === within);
}

/** Whether the pool has one worker, as far as its size is told. */
export function isOfOne(pool: SpawnPool | undefined, resolver: Resolver): boolean {
  const size = pool?.size && constantOf(pool.size.value, pool.size.in, resolver);
  return size?.type === "int" && size.value === 1;
}
