import type { Range } from "../../../base/range.js";
import type { ClassNode, Entity, FunctionNode } from "../entity.js";
import { functionKey } from "../entity.js";
import { handedToLoops } from "../event-loops/handed-to-loops.js";
import type { Program } from "../link.js";
import { loopsAround } from "../loops.js";
import { overviewOf } from "../memory/overviews.js";
import { hasNote, notesIn } from "../notes.js";
import { callersOfDecorated } from "../resolution/callers.js";
import { argumentFor } from "../resolution/resolver.js";
import type { PromiseOfRoot } from "../sharing/promises.js";
import { isOwnMethod } from "./caller-roots.js";
import type { EntryPoint } from "./library-roots.js";
import { firstJoin } from "./spans-beside.js";
import { nameOfTarget, type Spawn, type SpawnTarget, spawnKey } from "./spawn.js";
import { endsInCall, isCalledInTurn } from "./spawn-counts.js";

/** A way that control enters the program's code, and how many threads go that way at once. */
export type ThreadRoot =
  | {
      readonly kind: "spawn";
      readonly key: string;
      readonly spawn: Spawn;
      readonly target: SpawnTarget;
      readonly function: FunctionNode;
      readonly instances: "one" | "several";
      /** See `Spawn`. */
      readonly repeated: Spawn["repeated"];
      /** For a thread that an object starts on itself: the functions from which calls lead to the start, as far as the program shows. */
      readonly startedBy: ReadonlySet<FunctionNode>;
      /** Whether it is the event loop that the thread runs which calls the function. */
      readonly byLoop: boolean;
    }
  | {
      readonly kind: "handler";
      readonly key: string;
      readonly class: ClassNode;
      readonly base: string;
      readonly function: FunctionNode;
      readonly instances: "one" | "several";
      /** The server that calls it for one request after the other, in the thread that has it serve. */
      readonly served: Spawn | undefined;
    }
  /** A function that a library calls: a decorated view, a job, a method of a servicer that all threads share. */
  | {
      readonly kind: "entry";
      readonly key: string;
      readonly entry: EntryPoint;
      readonly function: FunctionNode;
      readonly instances: "one" | "several";
    }
  | { readonly kind: "marked"; readonly key: string; readonly function: FunctionNode; readonly instances: "several" }
  /** Code that says of itself that several threads use it. Roots of one promise share their key. */
  | {
      readonly kind: "promised";
      readonly key: string;
      /** All of it but its entries, so that another of these leaves alone what is found from this one. */
      readonly promise: PromiseOfRoot;
      readonly function: FunctionNode;
      readonly instances: "several";
    }
  /** Code of whoever uses an object or function that has threads of its own: it runs beside them. */
  | {
      readonly kind: "caller";
      readonly key: string;
      readonly function: FunctionNode;
      readonly instances: "one";
      readonly beside: Spawn;
      readonly within: Range | undefined;
      /** `seen`: code outside the class calls it and has the thread started. `assumed`: it is public, and nobody in the program does both. */
      readonly evidence: "seen" | "assumed";
    };

/** The name by which the program knows what the root's threads run. */
export function nameOfRoot(root: ThreadRoot): string {
  return root.kind === "spawn" ? nameOfTarget(root.target) : root.function.head.name;
}

/** The functions that threads of this process start in. Callbacks of futures run in the pool's threads. */
export function threadRoots(program: Program): readonly ThreadRoot[] {
  return overviewOf(program, "thread roots", findThreadRoots);
}

function spawnRootKey(spawn: Spawn, target: SpawnTarget): string {
  return `${spawnKey(spawn)} ${functionKey(target.function)}`;
}

function spawnRoot(
  spawn: Spawn,
  target: SpawnTarget,
  repeated: Extract<ThreadRoot, { kind: "spawn" }>["repeated"],
  byLoop: boolean,
  program: Program,
): ThreadRoot {
  return {
    kind: "spawn",
    key: spawnRootKey(spawn, target),
    spawn,
    target,
    function: target.function,
    instances: spawn.instances,
    repeated,
    startedBy: isOwnMethod(target.receiverValue) ? waysTo(spawn.in, program) : new Set<FunctionNode>(),
    byLoop,
  };
}

