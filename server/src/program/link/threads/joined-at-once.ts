import { append } from "../../../base/append.js";
import { indexed } from "../../../base/indexed.js";
import { Nesting } from "../../../base/nesting.js";
import { contains, type Range } from "../../../base/range.js";
import { firstAt, firstFrom } from "../../../base/sorted.js";
import type { CallOperation, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { functionView } from "../linked-file.js";
import { innerOperations, walkOperations } from "../walk.js";

/** Whether the coroutine that hands the work over goes on when it is done: `await loop.run_in_executor(…)`, `await sync_to_async(f)(…)`. */
export function isAwaitedAtOnce(call: CallOperation, within: FunctionNode): boolean {
  return indexOfAwaited(within.view(awaitedCalls)).atOnce.has(call);
}

/** The same where the coroutine waits for it by way of something: `await asyncio.wait_for(loop.run_in_executor(…), 5)`; `future = …`, then `await future`. */
export function isAwaitedNext(call: CallOperation, within: FunctionNode): boolean {
  const { atOnce, wrapped } = indexOfAwaited(within.view(awaitedCalls));
  if (atOnce.has(call) || wrapped.has(call)) return true;
  const name = nameOf(call, within);
  return name !== undefined && (indexOfNames(within.view(awaitedNames)).get(call)?.includes(name) ?? false);
}

const awaitingWrappers = /^(wait_for|shield)$/;

/** The names that are awaited, with the last call before that. */
const awaitedNames = functionView(({ body }): readonly { readonly name: string; readonly after: CallOperation }[] => {
  const found: { readonly name: string; readonly after: CallOperation }[] = [];
  let last: CallOperation | undefined;
  walkOperations(body, (operation) => {
    if (operation.op === "await" && operation.value.op === "read" && operation.value.place.kind === "name" && last)
      found.push({ name: operation.value.place.name, after: last });
    if (operation.op === "call") last = operation;
  });
  return found;
});

const awaitedCalls = functionView(({ body }): readonly CallOperation[] => {
  const found: CallOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "await" && operation.value?.op === "call") found.push(operation.value);
  });
  return found;
});

/** Calls that are awaited and what they call; `wrapped`: what is handed to those that await it for a while. */
const indexOfAwaited = indexed((calls: readonly CallOperation[]) => {
  const atOnce = new Set<Value>();
  const wrapped = new Set<Value>();
  for (const call of calls) {
    const { callee, arguments: given } = call;
    atOnce.add(call).add(callee);
    const first = given[0]?.value;
    if (first && callee.op === "read" && callee.place.kind !== "element" && awaitingWrappers.test(callee.place.name)) wrapped.add(first);
  }
  return { atOnce, wrapped };
});

const indexOfNames = indexed((names: readonly { readonly name: string; readonly after: CallOperation }[]) => {
  const byCall = new Map<CallOperation, string[]>();
  for (const { name, after } of names) append(byCall, after, name);
  return byCall;
});

/** Whether the next thing that is done with the thread or the future, before another is started, is to wait for it. */
export function isJoinedAtOnce(call: CallOperation, within: FunctionNode, joinedBy: readonly string[]): boolean {
  return joinOf(call, within, joinedBy) !== undefined;
}

/** The wait for the thread or the future among what is done next in the same place, and whether other calls are made before it. */
export function joinOf(
  call: CallOperation,
  within: FunctionNode,
  joinedBy: readonly string[],
): { readonly call: CallOperation; readonly comes: "next" | "later" } | undefined {
  const { placed, byObject, byStart, usesAt, nested } = indexOfSteps(within.view(stepsWithCalls));
  const list = placed.get(call)?.list;
  if (list === undefined) return undefined;
  const waits = new Set(["join", ...joinedBy]);
  const name = nameOf(call, within);
  const objects: readonly (Value | string)[] = name === undefined ? [call] : [call, name];
  const isLater = ({ as, start, call: other }: StepWithCall): boolean =>
    as === "itself" ? other !== call && (start >= call.start || contains(other, call)) : start >= call.start;
  const isJoin = ({ step, asked, object }: Use): boolean =>
    step.list === list && isLater(step) && (step.as === "test" ? asksForLife : waits).has(asked) && objects.includes(object);
  // The call may stand in what waits, too, which then starts before it.
  const joins = nested.around(call).flatMap(({ step }) => (usesAt.get(step) ?? []).filter(isJoin));
  for (const object of objects) {
    const uses = byObject.get(object);
    for (const asked of [...waits, ...asksForLife]) {
      const alike = uses?.get(askedIn(list, asked)) ?? [];
      for (let index = firstFrom(alike, call.start); index < alike.length; index++) {
        if (!isJoin(alike[index] as Use)) continue;
        joins.push(alike[index] as Use);
        break;
      }
    }
  }
  const join = joins.sort((a, b) => a.place - b.place)[0]?.step;
  if (!join) return undefined;
  const isOwn = (step: StepWithCall): boolean => usesAt.get(step)?.some(({ object }) => objects.includes(object)) ?? false;
  let comes: "next" | "later" = "next";
  for (let index = firstAt(byStart, call.end, ({ call: { start } }) => start); index < byStart.length; index++) {
    const step = byStart[index] as StepWithCall;
    if (step.call.start > join.call.start) break;
    if (step.call.end <= join.call.start && !isOwn(step) && !isWait(step.call)) {
      comes = "later";
      break;
    }
  }
  return { call: join.call, comes };
}

