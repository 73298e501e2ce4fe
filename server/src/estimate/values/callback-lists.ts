import { type Interval, interval } from "../../base/interval.js";
import type { FunctionFacts } from "../../program/facts.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { isElementOf } from "../../program/link/loops.js";
import { walkOperations } from "../../program/link/walk.js";
import type { LoopOperation, Operation, Value } from "../../program/operation.js";

/** Handlers, listeners, hooks: each was written by somebody and put there by a call of its own. Nobody keeps thousands of them. */
const callbacks: Interval = interval(1, 3, 100);

/**
 * How many elements an iterable of unknown length likely has whose elements are called: by the loop that goes through it, or by another one of the file
 * that goes through the same attribute or global.
 */
export function callbackCount({ iterable, body }: LoopOperation, node: FunctionNode): Interval | undefined {
  if (!iterable) return undefined;
  if (callsElements(iterable, body, node)) return callbacks;
  const kept = keptName(iterable);
  return kept !== undefined && calledCollections(node.file).includes(kept) ? callbacks : undefined;
}

/** The attributes and globals whose elements some loop of the file calls. */
function calledCollections(file: LinkedFile): readonly string[] {
  return file.derive("collections of callbacks", () => [...new Set(file.functions.flatMap((node) => calledIn(node)))]);
}

const calledBy = new WeakMap<FunctionFacts, readonly string[]>();

/** Those of one function, found once for its facts. */
function calledIn(node: FunctionNode): readonly string[] {
  const { facts } = node;
  let found = calledBy.get(facts);
  if (!found) {
    const names: string[] = [];
    walkOperations(facts.body, (operation) => {
      if (operation.op !== "loop" || !operation.iterable) return;
      const name = keptName(operation.iterable);
      if (name !== undefined && callsElements(operation.iterable, operation.body, node)) names.push(name);
    });
    found = names.length > 0 ? names : none;
    calledBy.set(facts, found);
  }
  return found;
}

const none: readonly never[] = [];

/** `.handlers`, or `listeners` of the module; of a copy of it, `list(self.handlers)`, and of what a dict holds, the same. */
function keptName(value: Value): string | undefined {
  if (value.op === "call") {
    const { callee } = value;
    if (callee.op !== "read") return undefined;
    if (callee.place.kind === "attribute") return isView.test(callee.place.name) ? keptName(callee.place.object) : undefined;
    const [first, ...others] = value.arguments;
    return first && others.length === 0 ? keptName(first.value) : undefined;
  }
  if (value.op !== "read") return undefined;
  const { place } = value;
  if (place.kind === "attribute") return `.${place.name}`;
  return place.kind === "name" && place.owner === 0 ? place.name : undefined;
}

const isView = /^(copy|values|items)$/;

/** `for handler in handlers: handler(event)`, `[hook() for name, hook in hooks]`. */
function callsElements(iterable: Value, body: readonly Operation[], node: FunctionNode): boolean {
  let calls = false;
  walkOperations(body, (operation) => {
    if (calls || operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "name") return;
    const { name, owner } = operation.callee.place;
    const bound = owner === node.index ? (node.bound(name) ?? []) : [];
    calls = bound.some((value) => isElementOf(value, iterable));
  });
  return calls;
}
