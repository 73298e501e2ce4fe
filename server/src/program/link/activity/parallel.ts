import { lastNameOf } from "../last-name.js";
import type { PromiseOfRoot } from "../sharing/promises.js";
import { isAwaitedAtOnce } from "../threads/joined-at-once.js";
import { type ThreadRoot, takeTurns } from "../threads/roots.js";
import { firstJoin } from "../threads/spans-beside.js";
import { type Spawn, threadObjectOf } from "../threads/spawn.js";
import { walkOperations } from "../walk.js";
import type { Moment } from "./moments.js";

/**
 * Why two moments can be at the same time. `seen`: the program starts the threads. `promised`: the code says that it is shared.
 * `assumed`: somebody may call a public method meanwhile, though nobody in the program does.
 */
export type Concurrency = "seen" | "promised" | "assumed";

/** What has to be known of a moment to tell whether another can be at the same time. */
export interface Placed {
  readonly root: ThreadRoot;
  /**
   * `thread's object`: the object that starts a thread on itself. `call's object`: what each call of the spawning function makes or is given for itself.
   * `maker's object`: the object whose constructor starts the thread. Any of them may have fewer threads than the root.
   */
  readonly of: "thread's object" | "call's object" | "maker's object" | "other object";
  /** The variable through which it is reached, where that is known; see `Access`. */
  readonly through?: string;
}

/** Whether two threads can be at these places at the same time, and how that is known; undefined if they cannot. May-happen-in-parallel. */
export function concurrency(first: Placed, second: Placed): Concurrency | undefined {
  if (areApart(first.through, second.through) || !inParallel(first, second)) return undefined;
  const roots = [first.root, second.root];
  if (roots.some((root) => root.kind === "caller" && root.evidence === "assumed")) return "assumed";
  return roots.some((root) => root.kind === "promised") ? "promised" : "seen";
}

/** The same for moments that are about no object. */
export function concurrentMoments(first: Moment, second: Moment): Concurrency | undefined {
  return concurrency({ root: first.root, of: "other object" }, { root: second.root, of: "other object" });
}

/** Objects of one class that hang on two different globals, or on `self` of unrelated classes, are most likely two objects. */
function areApart(first = "", second = ""): boolean {
  if (first === second) return false;
  if (first.startsWith("global ") && second.startsWith("global ")) return true;
  const [a, b] = [namesOfSelf(first), namesOfSelf(second)];
  return a !== undefined && b !== undefined && !b.includes(a[0] as string) && !a.includes(b[0] as string);
}

/** The classes whose `self` the variable is. */
export function namesOfSelf(variable: string): readonly string[] | undefined {
  return variable.startsWith("self ") ? variable.slice("self ".length).split("|") : undefined;
}

function inParallel({ root: a, of }: Placed, { root: b, of: ofSecond }: Placed): boolean {
  if (a.key === b.key) {
    return instancesOf(a, of) === "several";
  }
  // Who calls a method of the object is what the promise is about already.
  if (a.kind === "promised" || b.kind === "promised") return a.kind !== "caller" && b.kind !== "caller";
  if ((a.kind === "caller" && b.kind === "caller") || takeTurns(a, b)) return false;
  // Another call of the coroutine function does not wait, but has objects of its own.
  if ((of === "call's object" || ofSecond === "call's object") && isAwaitedBefore(a, b)) return false;
  // So it is for everything where the coroutine runs once.
  if (a.kind === "spawn" && b.kind === "spawn" && a.instances === "one" && b.instances === "one" && isAwaitedBefore(a, b)) return false;
  if (a.kind === "caller") return runsBeside(b, a);
  if (b.kind === "caller") return runsBeside(a, b);
  if (isOverBefore(a, b) || isOverBefore(b, a)) return false;
  if (a.kind === "spawn" && b.kind === "spawn") {
    if (a.spawn.call === b.spawn.call) return a.spawn.instances === "several";
    // Two objects that are threads themselves.
    if (of === "thread's object" && ofSecond === of && threadObjectOf(a.spawn) && threadObjectOf(b.spawn)) return false;
    // What each of two functions makes anew, or is given anew, is two objects.
    if (of === "call's object" && ofSecond === "call's object" && a.spawn.in !== b.spawn.in) return false;
    if (isSetUpBy(a, b) || isSetUpBy(b, a)) return false;
    if (isMadeByOther(a, of, b, ofSecond) || isMadeByOther(b, ofSecond, a, of)) return false;
    const [first, second] = a.spawn.call.start < b.spawn.call.start ? [a.spawn, b.spawn] : [b.spawn, a.spawn];
    if (first.in === second.in && firstJoin(first) <= second.call.start) return false;
  }
  return true;
}

