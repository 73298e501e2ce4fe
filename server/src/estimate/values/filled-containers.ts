import { exactly } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { loopsAround } from "../../program/link/loops.js";
import type { Operation, Value } from "../../program/operation.js";
import { sharesOf } from "../rounds/generators.js";
import { type Activation, holderOf } from "./activation.js";
import { type Amount, combine, hullOf, hullOfEach } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import {
  appendedTo,
  appendedValue,
  extendedBy,
  fillingIn,
  isAddingInPlace,
  isEmptyContainer,
  isOnlyAddedTo,
} from "./growing-containers.js";
import { handedLength } from "./handed-lists.js";
import { windowLength } from "./window-lengths.js";

/*
 * What a container holds that starts empty, or with some elements, and is filled in its own function: with what, and how long it grows.
 */

/** One of the values that a container is filled with, and how often that happens. */
export interface FilledItem {
  /** Of a dict. */
  readonly key: Value | undefined;
  readonly value: Value;
  readonly times: number;
}

interface Bound {
  readonly name: string;
  readonly value: Value;
  readonly in: Activation;
}

/** The body of the innermost loop that something stands in, or else of the function. */
export function blockOf(value: Value, node: FunctionNode): readonly Operation[] {
  return loopsAround(node, value).at(-1)?.body ?? node.facts.body;
}

/** The one value that a variable is bound to, but for what is added to it in place, and where its function is. */
function onlyBound({ place }: Extract<Value, { op: "read" }>, at: Activation): Bound | undefined {
  if (place.kind !== "name") return undefined;
  const holder = holderOf(place.owner, at);
  const [value, ...others] = (holder?.function.bound(place.name) ?? []).filter((bound) => !isAddingInPlace(bound));
  if (!holder || !value || others.length > 0) return undefined;
  return { name: place.name, value, in: holder };
}

/** From where a variable is bound to where it is bound anew: asked for only of containers, since of a module it is whatever an edit changes there. */
function whileBound({ value, in: holder }: Bound): readonly Operation[] {
  return blockOf(value, holder.function);
}

/** The same of what starts as an empty container. */
function boundToEmpty(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): Bound | undefined {
  const found = onlyBound(value, at);
  return found && isEmptyContainer(found.value, (call) => evaluator.externalNames(call, found.in)) ? found : undefined;
}

/** The same of a list that starts with some elements, and others are appended in its own function. */
export function startedWith(
  value: Extract<Value, { op: "read" }>,
  at: Activation,
): (Bound & { readonly elements: readonly Value[] }) | undefined {
  const found = onlyBound(value, at);
  if (found?.value.op !== "display" || found.value.elements.length === 0) return undefined;
  const isStarted = isOnlyAddedTo(found.name, found.value, found.in.function.facts.body);
  return isStarted ? { ...found, elements: found.value.elements } : undefined;
}

/** The length of such a list. */
export function startedLength(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): Amount {
  const found = startedWith(value, at);
  if (!found) return undefined;
  return combine(appendsTo(found.name, whileBound(found), found.in, evaluator), exactly(found.elements.length), (a, b) => a + b);
}

/** The length of a list that starts empty and is appended to in its own function, or in those that it is handed to. */
export function grownLength(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): Amount {
  const found = boundToEmpty(value, at, evaluator);
  if (!found) return undefined;
  const appends = appendsTo(found.name, whileBound(found), found.in, evaluator);
  const most = windowLength(found.name, found.in, evaluator);
  if (most) return appends ? combine(appends, most, Math.min) : most;
  return appends?.high === 0 ? handedLength(found.name, found.in, evaluator) : appends;
}

/** How many elements a function appends to what one of its variables holds. */
export function appended(name: string, at: Activation, evaluator: Evaluator): Amount {
  return appendsTo(name, at.function.facts.body, at, evaluator);
}

/** Whether it has to be told how often each value comes, or what comes at all is asked. */
type HowOften = "told" | "any";

/**
 * What a list, set or dict that starts empty, or a list with some elements, is filled with in its own function, each value with how often; undefined
 * where that cannot be told.
 */