/** The first name that holds what the call comes to. */
function nameOf(call: CallOperation, within: FunctionNode): string | undefined {
  return indexOfHolders(within.view(namesOfCalls)).get(call);
}

/** What calls a function that it is given, there and then: `self.assertRaises(ValueError, future.result)`. */
const callsGiven = /^(assert\w+|raises)$/;

/** Whether nothing is done but to wait for what somebody else does: `results.get()`, `done.wait(5)`. */
export function isWait({ callee, arguments: given }: CallOperation): boolean {
  if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
  const { name } = callee.place;
  if (name === "get") return given.every(({ form, name: keyword }) => form === "keyword" && /^(timeout|block)$/.test(keyword));
  return /^(wait|recv|recv_bytes|join)$/.test(name);
}

/** The names and attributes that hold what calls come to, as written. */
const namesOfCalls = functionView(({ bindings, body }): readonly { readonly call: Value; readonly name: string }[] => {
  const found = [...bindings].flatMap(([name, values]) => values.flatMap((call) => (call.op === "call" ? [{ call, name }] : [])));
  walkOperations(body, (operation) => {
    const name = operation.op === "write" && operation.place.kind === "attribute" ? nameOfPlace({ ...operation, op: "read" }) : undefined;
    if (operation.op === "write" && name !== undefined && operation.value?.op === "call") found.push({ call: operation.value, name });
  });
  return found;
});

/** How a variable or an attribute of one is written: `thread`, `self.thread`. */
export function nameOfPlace(value: Value): string | undefined {
  if (value.op !== "read" || value.place.kind === "element") return undefined;
  if (value.place.kind === "name") return value.place.name;
  const object = nameOfPlace(value.place.object);
  return object && `${object}.${value.place.name}`;
}

const indexOfHolders = indexed((held: readonly { readonly call: Value; readonly name: string }[]) => {
  const names = new Map<Value, string>();
  for (const { call, name } of held) if (!names.has(call)) names.set(call, name);
  return names;
});

/** A call that one of the operations of a list is, or makes first of all; the lists are numbered. */
interface StepWithCall {
  readonly list: number;
  /** Where the operation starts. */
  readonly start: number;
  readonly call: CallOperation;
  /** `test`: of a loop, `while thread.is_alive(): thread.join(0.1)`; `attempted`: in the body of a `try`. */
  readonly as: "itself" | "attempted" | "test";
}

/** A call of a method of an object; it starts where its step does. */
interface Use extends Range {
  readonly object: Value | string;
  readonly step: StepWithCall;
  /** Of the step, among all of the function. */
  readonly place: number;
  /** The method. */
  readonly asked: string;
}

const stepsWithCalls = functionView(({ body }): readonly StepWithCall[] => {
  const found: StepWithCall[] = [];
  let lists = 0;
  const visit = (operations: readonly Operation[]): void => {
    const list = lists++;
    const add = (operation: Operation, start: number, isAttempted: boolean): void => {
      if (operation.op === "call") found.push({ list, start, call: operation, as: isAttempted ? "attempted" : "itself" });
      else if (operation.op === "loop") {
        if (operation.form === "while" && operation.test?.op === "call" && !operation.endsEarly)
          found.push({ list, start, call: operation.test, as: "test" });
      } else if (operation.op === "attempt") for (const each of [...operation.body, ...operation.final]) add(each, start, true);
    };
    for (const operation of operations) add(operation, operation.start, false);
    for (const operation of operations) for (const part of innerOperations(operation)) visit(part);
  };
  visit(body);
  return found;
});

/**
 * `placed`: where calls are that are operations themselves; `byObject`: what is asked of an object, by its name or by what makes it, then by list and method;
 * `byStart`: all, by where their calls start; `usesAt`: what each asks for; `nested`: the calls that are operations themselves, which can stand in one another.
 */
const indexOfSteps = indexed((steps: readonly StepWithCall[]) => {
  const placed = new Map<CallOperation, StepWithCall>();
  const byObject = new Map<Value | string, Map<string, Use[]>>();
  const usesAt = new Map<StepWithCall, Use[]>();
  const itself: (Range & { readonly step: StepWithCall })[] = [];
  for (const [place, step] of steps.entries()) {
    const { call, start } = step;
    if (step.as === "itself" && !placed.has(call)) placed.set(call, step);
    if (step.as === "itself") itself.push({ start: call.start, end: call.end, step });
    const add = (object: Value | string, asked: string): void => {
      const use: Use = { object, step, place, asked, start, end: call.end };
      append(usesAt, step, use);
      const uses = byObject.get(object) ?? new Map<string, Use[]>();
      byObject.set(object, uses);
      append(uses, askedIn(step.list, asked), use);
    };
    const given = callsGiven.test(lastNameOf(call.callee)) ? call.arguments.map(({ value }) => value) : [];
    for (const method of [call.callee, ...given]) {
      if (method.op !== "read" || method.place.kind !== "attribute") continue;
      const { object, name } = method.place;
      add(object, name);
      const written = nameOfPlace(object);
      if (written !== undefined) add(written, name);
    }
  }
  return { placed, byObject, byStart: [...steps].sort((a, b) => a.call.start - b.call.start), usesAt, nested: new Nesting(itself) };
});

function askedIn(list: number, asked: string): string {
  return `${list} ${asked}`;
}

const asksForLife: ReadonlySet<string> = new Set(["is_alive"]);
