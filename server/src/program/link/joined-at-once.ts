import { contains } from "../../base/range.js";
import type { CallOperation, Operation, Value } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { lastNameOf } from "./last-name.js";
import { functionView } from "./linked-file.js";
import { innerOperations, walkOperations } from "./walk.js";

/** Whether the coroutine that hands the work over goes on when it is done: `await loop.run_in_executor(…)`, `await sync_to_async(f)(…)`. */
export function isAwaitedAtOnce(call: CallOperation, within: FunctionNode): boolean {
  return within.view(awaitedCalls).some((awaited) => awaited === call || awaited.callee === call);
}

/** The same where the coroutine waits for it by way of something: `await asyncio.wait_for(loop.run_in_executor(…), 5)`; `future = …`, then `await future`. */
export function isAwaitedNext(call: CallOperation, within: FunctionNode): boolean {
  if (isAwaitedAtOnce(call, within)) return true;
  const wraps = ({ callee, arguments: [first] }: CallOperation): boolean =>
    callee.op === "read" && callee.place.kind !== "element" && awaitingWrappers.test(callee.place.name) && first?.value === call;
  if (within.view(awaitedCalls).some(wraps)) return true;
  const name = within.view(namesOfCalls).find((each) => each.call === call)?.name;
  return name !== undefined && within.view(awaitedNames).some((each) => each.name === name && each.after === call);
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
  const waits = new Set(["join", ...joinedBy]);
  const made = within.view(namesOfCalls);
  const name = made.find((each) => each.call === call)?.name;
  const isIt = (object: Value): boolean => object === call || (name !== undefined && nameOfPlace(object) === name);
  const isMethod = (method: Value, names?: ReadonlySet<string>): boolean =>
    method.op === "read" &&
    method.place.kind === "attribute" &&
    (names === undefined || names.has(method.place.name)) &&
    isIt(method.place.object);
  const isOn = ({ callee, arguments: given }: CallOperation, names?: ReadonlySet<string>): boolean =>
    isMethod(callee, names) || (callsGiven.test(lastNameOf(callee)) && given.some(({ value }) => isMethod(value, names)));
  const steps = within.view(stepsWithCalls);
  const list = steps.find((step) => step.call === call && step.as === "itself")?.list;
  const isLater = (step: StepWithCall): boolean =>
    step.as === "itself" ? step.call !== call && (step.start >= call.start || contains(step.call, call)) : step.start >= call.start;
  const later = steps.filter((step) => step.list === list && isLater(step));
  const join = later.find((step) => isOn(step.call, step.as === "test" ? asksForLife : waits));
  if (!join) return undefined;
  const isBetween = (step: StepWithCall): boolean =>
    step.call.start >= call.end && step.call.end <= join.call.start && !isOn(step.call) && !isWait(step.call);
  return { call: join.call, comes: steps.some(isBetween) ? "later" : "next" };
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

/** A call that one of the operations of a list is, or makes first of all; the lists are numbered. */
interface StepWithCall {
  readonly list: number;
  /** Where the operation starts. */
  readonly start: number;
  readonly call: CallOperation;
  /** `test`: of a loop, `while thread.is_alive(): thread.join(0.1)`; `attempted`: in the body of a `try`. */
  readonly as: "itself" | "attempted" | "test";
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

const asksForLife: ReadonlySet<string> = new Set(["is_alive"]);
