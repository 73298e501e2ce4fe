import { type CallOperation, type Operation, unbound, type Value, type WriteOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import { evaluatedBy, innerValues, walkBeside } from "../walk.js";
import { sameValue } from "./updates.js";

/**
 * What a container was read for, all of it, before it is emptied in the same function: `post(self.pending)` … `self.pending.clear()`. What others add in between
 * is thrown away unread. The last such read counts.
 */
export function readForEmptying(operation: CallOperation | WriteOperation, within: FunctionNode): Value | undefined {
  const emptied = emptiedBy(operation);
  if (!emptied) return undefined;
  let found: Value | undefined;
  walkBeside(within.facts.body, operation, (each) => {
    if (each.end > operation.start) return;
    const read = takenBy(each, emptied);
    if (read) found = each.op === "loop" && endsElements(each.body) ? undefined : read;
    // What came in since an earlier emptying was not there to be read.
    else if (isSame(emptiedBy(each), emptied)) found = undefined;
  });
  return found;
}

/** The container that the operation leaves empty. */
function emptiedBy(operation: Operation): Value | undefined {
  if (operation.op === "call") {
    const object = receiverOf(operation);
    return object?.op === "read" && lastNameOf(operation.callee) === "clear" && operation.arguments.length === 0 ? object : undefined;
  }
  if (operation.op !== "write" || operation.form !== "assign" || operation.place.kind === "element" || !isEmpty(operation.value))
    return undefined;
  return { op: "read", place: operation.place, start: operation.start, end: operation.end };
}

function isEmpty(value: Value | undefined): boolean {
  if (value?.op === "display") return value.makes !== "tuple" && value.elements.length === 0;
  return value?.op === "call" && value.arguments.length === 0 && /^(list|dict|set|deque|OrderedDict)$/.test(lastNameOf(value.callee));
}

function isSame(a: Value | undefined, b: Value): boolean {
  return a !== undefined && sameValue(a, b);
}

/** The read by which an operation takes all that is in the container. */
function takenBy(operation: Operation, container: Value): Value | undefined {
  if (operation.op === "loop") return operation.iterable && wholeOf(operation.iterable, container);
  for (const value of evaluatedBy(operation)) {
    const found = takenIn(value, container);
    if (found) return found;
  }
  return undefined;
}

function takenIn(value: Value, container: Value): Value | undefined {
  if (value.op === "call") {
    if (looksOnly(value.callee)) return undefined;
    const given = value.arguments.map((argument) => wholeOf(argument.value, container)).find((each) => each !== undefined);
    // A view that is only named is one of the old dict once there is a new one.
    const found = given ?? resultOf(/^copy$/, value, container);
    if (found) return found;
  }
  if (value.op === "comprehension") {
    const found = value.iterables.map((each) => wholeOf(each, container)).find((each) => each !== undefined);
    if (found) return found;
  }
  for (const inner of innerValues(value)) {
    const found = takenIn(inner, container);
    if (found) return found;
  }
  return undefined;
}

/** The container itself, a copy, or a view of all its keys, values or items. */
function wholeOf(value: Value, container: Value): Value | undefined {
  if (value.op === "element-of") return wholeOf(value.iterable, container);
  return sameValue(value, container) ? value : resultOf(/^(copy|items|values|keys)$/, value, container);
}

/** The container whose method of such a name the value calls. */
function resultOf(method: RegExp, value: Value, container: Value): Value | undefined {
  const object = receiverOf(value);
  return object && value.op === "call" && method.test(lastNameOf(value.callee)) && sameValue(object, container) ? object : undefined;
}

/** Whether a call only looks at what it is given: its size, its type, or how it reads in a log. */
function looksOnly(callee: Value): boolean {
  if (callee.op !== "read" || callee.place.kind === "element") return false;
  const { name } = callee.place;
  if (callee.place.kind === "name") return callee.place.owner === unbound && looks.has(name);
  return logs.has(name);
}

const looks: ReadonlySet<string> = new Set("len bool print repr str id type isinstance any all hasattr callable".split(" "));
const logs: ReadonlySet<string> = new Set("debug info warning warn error exception critical log".split(" "));

/** Whether a round ends the life of an element: threads that are joined and connections that are closed need not be known again. */
function endsElements(body: readonly Operation[]): boolean {
  return body.some((each) => receiverOf(each) !== undefined && each.op === "call" && endings.has(lastNameOf(each.callee)));
}

const endings: ReadonlySet<string> = new Set("join cancel close stop terminate kill shutdown disconnect release".split(" "));
