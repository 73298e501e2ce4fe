import { fileName } from "../../../base/path.js";
import type { Range } from "../../../base/range.js";
import { type FunctionNode, functionKey } from "../entity.js";
import type { Program } from "../link.js";
import { functionsThat, functionTest } from "../linked-file.js";
import { loopsAround } from "../loops.js";
import { overviewOf, overviewOfFiles } from "../memory/overviews.js";
import { decoratorNames } from "../resolution/resolver.js";
import type { Spawn } from "../threads/spawn.js";
import { suspensionsOf } from "./suspensions.js";
import { taskRunsOf } from "./task-runs.js";

/** A function that an event loop runs by itself. */
export interface LoopRoot {
  /** `coroutine`: it runs in a task, between the points where it suspends. `callback`: the loop calls it as it is. */
  readonly kind: "coroutine" | "callback";
  readonly function: FunctionNode;
  /** Where a callback was given to the loop, and by which call: `asyncio.AbstractEventLoop.call_soon`. */
  readonly given: { readonly path: string; readonly range: Range; readonly by: string } | undefined;
}

/** What the loops of a program run by themselves, coroutines first, in order of file and offset. */
export function loopRoots(program: Program): readonly LoopRoot[] {
  return overviewOf(program, "loop roots", findLoopRoots);
}

function findLoopRoots(program: Program): readonly LoopRoot[] {
  const roots = new Map<FunctionNode, LoopRoot>();
  for (const file of program.files) {
    for (const node of functionsThat(file, makingCoroutines)) roots.set(node, { kind: "coroutine", function: node, given: undefined });
  }
  for (const spawn of program.spawns) {
    if (spawn.worker !== "event-loop-task" || !loopLibraries.has(spawn.spawner.split(".", 1)[0] ?? "")) continue;
    const range = { start: spawn.call.start, end: spawn.call.end };
    for (const { function: node } of spawn.targets) {
      if (!roots.has(node) && !isCalledThere(node, spawn, program))
        roots.set(node, { kind: "callback", function: node, given: { path: spawn.in.file.path, range, by: spawn.spawner } });
    }
  }
  for (const node of handlerMethods(program)) {
    if (!roots.has(node)) roots.set(node, { kind: "callback", function: node, given: undefined });
  }
  return [...roots.values()];
}

/** Whether the function, which makes no coroutine, has been called before the loop is given anything: `asyncio.run(bot.poll())`. */
function isCalledThere(node: FunctionNode, { call, in: within }: Spawn, { resolver }: Program): boolean {
  return call.arguments.some(
    ({ value }) => value.op === "call" && resolver.callees(value, within).some((callee) => callee.function === node),
  );
}

/** Libraries whose tasks take turns in one thread and do not switch elsewhere, as greenlets do. */
const loopLibraries: ReadonlySet<string> = new Set(["asyncio", "anyio", "trio", "tornado", "uvloop"]);

/** Whether calling the function makes a coroutine; those of `tornado.gen` and before Python 3.5 are generators. */
export function isCoroutine({ head }: Pick<FunctionNode, "head">): boolean {
  if (head.kind !== "function") return false;
  return head.isAsync || (head.isGenerator && decoratorNames({ head }).includes("coroutine"));
}

const makingCoroutines = functionTest("makes a coroutine", (facts) => isCoroutine({ head: facts }));

/** Whether the function belongs to a test, whose loop runs little else. */
export function isOfTest({ file, head }: FunctionNode): boolean {
  return /^(test_.*|.*_test|conftest)\.py$/.test(fileName(file.path)) || head.name.startsWith("test_");
}

/** Whether the coroutine is what a loop is made for, and nothing else runs it. */
export function isRunAlone({ kind, function: node }: LoopRoot, program: Program): boolean {
  if (kind !== "coroutine") return false;
  return overviewOf(program, `runs alone ${functionKey(node)}`, (now) => {
    const runs = taskRunsOf(node, now);
    return runs.length > 0 && runs.every((run) => run.kind === "main");
  });
}

/** Whether what stands at the offset runs when a loop has nothing else to do yet: at the start of the coroutine that the loop is made for. */
export function isBeforeOthers(offset: number, root: LoopRoot, program: Program): boolean {
  const { function: node } = root;
  const { all } = suspensionsOf(node);
  if (root.kind !== "coroutine" || all.some((each) => each.start < offset)) return false;
  const around = loopsAround(node, { start: offset, end: offset });
  if (around.some((loop) => all.some((each) => each.start >= loop.start && each.end <= loop.end))) return false;
  return isRunAlone(root, program);
}

/** The plain methods that a loop calls on objects of certain classes: those of protocols and request handlers. */
function handlerMethods(program: Program): readonly FunctionNode[] {
  return overviewOfFiles(program, "handler methods of loops", (file, { resolver, knowledge }) => {
    const found: FunctionNode[] = [];
    for (const node of file.classes) {
      if (node.facts.bases.length === 0) continue;
      for (const base of resolver.classOrder(node).externals) {
        const role = knowledge.type(base)?.is;
        if (role?.role !== "handler" || role.worker !== "event-loop-task" || role.methods === "public") continue;
        for (const name of role.methods) {
          const method = resolver.method(node, name);
          if (method && method.head.class === node.facts.index && method.file === file) found.push(method);
        }
      }
    }
    return found;
  });
}
