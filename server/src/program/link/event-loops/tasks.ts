import type { Range } from "../../../base/range.js";
import type { Scope } from "../../../knowledge/entry.js";
import type { CallOperation, Operation, Value } from "../../operation.js";
import { enteringMethods, isExitStack } from "../activity/held.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { functionsThat } from "../linked-file.js";
import { looksLikeLock, mayFail, writtenName } from "../locks/locks.js";
import { overviewOfFiles } from "../memory/overviews.js";
import { Ownership } from "../sharing/ownership.js";
import { walkOperations } from "../walk.js";
import { type Suspension, suspending, suspensionsOf } from "./suspensions.js";

/** What is known of something that `with` enters or `acquire` is called on, if it may be a lock. */
export interface LockUse {
  /** As it is written: `self._lock`. */
  readonly name: string;
  /** `threads` stops the thread, and with it the event loop; `tasks` suspends the task only; `unknown`: only its name says that it is a lock. */
  readonly scope: Scope | "unknown";
  readonly reentrant: "yes" | "no" | "unknown";
  /** Whether it admits one holder only. */
  readonly admits: "one" | "several";
}

/** The lock that a value is; undefined for anything else. */
function lockUse(value: Value, within: FunctionNode, { resolver, knowledge }: Program): LockUse | undefined {
  const name = writtenName(value);
  const entities = resolver.resolve(value, within);
  for (const entity of entities) {
    if (entity.kind !== "object") continue;
    const role = knowledge.type(entity.type)?.is;
    if (role?.role === "condition") {
      const lock = entity.origin?.call.arguments[0]?.value;
      const around = lock && entity.origin ? lockUse(lock, entity.origin.in, { resolver, knowledge } as Program) : undefined;
      return { name, scope: role.scope, reentrant: around?.reentrant ?? "yes", admits: "one" };
    }
    if (role?.role !== "lock") continue;
    const size = /Semaphore$/.test(entity.type) ? entity.origin?.call.arguments[0]?.value : undefined;
    const admits = size && !(size.op === "constant" && size.value === 1) ? "several" : "one";
    return { name, scope: role.scope, reentrant: role.reentrant, admits };
  }
  const isUnknown = entities.every((entity) => entity.kind === "external" && !knowledge.callable(entity.name));
  return isUnknown && looksLikeLock(value) ? { name, scope: "unknown", reentrant: "unknown", admits: "one" } : undefined;
}

/** A lock that stops threads, held by a coroutine while it lets other tasks run. */
export interface LockAcrossAwait {
  readonly function: FunctionNode;
  readonly lock: LockUse;
  /** Where it is taken: the `with` item or the `acquire` call. */
  readonly taken: Range;
  /** Where the coroutine suspends meanwhile; at least one. */
  readonly suspensions: readonly Suspension[];
}

/** Every lock for threads that a coroutine of the program holds over an `await`, in order of file and offset. */
export function locksAcrossAwaits(program: Program): readonly LockAcrossAwait[] {
  return overviewOfFiles(program, "locks across awaits", (file, now) => {
    const ownership = new Ownership(now.resolver);
    return functionsThat(file, suspending).flatMap((node) => {
      const frame = ownership.frames.beside(node);
      return heldStretches(node, now).flatMap((stretch): LockAcrossAwait[] => {
        const { lock, context, within, start, end, taken } = stretch;
        if (lock.scope === "tasks" || lock.scope === "processes") return [];
        // A lock that nobody else can reach keeps nobody out.
        const object = ownership.object(context, within === node ? frame : ownership.frames.beside(within));
        if (object.sharing === "own" && !isCaptured(context, within)) return [];
        const suspensions = suspensionsOf(node).all.filter((each) => each.start >= start && each.end <= end && each.start < end);
        return suspensions.length > 0 ? [{ function: node, lock, taken, suspensions }] : [];
      });
    });
  });
}

/** Whether the value is a variable of the function which functions inside it use as well. */
function isCaptured(value: Value, node: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
  const { name, owner } = value.place;
  return node.file.functions.some((inner) => {
    if (inner.head.parent !== node.index) return false;
    let uses = false;
    walkOperations(inner.facts.body, (operation) => {
      const subject = operation.op === "with" ? operation.context : operation.op === "call" ? receiverOf(operation) : undefined;
      uses ||= subject?.op === "read" && subject.place.kind === "name" && subject.place.name === name && subject.place.owner === owner;
    });
    return uses;
  });
}

