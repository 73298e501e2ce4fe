import type { Moment } from "./activity.js";
import { classKey } from "./entity.js";
import type { SharingPromise } from "./promises.js";
import { firstJoin, type ThreadRoot } from "./roots.js";

/**
 * Why two moments can be at the same time. `seen`: the program starts the threads. `promised`: the code says that it is shared.
 * `assumed`: somebody may call a public method meanwhile, though nobody in the program does.
 */
export type Concurrency = "seen" | "promised" | "assumed";

/** What has to be known of a moment to tell whether another can be at the same time. */
export interface Placed {
  readonly root: ThreadRoot;
  /** Whether it is about the object whose method the thread runs: that object may have fewer threads than the root. */
  readonly of: "thread's object" | "other object";
}

/** Whether two threads can be at these places at the same time, and how that is known; undefined if they cannot. May-happen-in-parallel. */
export function concurrency(first: Placed, second: Placed): Concurrency | undefined {
  if (!inParallel(first, second)) return undefined;
  const roots = [first.root, second.root];
  if (roots.some((root) => root.kind === "caller" && root.evidence === "assumed")) return "assumed";
  return roots.some((root) => root.kind === "promised") ? "promised" : "seen";
}

/** The same for moments that are about no object. */
export function concurrentMoments(first: Moment, second: Moment): Concurrency | undefined {
  return concurrency({ root: first.root, of: "other object" }, { root: second.root, of: "other object" });
}

function inParallel({ root: a, of }: Placed, { root: b }: Placed): boolean {
  if (a.key === b.key) {
    return (a.kind === "spawn" && of === "thread's object" ? a.spawn.instancesOfOne : a.instances) === "several";
  }
  if (a.kind === "promised" || b.kind === "promised") return true;
  if (a.kind === "caller" && b.kind === "caller") return false;
  if (a.kind === "caller") return runsBeside(b, a);
  if (b.kind === "caller") return runsBeside(a, b);
  if (a.kind === "spawn" && b.kind === "spawn") {
    if (a.spawn.call === b.spawn.call) return a.spawn.instances === "several";
    const [first, second] = a.spawn.call.start < b.spawn.call.start ? [a.spawn, b.spawn] : [b.spawn, a.spawn];
    if (first.in === second.in && firstJoin(first) <= second.call.start) return false;
  }
  return true;
}

function runsBeside(thread: ThreadRoot, caller: Extract<ThreadRoot, { kind: "caller" }>): boolean {
  if (thread.kind !== "spawn") return false;
  if (thread.spawn.in === caller.function) return thread.spawn.call.start >= caller.beside.call.start;
  return (
    caller.within === undefined &&
    caller.beside.in.facts.class === thread.spawn.in.facts.class &&
    caller.function.file === thread.spawn.in.file
  );
}

/** Whether state at the location is what the promise is about: attributes of its class, globals of its module, variables of its function. */
export function isPromised(location: string, promise: SharingPromise): boolean {
  switch (promise.of) {
    case "class":
      return promise.class !== undefined && location.startsWith(`attribute ${classKey(promise.class)} `);
    case "module":
      return location.startsWith(`global ${promise.file.path} `);
    case "function":
      return location.startsWith(`cell ${promise.file.path}#`) || location.startsWith(`global ${promise.file.path} `);
  }
}
