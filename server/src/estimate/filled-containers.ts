import { exactly } from "../base/interval.js";
import type { Operation, Value } from "../program/operation.js";
import { type Activation, holderOf } from "./activation.js";
import { type Amount, combine, hullOf, hullOfEach } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import { sharesOf } from "./generators.js";
import { appendedValue, fillingIn, isEmptyContainer, isOnlyAddedTo } from "./growing-containers.js";
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

/** The one value that a variable is bound to, and where its function is. */
function onlyBound(
  { place }: Extract<Value, { op: "read" }>,
  at: Activation,
): { readonly name: string; readonly value: Value; readonly in: Activation } | undefined {
  if (place.kind !== "name") return undefined;
  const holder = holderOf(place.owner, at);
  const [value, ...others] = holder?.function.bound(place.name) ?? [];
  return holder && value && others.length === 0 ? { name: place.name, value, in: holder } : undefined;
}

/** The same of what starts as an empty container. */
function boundToEmpty(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): ReturnType<typeof onlyBound> {
  const found = onlyBound(value, at);
  return found && isEmptyContainer(found.value, (call) => evaluator.externalNames(call, found.in)) ? found : undefined;
}

/** The same of a list that starts with some elements, and others are appended in its own function. */
export function startedWith(
  value: Extract<Value, { op: "read" }>,
  at: Activation,
): { readonly name: string; readonly in: Activation; readonly elements: readonly Value[] } | undefined {
  const found = onlyBound(value, at);
  if (found?.value.op !== "display" || found.value.elements.length === 0) return undefined;
  const isStarted = isOnlyAddedTo(found.name, found.value, found.in.function.facts.body);
  return isStarted ? { name: found.name, in: found.in, elements: found.value.elements } : undefined;
}

/** The length of such a list. */
export function startedLength(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): Amount {
  const found = startedWith(value, at);
  if (!found) return undefined;
  const { body } = found.in.function.facts;
  return combine(appendsTo(found.name, body, found.in, evaluator), exactly(found.elements.length), (a, b) => a + b);
}

/** The length of a list that starts empty and is appended to in its own function, or in those that it is handed to. */
export function grownLength(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): Amount {
  const found = boundToEmpty(value, at, evaluator);
  if (!found) return undefined;
  const appends = appended(found.name, found.in, evaluator);
  const most = windowLength(found.name, found.in, evaluator);
  if (most) return appends ? combine(appends, most, Math.min) : most;
  return appends?.high === 0 ? handedLength(found.name, found.in, evaluator) : appends;
}

/** How many elements a function appends to what one of its variables holds. */
export function appended(name: string, at: Activation, evaluator: Evaluator): Amount {
  return appendsTo(name, at.function.facts.body, at, evaluator);
}

/**
 * What a list, set or dict that starts empty, or a list with some elements, is filled with in its own function, each value with how often; undefined
 * where that cannot be told.
 */
export function filledWith(
  value: Extract<Value, { op: "read" }>,
  at: Activation,
  evaluator: Evaluator,
): { readonly in: Activation; readonly items: readonly FilledItem[] } | undefined {
  const started = startedWith(value, at);
  const found = started ?? boundToEmpty(value, at, evaluator);
  if (!found) return undefined;
  const items: FilledItem[] = (started?.elements ?? []).map((element) => ({ key: undefined, value: element, times: 1 }));
  const isClear = collectItems(found.name, found.in.function.facts.body, found.in, 1, items, evaluator);
  return isClear && items.length > 0 ? { in: found.in, items } : undefined;
}

function collectItems(
  name: string,
  operations: readonly Operation[],
  at: Activation,
  times: number,
  items: FilledItem[],
  evaluator: Evaluator,
): boolean {
  for (const operation of fillingIn(operations).get(name) ?? []) {
    if (operation.op === "call") {
      const added = appendedValue(operation);
      if (!added) return false;
      items.push({ key: undefined, value: added, times });
    } else if (operation.op === "write" && operation.place.kind === "element") {
      if (!operation.value) return false;
      items.push({ key: operation.place.index, value: operation.value, times });
    } else if (operation.op === "loop") {
      const inside: FilledItem[] = [];
      if (!collectItems(name, operation.body, at, 1, inside, evaluator)) return false;
      if (inside.length === 0) continue;
      const { count, known } = evaluator.trips(operation, at);
      if (known !== "known") return false;
      items.push(...inside.map((item) => ({ ...item, times: item.times * count.likely * times })));
    } else if (operation.op === "branch") {
      const { shares } = sharesOf(operation, at, evaluator);
      for (const [index, arm] of operation.arms.entries())
        if (!collectItems(name, arm, at, times * (shares[index] ?? 0), items, evaluator)) return false;
    } else if (operation.op === "with" || operation.op === "attempt") {
      if (!collectItems(name, operation.body, at, times, items, evaluator)) return false;
    }
  }
  return true;
}

function appendsTo(name: string, operations: readonly Operation[], at: Activation, evaluator: Evaluator): Amount {
  let total: Amount = exactly(0);
  const plus = (amount: Amount): void => {
    total = combine(total, amount, (a, b) => a + b);
  };
  for (const operation of fillingIn(operations).get(name) ?? []) {
    if (operation.op === "call") {
      plus(exactly(1));
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

/** The length of what a container is filled with in its own function. */
export function filledLength(value: Extract<Value, { op: "read" }>, at: Activation, evaluator: Evaluator): Amount {
  const filled = filledWith(value, at, evaluator);
  return filled && hullOfEach(filled.items, (item) => evaluator.length(item.value, filled.in));
}
