import { append } from "../../../base/append.js";
import { type Range, rangeOf } from "../../../base/range.js";
import type { Target } from "../../../base/target.js";
import type { CallOperation, Operation, WithOperation } from "../../operation.js";
import { type FunctionNode, functionKey } from "../entity.js";
import type { Program } from "../link.js";
import type { Resolver } from "../resolution/resolver.js";
import { leftRunning, mayEnd, type Start, startingCall, startsOfSpawn } from "../threads/left-running.js";
import type { Spawn } from "../threads/spawn.js";
import { innerOperations, walkOperations } from "../walk.js";
import { threadOfObject } from "./forks-of-objects.js";
import { freshStartOf } from "./start-methods.js";

/** A fork of a process in which, at that moment, another thread can run. */
export interface ForkBesideThread {
  readonly in: FunctionNode;
  readonly range: Range;
  /** `fork`: `os.fork` and its like; `multiprocessing`: a process or pool whose start method is fork. */
  readonly by: "fork" | "multiprocessing";
  /** Whether the code asks for fork, or it is what Linux does unless asked for something else. */
  readonly method: "asked for" | "default";
  /** The call that makes the process or the pool of them; undefined for `os.fork`. */
  readonly made: { readonly call: CallOperation; readonly in: FunctionNode } | undefined;
  readonly thread: Spawn;
  /** The calls that lead from where the thread is started to the fork, or from the fork's function to the start. */
  readonly through: readonly { readonly in: FunctionNode; readonly call: Range }[];
}

interface Fork extends Pick<ForkBesideThread, "in" | "range" | "by" | "method" | "made"> {}

/** Every such fork, once, in the order of files and offsets. */
export function forksBesideThreads(program: Program, target: Target): readonly ForkBesideThread[] {
  const forks = [...plainForks(program), ...processForks(program, target)];
  if (forks.length === 0) return [];
  const threads = threadsIn(program, []);
  const found = forks.flatMap((fork) => {
    const beside = besideThread(fork, threads, program);
    if (beside) return [beside];
    const ofObject = fork.by === "fork" ? threadOfObject(fork.in, fork.range, threads.left, program) : undefined;
    return ofObject ? [{ ...fork, thread: ofObject.spawn, through: [] }] : [];
  });
  const seen = new Set<string>();
  return found
    .sort((a, b) => (a.in.file.path === b.in.file.path ? a.range.start - b.range.start : a.in.file.path < b.in.file.path ? -1 : 1))
    .filter((each) => {
      const key = `${each.in.file.path}:${each.range.start}`;
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}

/**
 * The thread that could run beside a fork at the place, other than those of `except`: of what starts threads today and would start processes.
 */
export function threadBesideFork(within: FunctionNode, range: Range, except: readonly Spawn[], program: Program): Spawn | undefined {
  const fork: Fork = { in: within, range, by: "multiprocessing", method: "default", made: undefined };
  return besideThread(fork, threadsIn(program, except), program)?.thread;
}

interface Threads {
  /** Where each function starts threads. */
  readonly started: ReadonlyMap<FunctionNode, readonly Start[]>;
  readonly left: ReadonlyMap<FunctionNode, Start>;
}

function threadsIn(program: Program, except: readonly Spawn[]): Threads {
  const starts = program.spawns.flatMap((spawn) => {
    const isThread = spawn.worker === "thread" && (spawn.width === "thread" || spawn.width === "pool");
    return isThread && !except.includes(spawn) ? startsOfSpawn(spawn, program) : [];
  });
  const started = new Map<FunctionNode, Start[]>();
  for (const start of starts) append(started, start.in, start);
  return { started, left: leftRunning(starts, program) };
}

function plainForks(program: Program): readonly Fork[] {
  const names = new Set(["os.fork", "os.forkpty", "pty.fork"]);
  return ["fork", "forkpty"].flatMap((name) =>
    program.resolver.callsNamed(name).flatMap(({ file, site }): readonly Fork[] => {
      const within = file.functionAt(site.function);
      if (!within || !program.resolver.externalCallees(site.call, within).some((each) => names.has(each))) return [];
      if (runsAnotherProgram(within, site.call.end, program)) return [];
      return [{ in: within, range: { start: site.call.start, end: site.call.end }, by: "fork", method: "asked for", made: undefined }];
    }),
  );
}

/** Whether what follows the fork replaces the child by another program, or ends it, before it could wait for a lock. */
function runsAnotherProgram(node: FunctionNode, from: number, program: Program): boolean {
  let does = false;
  walkOperations(node.facts.body, (operation) => {
    if (does || operation.op !== "call" || operation.start < from) return;
    if (program.resolver.externalCallees(operation, node).some((name) => execs.test(name))) does = true;
    for (const { function: callee } of program.resolver.callees(operation, node)) {
      walkOperations(callee.facts.body, (inner) => {
        if (inner.op === "call" && program.resolver.externalCallees(inner, callee).some((name) => execs.test(name))) does = true;
      });
    }
  });
  return does;
}

const execs = /^(os|posix)\.exec[lv]/;

function processForks(program: Program, target: Target): readonly Fork[] {
  return program.spawns.flatMap((spawn): readonly Fork[] => {
    if (spawn.worker !== "process" || spawn.startedBy === "library") return [];
    const isExecutor = spawn.spawner.startsWith("concurrent.futures.ProcessPoolExecutor.");
    if (!isExecutor && !spawn.spawner.startsWith("multiprocessing.")) return [];
    const made = spawn.width === "pool" ? spawn.pool?.made : { call: spawn.call, in: spawn.in };
    if (!made || made.call.arguments.some(({ name }) => name === "max_tasks_per_child" && isExecutor)) return [];
    const fresh = freshStartOf(made.call, made.in, program, target);
    if (fresh !== "nowhere" && fresh !== "macos-and-windows") return [];
    const method = fresh === "nowhere" ? "asked for" : "default";
    // An executor forks when it is given its first task, a pool at once.
    if (spawn.width === "pool") {
      const { call, in: within } = isExecutor ? spawn : made;
      return [{ in: within, range: { start: call.start, end: call.end }, by: "multiprocessing", method, made }];
    }
    return startsOfSpawn(spawn, program).flatMap((start) => {
      const call = startingCall(start);
      return call ? [{ in: start.in, range: rangeOf(call), by: "multiprocessing", method, made }] : [];
    });
  });
}

function besideThread(fork: Fork, threads: Threads, program: Program): ForkBesideThread | undefined {
  // The function that forks, and those that call it, each with the place where it forks.
  let ways: readonly Way[] = [{ node: fork.in, at: fork.range, through: [] }];
  const seen = new Set<string>();
  for (let depth = 0; depth < deepest; depth++) {
    const next: Way[] = [];
    for (const way of ways) {
      if (seen.has(functionKey(way.node))) continue;
      seen.add(functionKey(way.node));
      const own = threads.started.get(way.node)?.find((start) => runsAt(start, way));
      if (own) return { ...fork, thread: own.spawn, through: way.through };
      const left = leftBefore(way, threads, program);
      if (left) return { ...fork, thread: left.thread, through: [...way.through, left.call] };
      for (const { within, call } of program.resolver.callersOf(way.node)) {
        const at = { start: call.start, end: call.end };
        next.push({ node: within, at, through: [{ in: within, call: at }, ...way.through] });
      }
    }
    ways = next;
  }
  return undefined;
}

interface Way {
  readonly node: FunctionNode;
  readonly at: Range;
  readonly through: ForkBesideThread["through"];
}

const deepest = 3;

/** Whether a thread that the function itself starts can run when it comes to the place. */
function runsAt({ call, beside }: Start, { node, at }: Way): boolean {
  if (areExclusive(node.facts.body, call, at)) return false;
  if (beside.start <= at.start && at.start <= beside.end) return true;
  // In a later round of a loop around both.
  let isRepeated = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "loop" || operation.form === "comprehension") return;
    const holds = (range: Range): boolean => operation.start <= range.start && range.end <= operation.end;
    if (holds(at) && holds(call) && at.start < beside.start && beside.start <= operation.end && beside.end >= operation.end)
      isRepeated = true;
  });
  return isRepeated;
}

