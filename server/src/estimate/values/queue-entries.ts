import { exactly } from "../../base/interval.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { lastNameOf, receiverOf } from "../../program/link/last-name.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { calledByIter } from "../rounds/consumer-loops.js";
import { repeatsOf } from "../rounds/repeats.js";
import { ownRun, startedCall } from "../tasks/helper-threads.js";
import { type Activation, type Argument, bareActivation } from "./activation.js";
import { type Amount, combine, mapAmount } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import { amountText } from "./size-texts.js";
import { isNone } from "./value-shapes.js";

/** An entry that a call puts into a queue, with the activation in which it is made. */
interface QueueEntry {
  readonly call: CallOperation;
  readonly value: Value;
  readonly in: Activation;
}

/**
 * What is put into the queue that a value is taken out of: `jobs.get()`, and each round of `iter(jobs.get, None)`. A `None` only says that nothing
 * comes any more. Empty for any other value, and where it is not seen what is put in.
 */
export function entriesTaken(value: Value, at: Activation, evaluator: Evaluator): readonly QueueEntry[] {
  const queue = queueOf(value);
  // A cache has `get` and `put` as well, of which that gives back something else than this was given first.
  if (!queue || !makerOf(queue, at.function, evaluator.resolver)) return [];
  const entries = entriesOf(queue, at, evaluator).filter((entry) => !isNone(entry.value));
  return entries.length <= mostEntries ? entries : [];
}

/** Of an argument that is a queue, what is put into it: equal only where whoever takes that out has the same to do. */
export function entriesText({ value, in: at, how }: Argument, evaluator: Evaluator): string {
  if (how === "element" || !hasPuts(at.function.file) || !makerOf(value, at.function, evaluator.resolver)) return "";
  const texts = entriesOf(value, at, evaluator).flatMap((entry) => {
    const parts = entry.value.op === "display" ? [entry.value, ...entry.value.elements] : [entry.value];
    return parts.map((part) => `${amountText(evaluator.number(part, entry.in))}#${amountText(evaluator.length(part, entry.in))}`);
  });
  return texts.length > 0 ? `<${texts.join()}` : "";
}

function hasPuts(file: LinkedFile): boolean {
  return file.calls("put").length > 0 || file.calls("put_nowait").length > 0;
}

/** The queue of `jobs.get()`, `await jobs.get()` and of what `iter(jobs.get, None)` gives. */
function queueOf(value: Value): Value | undefined {
  if (value.op === "await") return queueOf(value.value);
  if (value.op === "call") return isGet(value.callee) ? receiverOf(value) : undefined;
  const taking = value.op === "element-of" ? calledByIter(value.iterable) : undefined;
  return taking?.op === "read" && taking.place.kind === "attribute" && isGet(taking) ? taking.place.object : undefined;
}

function isGet(callee: Value): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && /^get(_nowait)?$/.test(callee.place.name);
}

/** What the calls of the file put into the queue, which is known by the call that made it, or else by its name. */
export function entriesOf(queue: Value, at: Activation, { resolver }: Evaluator): readonly QueueEntry[] {
  const { file } = at.function;
  if (!hasPuts(file)) return [];
  const made = makerOf(queue, at.function, resolver);
  const isSame = (object: Value, within: FunctionNode): boolean => {
    const maker = makerOf(object, within, resolver);
    return maker === made && (made !== undefined || lastNameOf(object) === lastNameOf(queue));
  };
  return [...file.calls("put"), ...file.calls("put_nowait")].flatMap(({ call, function: index }): readonly QueueEntry[] => {
    const node = file.functionAt(index);
    const object = receiverOf(call);
    const value = call.arguments[0]?.value;
    if (!node || !object || !value || !isSame(object, node)) return [];
    return [{ call, value, in: activationOf(node, at) }];
  });
}

/** The call that made the queue. */
function makerOf(queue: Value, within: FunctionNode, resolver: Resolver): CallOperation | undefined {
  for (const entity of resolver.resolve(queue, within)) {
    if (entity.kind === "object" && entity.origin && resolver.knowledge.type(entity.type)?.is.role === "queue") return entity.origin.call;
  }
  return undefined;
}

/** How many threads, or tasks of an event loop, the file starts on this function, which share what they take out of a queue; one where it starts none. */
export function sharersOf(at: Activation, evaluator: Evaluator): Amount {
  const { file, head } = at.function;
  if (head.isAsync) return coroutinesOf(at, evaluator);
  let total: Amount = exactly(0);
  const own = head.class === undefined ? undefined : file.facts.classes[head.class]?.name;
  for (const { call, function: index } of [...file.calls("Thread"), ...(own === undefined ? [] : file.calls(own))]) {
    const node = file.functionAt(index);
    const starting = node && activationOf(node, at);
    if (!starting || !startsThread(call, at.function, starting, evaluator)) continue;
    total = combine(total, repeatsOf(call, starting, evaluator), (a, b) => a + b);
  }
  return total && mapAmount(total, (threads) => Math.max(1, threads));
}

/** How many coroutines the file makes of this function. */
function coroutinesOf(at: Activation, evaluator: Evaluator): Amount {
  const { file, head } = at.function;
  let total: Amount = exactly(0);
  for (const { call, function: index } of file.calls(head.name)) {
    const node = file.functionAt(index);
    if (!node || !evaluator.resolver.callees(call, node).some((callee) => callee.function === at.function)) continue;
    total = combine(total, repeatsOf(call, activationOf(node, at), evaluator), (a, b) => a + b);
  }
  return total && mapAmount(total, (made) => Math.max(1, made));
}

function startsThread(call: CallOperation, run: FunctionNode, at: Activation, evaluator: Evaluator): boolean {
  const { resolver } = evaluator;
  const started = startedCall(evaluator.externalNames(call, at)[0], call);
  if (!started) return ownRun(call, at, resolver)?.function === run;
  return resolver.resolve(started.call.callee, at.function).some((entity) => entity.kind === "function" && entity.function === run);
}

/** Of the functions on the way here, the one that puts it in; else one whose arguments nobody knows. */
function activationOf(node: FunctionNode, at: Activation): Activation {
  for (let around: Activation | undefined = at; around; around = around.caller) if (around.function === node) return around;
  return bareActivation(node);
}

const mostEntries = 4;
