import { indexed } from "../../../base/indexed.js";
import { contains, type Range } from "../../../base/range.js";
import { firstAt } from "../../../base/sorted.js";
import type { AwaitOperation, CallOperation, Operation, Value } from "../../operation.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import { functionView } from "../linked-file.js";
import { loopsAround } from "../loops.js";
import { joinsText } from "../text-joins.js";
import { innerOperations, someValue, walkOperations } from "../walk.js";
import type { Spawn } from "./spawn.js";
import { methodCallsNamed, startOf } from "./starts.js";

/** The stretch of the spawning function that can run beside the work; undefined where another function starts it. */
export function besideIn(spawn: Spawn, start: number | undefined = firstStart(spawn)): Range | undefined {
  if (start === undefined) return undefined;
  const end = Math.min(firstJoin(spawn), endOfWay(spawn));
  return { start: startOfRounds(spawn, start, end), end };
}

/**
 * In a loop that hands over one work after another, what stands before that in a round runs beside the work of the round before. It matters where the
 * works take turns, such as what is called back with results: of others, two race with each other.
 */
function startOfRounds(spawn: Spawn, start: number, end: number): number {
  if (!hasRounds(spawn)) return start;
  const outermost = loopsAround(spawn.in, spawn.call).find((loop) => loop.end < end);
  return outermost ? Math.min(start, outermost.start) : start;
}

export function hasRounds({ turn, worker }: Spawn): boolean {
  return turn !== undefined && worker === "thread";
}

/** From where on the work of a spawn can run: its call, or the first call that starts what it made; undefined where another function does that. */
export function firstStart(spawn: Spawn): number | undefined {
  return spawn.starts.length === 0 ? spawn.call.end : startOf(spawn.call, spawn.in, spawn.starts);
}

/** Where the code that follows the spawn leaves the function. */
function endOfWay(spawn: Spawn): number {
  return exitsByCall(spawn.in.view(callsBeforeExits)).get(spawn.call) ?? spawn.in.head.end;
}

/** The calls in a list that leaves the function at its end, with where it does. */
const callsBeforeExits = functionView(({ body }): readonly { readonly call: CallOperation; readonly exit: number }[] => {
  const found: { readonly call: CallOperation; readonly exit: number }[] = [];
  const visit = (list: readonly Operation[]): void => {
    const last = list[list.length - 1];
    for (const operation of list) {
      if (operation.op === "call" && (last?.op === "return" || last?.op === "raise")) found.push({ call: operation, exit: last.end });
      for (const part of innerOperations(operation)) visit(part);
    }
  };
  visit(body);
  return found;
});

const exitsByCall = indexed((calls: readonly { readonly call: CallOperation; readonly exit: number }[]) => {
  const exits = new Map<CallOperation, number>();
  for (const { call, exit } of calls) if (!exits.has(call)) exits.set(call, exit);
  return exits;
});

/** Waits for work, and dialogs and windows that keep the function until they are closed. */
const joins: ReadonlySet<string> = new Set(["join", "shutdown", "result", "wait", "exec", "exec_", "mainloop", "wait_window", "ShowModal"]);

const namesOfJoins = indexed((joinedBy: readonly string[]): readonly string[] => [...joins, ...joinedBy]);

/** Where the spawning function first waits for work: the next join, or the end of the `with` block that holds the pool. */
export function firstJoin(spawn: Spawn): number {
  const { call, in: within, pool, joinedBy } = spawn;
  let { end } = within.head;
  for (const context of within.view(contexts)) {
    if (context.start < call.start && call.end <= context.end && pool?.made?.call === context.entered) end = Math.min(end, context.end);
    // A task group is left when its tasks are done.
    if (context.isAsync && contains(context, call)) end = Math.min(end, Math.max(context.end, call.end));
  }
  for (const operation of within.view(awaits)) if (isAwaitOf(operation, spawn)) end = Math.min(end, Math.max(operation.start, call.end));
  const starts = startsOfJoins(methodCallsNamed(namesOfJoins(joinedBy), within));
  return Math.min(end, starts[firstAt(starts, call.end, (start) => start)] ?? end);
}

const startsOfJoins = indexed((calls: readonly CallOperation[]): readonly number[] =>
  calls
    .filter((join) => {
      const object = receiverOf(join);
      return object && !joinsText(object);
    })
    .map(({ start }) => start)
    .sort((a, b) => a - b),
);

const contexts = functionView(({ body }): readonly (Range & { readonly isAsync: boolean; readonly entered: Value })[] => {
  const found: (Range & { readonly isAsync: boolean; readonly entered: Value })[] = [];
  walkOperations(body, (operation) => {
    if (operation.op !== "with") return;
    const { start, end, isAsync, context: entered } = operation;
    found.push({ start, end, isAsync, entered });
  });
  return found;
});

const awaits = functionView(({ body }): readonly AwaitOperation[] => {
  const found: AwaitOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "await") found.push(operation);
  });
  return found;
});

/** Whether a coroutine waits for the work there, as far as can be told: for what is no call, for several futures, or for what it has given the work to. */
function isAwaitOf(operation: AwaitOperation, { call, in: within }: Spawn): boolean {
  if (operation.end <= call.start) return false;
  const { value } = operation;
  if (contains(operation, call) || value.op !== "call" || awaitingFutures.test(lastNameOf(value.callee))) return true;
  // What the function itself has made to be called: `save = sync_to_async(store)` … `await save()`.
  const { callee } = value;
  if (callee.op === "read" && callee.place.kind === "name" && callee.place.owner === within.index) return true;
  const mayHold = (each: Value): boolean => each.op === "display" || each.op === "comprehension" || each === call;
  const isHolder = (each: Value): boolean => {
    if (each.op !== "read" || each.place.kind !== "name" || each.place.owner !== within.index) return false;
    return (within.bound(each.place.name) ?? []).some((bound) => someValue(bound, mayHold));
  };
  return value.arguments.some((argument) => someValue(argument.value, isHolder));
}

const awaitingFutures = /^(gather|wait|wait_for|shield|as_completed|wrap_future|to_thread|run_in_executor|run_sync|join)$/;
