import type { CallFacts } from "../../../knowledge/call-facts.js";
import type { CallableEntry, Scope } from "../../../knowledge/entry.js";
import { costOf } from "../../../knowledge/evaluate.js";
import type { CallOperation, ConstantValue, Operation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { receiverOf } from "../last-name.js";
import type { Program } from "../link.js";
import { writtenName } from "../locks/locks.js";
import { loopsAround } from "../loops.js";
import { decoratorNames } from "../resolution/resolver.js";
import { someValue, walkOperations } from "../walk.js";
import { suspensionsOf } from "./suspensions.js";

export function entriesOf(call: CallOperation, node: FunctionNode, { resolver, knowledge }: Program): readonly CallableEntry[] {
  const found = resolver.resolve(call.callee, node).map((entity) => {
    // Who takes the results of `pool.map` waits for each of them, but not where it is called.
    if (entity.kind === "external") return knowledge.callable(entity.name);
    return entity.kind === "class" && resolver.callees(call, node).length === 0
      ? resolver.externalCallees(call, node).flatMap((name) => knowledge.callable(name) ?? [])[0]
      : undefined;
  });
  return found.every((entry) => entry !== undefined) ? found : [];
}

/** Functions that go through folders only where somebody takes what they find. */
export const lazy = /^(os\.f?walk|os\.scandir|glob\.iglob|pathlib\.Path\.\w+)$/;

/** Names of functions that end something. */
export const ending =
  /^_*(a?close|stop|shut_?down|terminate|kill|quit|exit|a?exit__|clean_?up|tear_?down|disconnect|del__|finali[sz]e)(_|$)/;

/** Whether it is a lock for programs, such as a lock file. Those of `multiprocessing` are used like locks for threads. */
export function isForProcesses(scope: Scope, from: string): boolean {
  return scope === "only-processes" || (scope === "processes" && from !== "python");
}

/** What event loops and what drives them do is not a wait of the program's. */
export const ofLoops = /^(asyncio|uvloop|anyio|trio|curio|tornado|aiohttp|gevent|tkinter|torch|jax)\.|\.shutdown$/;

/** What a call that waits for the outside world takes, likely, in nanoseconds; undefined if nothing is known. */
export function timeOf(entry: CallableEntry, facts: CallFacts): number | undefined {
  // What is measured of queues and events is a call that need not wait.
  const cost = entry.kind === "sync-wait" ? undefined : costOf(entry, facts);
  return cost && cost.waitNs.likely + cost.nativeNs.likely + cost.interpreterNs.likely;
}

/** What takes less is over before anybody notices. Nanoseconds. */
export const momentNs = 100_000;

/** Shorter waits matter only where they are repeated. Nanoseconds. */
export const shortNs = 10_000_000;

/** A database that answers faster is in the same process. Nanoseconds. */
export const shortQueryNs = 1_000_000;

/** Files are read from the page cache as a rule; what takes longer goes through many of them, or waits for the disk itself. Nanoseconds. */
export const shortFileNs = 1_000_000;

/** Whether the function keeps its only answer, so that it runs once in a process. */
export function runsOnce(node: FunctionNode): boolean {
  const decorators = decoratorNames(node);
  if (!decorators.some((name) => name === "cache" || name === "lru_cache")) return false;
  return node.head.parameters.length === (decorators.includes("classmethod") ? 1 : 0);
}

/** Whether it is a sleep of as long as a setting says, if that says anything: `if self.pause: time.sleep(self.pause)`. */
export function isOnlyIfSet(operation: Operation, node: FunctionNode): boolean {
  if (operation.op !== "call") return false;
  const names = new Set<string>();
  for (const { value } of operation.arguments)
    someValue(value, (each) => {
      const isSetting = each.op === "read" && (each.place.kind === "attribute" || (each.place.kind === "name" && each.place.owner === 0));
      if (isSetting) names.add(writtenName(each));
      return false;
    });
  let isSet = false;
  walkOperations(node.facts.body, (branch) => {
    if (branch.op !== "branch" || branch.test?.op !== "read" || !names.has(writtenName(branch.test))) return;
    isSet ||= branch.arms[0]?.some((inner) => inner.start <= operation.start && operation.end <= inner.end) ?? false;
  });
  return isSet;
}

/** Whether the operation stands in an `except` clause. */
export function isAfterError(operation: Operation, node: FunctionNode): boolean {
  const turns = suspensionsOf(node).turnsTo.get(operation) ?? [];
  return turns.some(({ at, way }) => at.op === "attempt" && way > 0 && way <= at.handlers.length);
}

/** The call as it is where parameters are known constants. */
export function withConstants(call: CallOperation, node: FunctionNode, constants: ReadonlyMap<string, ConstantValue>): CallOperation {
  if (constants.size === 0) return call;
  const known = (value: Value): Value => {
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return value;
    return node.bound(value.place.name) !== undefined ? value : (constants.get(value.place.name) ?? value);
  };
  return { ...call, arguments: call.arguments.map((argument) => ({ ...argument, value: known(argument.value) })) };
}

/** The timeout of a call in seconds, where it is written out. */
export function limitOf({ arguments: passed }: CallOperation): number | undefined {
  const value = passed.find((argument) => argument.form === "keyword" && argument.name === "timeout")?.value;
  return value?.op === "constant" && (value.type === "int" || value.type === "float") ? Number(value.value) : undefined;
}

/** Whether the call is made in rounds between which nothing else runs. */
export function isRepeated(call: CallOperation, node: FunctionNode): boolean {
  return loopsAround(node, call).some((loop) => !suspensionsOf(node).all.some((each) => each.start >= loop.start && each.end <= loop.end));
}

/** Whether code of the file makes sockets non-blocking. */
export function hasNonBlockingSockets(node: FunctionNode): boolean {
  return ["setblocking", "settimeout"].some((name) =>
    node.file.calls(name).some(({ call }) => {
      const value = call.arguments[0]?.value;
      return value?.op === "constant" && value.type !== "none" && Number(value.value) === 0;
    }),
  );
}

/** Whether the function, in whatever thread it runs, has an event loop call something. */
export function callsLoop(node: FunctionNode): boolean {
  let calls = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    calls ||= /^(call_soon_threadsafe|run_coroutine_threadsafe)$/.test(operation.callee.place.name);
  });
  return calls;
}

