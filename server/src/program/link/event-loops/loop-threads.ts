import type { Range } from "../../../base/range.js";
import type { CallOperation, Value } from "../../operation.js";
import { entityKey, type FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { loopsAround } from "../loops.js";
import type { Resolver } from "../resolution/resolver.js";
import type { ThreadRoot } from "../threads/roots.js";
import { firstStart } from "../threads/spans-beside.js";
import type { Spawn } from "../threads/spawn.js";
import { argumentAt } from "../threads/spawn-targets.js";
import { walkOperations } from "../walk.js";
import { loopRoots } from "./loop-roots.js";

/** A method of an event loop is called beside the thread that runs the loop. */
export interface BesideLoop {
  readonly function: FunctionNode;
  readonly range: Range;
  readonly loop: Value;
  /** The method. */
  readonly name: string;
  /** What starts the thread that runs the loop. */
  readonly spawn: Spawn;
  /** `assumed`: nobody in the program calls the function. */
  readonly evidence: "seen" | "assumed";
}

/** Whether the function runs an event loop, or makes one, as whoever does means to run it in the same thread. */
export function runsLoop(node: FunctionNode, resolver: Resolver): boolean {
  let runs = false;
  walkOperations(node.facts.body, (operation) => {
    if (runs || operation.op !== "call") return;
    const name = lastNameOf(operation.callee);
    // Much can be run; the other names are those of loops only.
    runs = loopRunners.test(name) || (name === "run" && resolver.externalCallees(operation, node).some((each) => loopLibraries.test(each)));
  });
  return runs;
}

const loopRunners = /^(run_until_complete|run_forever|run_coroutine|run_sync|set_event_loop|new_event_loop)$/;
const loopLibraries = /^(asyncio|uvloop|anyio|trio|tornado|curio)\./;

/** Whether the function asks in which thread it runs, or whether a loop runs there: what it does then depends on the answer. */
export function asksForThread(node: FunctionNode): boolean {
  let asks = false;
  walkOperations(node.facts.body, (operation) => {
    asks ||= operation.op === "call" && threadQuestions.test(lastNameOf(operation.callee));
  });
  return asks;
}

const threadQuestions = /^(get_ident|get_native_id|current_thread|currentThread|_?get_running_loop|current_task|is_running)$/;

/** Whether the root is what goes on beside a thread that runs an event loop, and does not run on a loop itself. */
export function isBesideThreadOfLoop({ beside, function: node }: Extract<ThreadRoot, { kind: "caller" }>, program: Program): boolean {
  return beside.targets.some((target) => runsLoop(target.function, program.resolver)) && !runsOnLoop(node, program);
}

/** Whether some way leads from a coroutine, or from a callback of a loop, to the function. */
function runsOnLoop(node: FunctionNode, program: Program): boolean {
  const roots = new Set(loopRoots(program).map((root) => root.function));
  const ways = new Set([node]);
  for (const way of ways) {
    if (way.head.isAsync || roots.has(way)) return true;
    for (const { within } of program.resolver.callersOf(way)) ways.add(within);
    if (ways.size > maximumWays) return true;
  }
  return false;
}

const maximumWays = 30;

/** Calls of these methods on a loop that a thread of its own runs, `Thread(target=loop.run_forever)`, where another thread makes them. */
export function usesBesideLoops(program: Program, methods: ReadonlySet<string>): readonly BesideLoop[] {
  return program.spawns.flatMap((spawn): readonly BesideLoop[] => {
    const isLoop = spawn.worker === "thread" && spawn.externalTargets.includes("asyncio.AbstractEventLoop.run_forever");
    const entry = isLoop ? program.knowledge.spawner(spawn.spawner) : undefined;
    const target = entry?.target.at === "argument" ? argumentAt(spawn.call, entry.target.of) : undefined;
    if (target?.op !== "read" || target.place.kind !== "attribute") return [];
    const loops = new Set(program.resolver.resolve(target.place.object, spawn.in).map(entityKey));
    return [...methods].flatMap((name) => usesOf(name, loops, spawn, program));
  });
}

function usesOf(name: string, loops: ReadonlySet<string>, spawn: Spawn, program: Program): readonly BesideLoop[] {
  const { resolver } = program;
  return spawn.in.file.calls(name).flatMap(({ call, function: index }): readonly BesideLoop[] => {
    const within = spawn.in.file.functionAt(index);
    const loop = receiverOf(call);
    if (!within || !loop || !resolver.resolve(loop, within).some((entity) => loops.has(entityKey(entity)))) return [];
    const evidence = evidenceFor(call, within, spawn, program);
    if (!evidence || asksForThread(within) || runsOnLoop(within, program)) return [];
    return [{ function: within, range: { start: call.start, end: call.end }, loop, name, spawn, evidence }];
  });
}

function evidenceFor(call: CallOperation, within: FunctionNode, spawn: Spawn, { resolver }: Program): BesideLoop["evidence"] | undefined {
  if (within === spawn.in) {
    const start = firstStart(spawn);
    // In a later round of a loop the thread may have been started; it is another loop's then, as like as not.
    return start !== undefined && call.start >= start && loopsAround(within, call).length === 0 ? "seen" : undefined;
  }
  const { name, kind } = within.facts;
  if (kind !== "function" || /^__(init|enter|new)__$/.test(name)) return undefined;
  const isOfSameObject = within.head.class !== undefined && within.head.class === spawn.in.head.class;
  if (!isOfSameObject) return undefined;
  const callers = resolver.callersOf(within);
  // What the method that starts the thread calls may come before the start.
  if (callers.some((caller) => caller.within === spawn.in)) return undefined;
  return callers.length > 0 ? "seen" : name.startsWith("_") ? undefined : "assumed";
}