type SpawnRoot = Extract<ThreadRoot, { kind: "spawn" }>;

/**
 * Whether the first thread works on what a function makes for itself, and the second on an object that starts it on itself, which that function
 * is not seen to have done.
 */
function isMadeByOther(a: SpawnRoot, of: Placed["of"], b: SpawnRoot, ofSecond: Placed["of"]): boolean {
  if (of !== "call's object" || ofSecond !== "thread's object" || b.startedBy.size === 0) return false;
  return !b.startedBy.has(a.spawn.in) && !b.startedBy.has(a.function);
}

/** Whether the function that makes the server has waited for the thread before it has that serve. */
function isOverBefore(a: ThreadRoot, b: ThreadRoot): boolean {
  if (a.kind !== "spawn" || b.kind !== "handler" || !b.served || a.spawn.in !== b.served.in) return false;
  return firstJoin(a.spawn) < servesFrom(b.served);
}

/** Where the function that makes the server has it serve, which keeps it until the server is stopped; the end of the function where others do. */
function servesFrom({ in: within, call }: Spawn): number {
  let from = within.head.end;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op === "call" && operation.start >= call.end && /^(serve_forever|handle_request)$/.test(lastNameOf(operation.callee)))
      from = Math.min(from, operation.start);
  });
  return from;
}

/** Whether the second is a timer for the same work, which the work of the first sets up at its end. */
function isSetUpBy(a: SpawnRoot, b: SpawnRoot): boolean {
  return b.spawn.spawner === "threading.Timer" && b.spawn.in === a.function && b.function === a.function;
}

function instancesOf(root: ThreadRoot, of: Placed["of"]): "one" | "several" {
  if (root.kind !== "spawn") return root.instances;
  switch (of) {
    case "thread's object":
      return root.spawn.instancesOfOne;
    case "call's object":
    case "maker's object":
      return root.spawn.instancesOfCall;
    case "other object":
      return root.instances;
  }
}

/** Whether the two are about one coroutine, which waits for the work of one before it gets to the other. */
function isAwaitedBefore(a: ThreadRoot, b: ThreadRoot): boolean {
  const within = (root: ThreadRoot) => (root.kind === "spawn" ? root.spawn.in : root.kind === "caller" ? root.function : undefined);
  const isAwaited = [a, b].every((root) => root.kind !== "spawn" || isAwaitedAtOnce(root.spawn.call, root.spawn.in));
  return isAwaited && within(a) !== undefined && within(a) === within(b);
}

function runsBeside(thread: ThreadRoot, caller: Extract<ThreadRoot, { kind: "caller" }>): boolean {
  if (thread.kind !== "spawn") return false;
  if (thread.spawn.in === caller.function) return thread.spawn.call.start >= caller.beside.call.start;
  const object = caller.within === undefined ? threadObjectOf(caller.beside) : undefined;
  if (object) return object === threadObjectOf(thread.spawn);
  return (
    caller.within === undefined &&
    caller.beside.in.head.class === thread.spawn.in.head.class &&
    caller.function.file === thread.spawn.in.file
  );
}

/** Whether state at the location is what the promise is about: attributes of its class, globals of its module, variables of its function. */
export function isPromised(location: string, promise: PromiseOfRoot): boolean {
  switch (promise.of) {
    case "class":
      return location.startsWith("attribute ") && promise.family.has(location.slice("attribute ".length, location.lastIndexOf(" ")));
    case "module":
      return location.startsWith(`global ${promise.file.path} `);
    case "function":
      return location.startsWith(`cell ${promise.file.path}#`) || location.startsWith(`global ${promise.file.path} `);
  }
}