/** Whether the name that is looked up is this machine's, which is in a file, as written or because a test around the call says so. */
export function isForLocalHost({ callee, arguments: [first], start, end }: CallOperation, node: FunctionNode): boolean {
  if (callee.op !== "read" || callee.place.kind === "element" || !/^get(hostby|addrinfo)/.test(callee.place.name) || !first) return false;
  if (isLocalName(first.value)) return true;
  const name = writtenName(first.value);
  let isTested = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "branch" || operation.test?.op !== "compute" || operation.test.operator !== "==") return;
    const [left, right] = operation.test.operands;
    if (!left || !right || writtenName(left) !== name || !isLocalName(right)) return;
    isTested ||= operation.arms[0]?.some((inner) => inner.start <= start && end <= inner.end) ?? false;
  });
  return isTested;
}

function isLocalName(value: Value): boolean {
  return value.op === "constant" && /^(localhost|127\..*|::1|)$/.test(String(value.value));
}

/** Whether the future is known to be done: it was awaited, or asked, or is what a callback was given. */
export function isDoneBefore(call: CallOperation, name: string, node: FunctionNode): boolean {
  if (node.head.parameters.some((parameter) => parameter.name === name) && !node.head.isAsync) return true;
  if (isLookedAt(call, name, futureLooks, node)) return true;
  let isDone = false;
  walkOperations(node.facts.body, (operation) => {
    if (isDone || operation.start >= call.start) return;
    if (operation.op === "await") isDone = someValue(operation.value, (value) => value.op === "read" && writtenName(value) === name);
    // `for future in as_completed(futures)`: the waiting is done by the loop.
    if (operation.op === "loop" && operation.end >= call.end && operation.iterable?.op === "call")
      isDone = /as_completed$/.test(writtenName(operation.iterable.callee)) || operation.isAsync;
  });
  const object = receiverOf(call);
  const bound = object?.op === "read" && object.place.kind === "name" ? (node.bound(object.place.name) ?? []) : [];
  return isDone || bound.some((value) => value.op === "element-of" && suspensionsOf(node).all.some((each) => each.start < call.start));
}

const futureLooks: ReadonlySet<string> = new Set(["done", "cancelled", "exception"]);

export const queueLooks: ReadonlySet<string> = new Set(["empty", "qsize", "full"]);

export const processLooks: ReadonlySet<string> = new Set(["kill", "poll"]);

export const processRequests: ReadonlySet<string> = new Set(["terminate", "send_signal"]);

/** Whether something was awaited before that by its name is the end of a process. */
export function isAwaitedToEnd(call: CallOperation, node: FunctionNode): boolean {
  let isAwaited = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "await" || operation.end > call.start || operation.value.op !== "call") return;
    isAwaited ||= /wait|exit|poll/i.test(writtenName(operation.value.callee));
  });
  return isAwaited;
}

/** Whether the function asks the same object, or where no name is given any, something that tells whether the call would wait. */
export function isLookedAt(call: CallOperation, name: string | undefined, looks: ReadonlySet<string>, node: FunctionNode): boolean {
  let isAsked = false;
  walkOperations(node.facts.body, (operation) => {
    if (isAsked || operation.op !== "call" || operation === call || operation.start > call.start) return;
    const { callee } = operation;
    if (callee.op !== "read" || callee.place.kind !== "attribute" || !looks.has(callee.place.name)) return;
    isAsked = name === undefined || writtenName(callee.place.object) === name;
  });
  return isAsked;
}