function findThreadRoots(program: Program): readonly ThreadRoot[] {
  const roots: ThreadRoot[] = [];
  for (const spawn of [...program.spawns, ...program.services]) {
    if (spawn.worker !== "thread" && !isPoolCallback(spawn, program)) continue;
    for (const target of spawn.targets) {
      roots.push(spawnRoot(spawn, target, repeatedFor(target, spawn, program), false, program));
    }
  }
  // A loop that a thread runs calls all that it is handed in that thread.
  const known = new Set(roots.map(({ key }) => key));
  for (const { spawn, handing } of handedToLoops(program.spawns, program.resolver)) {
    // Whoever waits for it goes on when it is over.
    if (endsInCall({ ...handing, joinedBy: ["result"] }) || firstJoin(handing) < handing.in.head.end) continue;
    for (const target of handing.targets) {
      const key = spawnRootKey(spawn, target);
      if (known.has(key)) continue;
      known.add(key);
      roots.push(spawnRoot(spawn, target, spawn.repeated, true, program));
    }
  }
  for (const handler of program.handlers) {
    for (const method of handler.methods) {
      roots.push({
        kind: "handler",
        key: `handler ${functionKey(method)}`,
        class: handler.class,
        base: handler.base,
        function: method,
        instances: "several",
        served: undefined,
      });
    }
  }
  for (const served of program.servers) {
    for (const { function: method } of served.targets) {
      const owner = program.resolver.enclosingClass(method);
      const key = `served ${functionKey(method)}`;
      if (!owner || roots.some((root) => root.kind === "handler" && root.function === method)) continue;
      roots.push({ kind: "handler", key, class: owner, base: served.spawner, function: method, instances: "one", served });
    }
  }
  const entries = new Map<string, Extract<ThreadRoot, { kind: "entry" }>>();
  for (const entry of program.entryPoints) {
    // A coroutine function runs on an event loop, which is one thread.
    if (entry.worker !== "thread" || entry.function.head.isAsync) continue;
    const key = `entry ${functionKey(entry.function)}`;
    if (entries.get(key)?.instances === "several") continue;
    entries.set(key, { kind: "entry", key, entry, function: entry.function, instances: entry.instances });
  }
  roots.push(...entries.values());
  for (const file of program.files) {
    if (notesIn(file).size === 0) continue;
    for (const node of file.functions) {
      if (hasNote(node, "thread-root"))
        roots.push({ kind: "marked", key: `marked ${functionKey(node)}`, function: node, instances: "several" });
    }
  }
  return roots.map((root) => {
    const starters = root.kind === "spawn" ? severalStarters(root, roots, program) : undefined;
    if (root.kind !== "spawn" || !starters) return root;
    return { ...root, instances: "several" as const, repeated: starters.kind === "spawn" ? starters.repeated : "shown" };
  });
}

/** The threads that come by the place where one is started and waited for, if there are several. */
function severalStarters(
  root: Extract<ThreadRoot, { kind: "spawn" }>,
  roots: readonly ThreadRoot[],
  program: Program,
): ThreadRoot | undefined {
  if (root.instances === "several" || !endsInCall(root.spawn) || root.spawn.turn !== undefined) return undefined;
  const ways = waysTo(root.spawn.in, program);
  return roots.find((other) => other !== root && other.instances === "several" && ways.has(other.function));
}

/**
 * Where it is known from that several threads do the target's work: of a function that starts what it is given, only the callers that give an object of the
 * target's class count.
 */
function repeatedFor(
  { function: method, receiverValue }: Spawn["targets"][number],
  spawn: Spawn,
  { resolver }: Program,
): Spawn["repeated"] {
  const { repeated, in: within, pool, call } = spawn;
  const decorated = callersOfDecorated(resolver, within, method);
  if (
    decorated.some(
      (caller) =>
        decorated.some((other) => other.within === caller.within && other !== caller) ||
        isCalledInTurn(caller.call, caller.within, resolver, 1),
    )
  )
    return "shown";
  const owner = resolver.enclosingClass(method);
  const value = receiverValue?.value;
  if (repeated === "guessed" || pool || !owner || receiverValue?.in !== within || value?.op !== "read" || value.place.kind !== "name")
    return repeated;
  const { name } = value.place;
  const parameter = within.head.parameters.find((each) => each.name === name);
  if (!parameter || loopsAround(within, call).length > 0) return repeated;
  const callers = resolver.callersOf(within);
  const giving = callers.filter((caller) => {
    const given = argumentFor(within, parameter, caller.call, caller.receiver);
    return (
      given !== undefined &&
      resolver
        .resolve(given, caller.within)
        .some((entity) => entity.kind === "instance" && resolver.classOrder(entity.class).classes.includes(owner))
    );
  });
  if (giving.length === 0 || giving.length === callers.length) return repeated;
  return giving.some((caller) => isCalledInTurn(caller.call, caller.within, resolver, 1)) ? "shown" : "guessed";
}

/** The function and those that call it, directly or through others; of very many only some. */
export function waysTo(node: FunctionNode, { resolver }: Program): ReadonlySet<FunctionNode> {
  const ways = new Set([node]);
  for (const way of ways) {
    for (const { within } of resolver.callersOf(way)) ways.add(within);
    if (ways.size > maximumWays) break;
  }
  return ways;
}

const maximumWays = 100;

/** Whether the two are run in turns by one thread, so that neither comes between the parts of the other. */
export function takeTurns(a: ThreadRoot, b: ThreadRoot): boolean {
  const turn = turnOf(a);
  return turn !== undefined && turn === turnOf(b);
}

function turnOf(root: ThreadRoot): string | undefined {
  switch (root.kind) {
    case "spawn":
      return root.spawn.turn;
    case "entry":
      return root.entry.turn;
    case "handler":
      return root.served && `turn of ${root.base}`;
    default:
      return undefined;
  }
}

/** Whether the spawn is `future.add_done_callback(…)` on a future that a thread pool of the program made. */
function isPoolCallback(spawn: Spawn, program: Program): boolean {
  const { callee } = spawn.call;
  if (spawn.worker !== "callback-in-caller" || callee.op !== "read" || callee.place.kind !== "attribute") return false;
  return program.resolver.resolve(callee.place.object, spawn.in).some(isSubmit);
}

/** Whether the object is what `pool.submit(…)` returned. */
function isSubmit(entity: Entity): boolean {
  if (entity.kind !== "object" || !entity.origin) return false;
  const { callee } = entity.origin.call;
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "submit";
}