export function filledWith(
  value: Extract<Value, { op: "read" }>,
  at: Activation,
  evaluator: Evaluator,
  often: HowOften = "told",
): { readonly in: Activation; readonly items: readonly FilledItem[] } | undefined {
  const started = startedWith(value, at);
  const found = started ?? boundToEmpty(value, at, evaluator);
  if (!found) return undefined;
  const items: FilledItem[] = (started?.elements ?? []).map((element) => ({ key: undefined, value: element, times: 1 }));
  const isClear = collectItems(found.name, whileBound(found), found.in, 1, items, evaluator, often);
  return isClear && items.length > 0 ? { in: found.in, items } : undefined;
}

function collectItems(
  name: string,
  operations: readonly Operation[],
  at: Activation,
  times: number,
  items: FilledItem[],
  evaluator: Evaluator,
  often: HowOften,
): boolean {
  for (const operation of fillingIn(operations).get(name) ?? []) {
    const extended = extendedBy(operation);
    if (extended) {
      const { many } = extended;
      const count = evaluator.length(many, at) ?? (often === "any" ? exactly(1) : undefined);
      if (!count) return false;
      items.push({
        key: undefined,
        value: { op: "element-of", iterable: many, start: many.start, end: many.end },
        times: times * count.likely,
      });
    } else if (operation.op === "call") {
      const added = appendedValue(operation);
      if (!added) return false;
      items.push({ key: undefined, value: added, times });
    } else if (operation.op === "write" && operation.place.kind === "element") {
      if (!operation.value) return false;
      items.push({ key: operation.place.index, value: operation.value, times });
    } else if (operation.op === "loop") {
      const inside: FilledItem[] = [];
      if (!collectItems(name, operation.body, at, 1, inside, evaluator, often)) return false;
      if (inside.length === 0) continue;
      const { count, known } = evaluator.trips(operation, at);
      if (known !== "known" && often === "told") return false;
      items.push(...inside.map((item) => ({ ...item, times: item.times * count.likely * times })));
    } else if (operation.op === "branch") {
      const { shares } = sharesOf(operation, at, evaluator);
      for (const [index, arm] of operation.arms.entries())
        if (!collectItems(name, arm, at, times * (shares[index] ?? 0), items, evaluator, often)) return false;
    } else if (operation.op === "with" || operation.op === "attempt") {
      if (!collectItems(name, operation.body, at, times, items, evaluator, often)) return false;
    }
  }
  return true;
}

/** How many elements one operation adds to the variable of that name: by a method of its, or as `name += …`. */
export function addedBy(operation: Operation, name: string, at: Activation, evaluator: Evaluator): Amount {
  const extended = extendedBy(operation);
  if (extended) return extended.name === name ? evaluator.length(extended.many, at) : exactly(0);
  return exactly(operation.op === "call" && appendedTo(operation) === name ? 1 : 0);
}

function appendsTo(name: string, operations: readonly Operation[], at: Activation, evaluator: Evaluator): Amount {
  let total: Amount = exactly(0);
  const plus = (amount: Amount): void => {
    total = combine(total, amount, (a, b) => a + b);
  };
  for (const operation of fillingIn(operations).get(name) ?? []) {
    if (operation.op === "call" || operation.op === "compute") {
      plus(addedBy(operation, name, at, evaluator));
      continue;
    }
    if (operation.op === "loop") {
      const inside = appendsTo(name, operation.body, at, evaluator);
      if (inside && inside.high === 0) continue;
      const { count, known } = evaluator.trips(operation, at);
      plus(known === "known" ? combine(inside, count, (a, b) => a * b) : undefined);
    } else if (operation.op === "branch") {
      const arms = operation.arms.map((arm) => appendsTo(name, arm, at, evaluator));
      plus(arms.every((arm) => arm && arm.high === 0) ? exactly(0) : hullOf(arms));
    } else if (operation.op === "with" || operation.op === "attempt") plus(appendsTo(name, operation.body, at, evaluator));
  }
  return total;
}

/** How long each of the values is that a container is filled with in its own function, however often. */
export function filledLength(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): Amount {
  const filled = filledWith(value, at, evaluator, "any");
  return filled && hullOfEach(filled.items, (item) => evaluator.length(item.value, filled.in));
}