/** A part of a function in which a lock is held. */
export interface HeldStretch extends Range {
  readonly lock: LockUse;
  /** The lock itself, and the function in whose scope it is written. */
  readonly context: Value;
  readonly within: FunctionNode;
  readonly taken: Range;
}

/** The stretches of a function in which it holds a lock: `with` blocks, and from `acquire` to the `release` that ends it. */
export function heldStretches(node: FunctionNode, program: Program): readonly HeldStretch[] {
  return program.resolver.rememberedOf(node, "held stretches", () => findStretches(node, program));
}

/** From where a lock is entered on a stack of context managers to where the stack is left. */
function stretchOnStack(call: CallOperation, node: FunctionNode, program: Program): readonly HeldStretch[] {
  const context = call.arguments[0]?.value;
  const found = context && lockUse(context, node, program);
  let end: number | undefined;
  walkOperations(node.facts.body, (operation) => {
    const isAround = operation.op === "with" && operation.start < call.start && call.end <= operation.end;
    if (isAround && isExitStack(operation.context, node, program.resolver)) end = operation.end;
  });
  if (!context || !found || end === undefined) return [];
  const isAwaited = lastNameOf(call.callee) !== "enter_context";
  const lock = isAwaited ? { ...found, scope: "tasks" as const } : found;
  return [{ lock, context, within: node, taken: { start: call.start, end: call.end }, start: call.end, end }];
}

function findStretches(node: FunctionNode, program: Program): readonly HeldStretch[] {
  const stretches: HeldStretch[] = [];
  const acquires: { readonly call: CallOperation; readonly object: Value }[] = [];
  const releases: { readonly call: CallOperation; readonly name: string }[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "with") {
      const { context } = operation;
      const taken = { start: context.start, end: context.end };
      for (const { value, within } of locksEntered(context, node, program)) {
        const lock = lockUse(value, within, program);
        if (!lock) continue;
        const name = within === node ? lock.name : writtenName(context);
        // What `async with` enters is no lock for threads, whatever else its annotation allows.
        const shown = { ...lock, name, scope: operation.isAsync ? ("tasks" as const) : lock.scope };
        stretches.push({ lock: shown, context: value, within, taken, start: context.end, end: operation.end });
      }
      return;
    }
    if (operation.op !== "call") return;
    const object = receiverOf(operation);
    if (!object || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    if (enteringMethods.has(operation.callee.place.name)) stretches.push(...stretchOnStack(operation, node, program));
    if (operation.callee.place.name === "acquire" && !mayFail(operation)) acquires.push({ call: operation, object });
    if (operation.callee.place.name === "release") releases.push({ call: operation, name: writtenName(object) });
  });
  for (const { call, object } of acquires) {
    const lock = lockUse(object, node, program);
    if (!lock) continue;
    // An `acquire` that is awaited belongs to a lock for tasks, whatever its name.
    const isAwaited = suspensionsOf(node).all.some((each) => each.form === "await" && each.start < call.start && each.end === call.end);
    const after = releases.filter((release) => release.name === lock.name && release.call.start > call.end);
    const end = after.find((release) => isOnEveryWay(release.call, node)) ?? after[after.length - 1];
    const scope = isAwaited && lock.scope === "unknown" ? "tasks" : lock.scope;
    const taken = { start: call.start, end: call.end };
    if (end) stretches.push({ lock: { ...lock, scope }, context: object, within: node, taken, start: call.end, end: end.call.start });
  }
  return stretches;
}

/** Whether the operation is passed however the function runs, if nothing raises an error. */
function isOnEveryWay(operation: Operation, node: FunctionNode): boolean {
  const turns = suspensionsOf(node).turnsTo.get(operation) ?? [];
  return turns.every(({ at, way }) => at.op === "attempt" && (way === 0 || way > at.handlers.length));
}

/** What `with value:` takes: the value itself, or what a generator function of the program holds at its `yield`. */
function locksEntered(
  context: Value,
  node: FunctionNode,
  { resolver }: Program,
): readonly { readonly value: Value; readonly within: FunctionNode }[] {
  const found: { readonly value: Value; readonly within: FunctionNode }[] = [{ value: context, within: node }];
  if (context.op !== "call") return found;
  for (const { function: manager } of resolver.callees(context, node)) {
    if (!manager.head.isGenerator) continue;
    walkOperations(manager.facts.body, (operation) => {
      if (operation.op === "with" && holdsYield(operation.body)) found.push({ value: operation.context, within: manager });
    });
  }
  return found;
}

function holdsYield(body: readonly Operation[]): boolean {
  let holds = false;
  walkOperations(body, (operation) => {
    holds ||= operation.op === "yield";
  });
  return holds;
}