interface Left {
  readonly thread: Spawn;
  readonly call: { readonly in: FunctionNode; readonly call: Range };
}

/** A thread that a call before the place starts and that nobody waits for there. */
function leftBefore({ node, at }: Way, { left }: Threads, program: Program): Left | undefined {
  if (left.size === 0) return undefined;
  let found: Left | undefined;
  walkOperations(node.facts.body, (operation) => {
    // What is entered goes on until the block is left.
    if (operation.op === "with" && operation.start < at.start && at.end <= operation.end) {
      for (const starter of enteredBy(operation, node, program.resolver)) {
        const start = left.get(starter);
        const { start: from, end } = operation.context;
        if (start) found ??= { thread: start.spawn, call: { in: node, call: { start: from, end } } };
      }
    }
    if (operation.op !== "call" || operation.end > at.start) return;
    if (found && mayEnd(operation, node, program.resolver)) found = undefined;
    if (areExclusive(node.facts.body, operation, at)) return;
    for (const { function: starter } of program.resolver.callees(operation, node)) {
      const start = left.get(starter);
      if (start) found ??= { thread: start.spawn, call: { in: node, call: { start: operation.start, end: operation.end } } };
    }
  });
  return found;
}

/** The method that a `with` statement calls first. */
function enteredBy({ context }: WithOperation, within: FunctionNode, resolver: Resolver): readonly FunctionNode[] {
  return resolver.resolve(context, within).flatMap((entity) => {
    const method = entity.kind === "instance" ? resolver.method(entity.class, "__enter__") : undefined;
    return method ? [method] : [];
  });
}

/** Whether the two lie in different arms of a branch, so that no run comes by both. */
function areExclusive(body: readonly Operation[], first: Range, second: Range): boolean {
  const holds = (list: readonly Operation[], range: Range): boolean =>
    list.some((operation) => operation.start <= range.start && range.end <= operation.end);
  return body.some((operation) => {
    if (operation.op === "branch") {
      const [a, b] = [first, second].map((range) => operation.arms.findIndex((arm) => holds(arm, range)));
      if (a !== undefined && b !== undefined && a >= 0 && b >= 0 && a !== b) return true;
    }
    return innerOperations(operation).some((inner) => areExclusive(inner, first, second));
  });
}
