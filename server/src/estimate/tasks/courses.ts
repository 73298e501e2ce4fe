import type { FunctionNode } from "../../program/link/entity.js";
import { lastNameOf } from "../../program/link/last-name.js";
import type { Program } from "../../program/link/link.js";
import { loopsAround } from "../../program/link/loops.js";
import { isAwaitedAtOnce, isAwaitedNext, joinOf } from "../../program/link/threads/joined-at-once.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { answerAwaited } from "../../program/link/waiting/answers.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Course } from "../prediction/prediction.js";

/** How the tasks of a place follow each other, as far as the code that starts them tells. */
export function courseOf(spawn: Spawn, program: Program): Course {
  const { in: within, items, width } = spawn;
  const isOfMany = items.length > 0 || program.knowledge.spawner(spawn.spawner)?.tasks === "per-element";
  if (isOfMany || width === "handlers" || width === "task") return "together";
  const wait = waitFor(spawn, program);
  if (wait?.comes !== "next" || runsSeveral(within, program)) return "together";
  return wait.by === "await" ? "awaited" : "in turn";
}

/** The wait for what a place starts, before the function starts the next: where it ends, and whether anything else is done before. */
interface Wait {
  readonly by: "await" | "join";
  readonly comes: "next" | "later";
  readonly end: number;
}

/** How whoever starts the work waits for it; undefined where that is not seen. */
export function waitFor(spawn: Spawn, program: Program): Wait | undefined {
  const { call, in: within, joinedBy } = spawn;
  const own = waitOn(call, within, joinedBy);
  if (own?.comes === "next") return own;
  const sign = answerAwaited(spawn);
  if (sign) return { by: "join", comes: "next", end: sign.end };
  return own ?? waitOfCallers(spawn, program);
}

function waitOn(call: CallOperation, within: FunctionNode, joinedBy: readonly string[]): Wait | undefined {
  const { end } = call;
  if (isAwaitedNext(call, within)) return { by: "await", comes: "next", end };
  if (joinedBy.includes("call")) return { by: "join", comes: "next", end };
  const join = joinOf(call, within, joinedBy);
  return join && { by: "join", comes: join.comes, end: join.call.end };
}

/** `return pool.submit(f, n)` in a function whose callers all wait for what it returns, as soon as they have it. */
function waitOfCallers({ call, in: within, joinedBy }: Spawn, { resolver }: Program): Wait | undefined {
  if (within.head.isAsync || !within.returned.includes(call)) return undefined;
  const waits = resolver.callersOf(within).map((caller) => waitOn(caller.call, caller.within, joinedBy));
  return waits.every((each) => each?.comes === "next") && waits[0] ? { ...waits[0], end: call.end } : undefined;
}

/** Whether the program is seen to have several runs of the function at the same time: in threads, or in coroutines that are gathered. */
function runsSeveral(node: FunctionNode, program: Program, seen: ReadonlySet<FunctionNode> = new Set()): boolean {
  if (seen.has(node) || seen.size > mostCallers) return false;
  if (program.spawnsRunning(node).some(({ instances }) => instances === "several")) return true;
  const around = new Set([...seen, node]);
  return program.resolver.callersOf(node).some(({ call, within }) => {
    const isBeside = node.head.isAsync && !isAwaitedAtOnce(call, within);
    if (isBeside && (loopsAround(within, call).length > 0 || !isRunAlone(call, within))) return true;
    return runsSeveral(within, program, around);
  });
}

/** Whether the coroutine that a call makes is all that something is given to run: `asyncio.run(main())`, `await asyncio.wait_for(main(), 5)`. */
function isRunAlone(coroutine: CallOperation, { facts }: FunctionNode): boolean {
  let isAlone = true;
  walkOperations(facts.body, (operation) => {
    if (operation.op !== "call" || !gathering.test(lastNameOf(operation.callee))) return;
    const isIt = (value: Value): boolean => value === coroutine || (value.op === "display" && value.elements.includes(coroutine));
    if (operation.arguments.some(({ value }) => isIt(value))) isAlone = false;
  });
  return isAlone;
}

const gathering = /^(gather|wait|as_completed)$/;

/** So far up callers are looked at. */
const mostCallers = 4;
