import { append } from "../../base/append.js";
import { innerOperations, walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Operation, Value } from "../../program/operation.js";

/** Whether the value is a new container with nothing in it. */
export function isEmptyContainer(value: Value, namesOf: (call: Extract<Value, { op: "call" }>) => readonly string[]): boolean {
  if (value.op === "display") return value.elements.length === 0 && !value.isOpen;
  if (value.op !== "call") return false;
  const [name] = namesOf(value);
  if (name === "collections.defaultdict") return true;
  if (/^queue\.(Simple|Lifo|Priority)?Queue$/.test(name ?? "")) return true;
  return value.arguments.length === 0 && /^(builtins\.(list|dict|set|bytearray)|collections\.(deque|OrderedDict))$/.test(name ?? "");
}

const pushes = /^(heappush|insort|insort_left|insort_right)$/;

/** The name of the variable that a call adds one element to. */
export function appendedTo({ callee, arguments: [first] }: CallOperation): string | undefined {
  if (callee.op !== "read" || callee.place.kind === "element") return undefined;
  // `heapq.heappush(heap, entry)`
  if (pushes.test(callee.place.name)) return first && nameOf(first.value);
  const isAdding = callee.place.kind === "attribute" && /^(append|appendleft|add|insert|put|put_nowait)$/.test(callee.place.name);
  return isAdding && callee.place.kind === "attribute" ? nameOf(callee.place.object) : undefined;
}

/** What is added as a whole to the variable of that name, each element of `many`: `name.extend(many)`, `name += many`. */
export function extendedBy(operation: Operation): { readonly name: string; readonly many: Value } | undefined {
  if (operation.op === "compute") {
    const [whole, many] = operation.operands;
    const name = isAddingInPlace(operation) && whole ? nameOf(whole) : undefined;
    return name !== undefined && many ? { name, many } : undefined;
  }
  if (operation.op !== "call") return undefined;
  const {
    callee,
    arguments: [first],
  } = operation;
  if (callee.op !== "read" || callee.place.kind !== "attribute" || !/^extend(left)?$/.test(callee.place.name)) return undefined;
  const name = nameOf(callee.place.object);
  return name !== undefined && first?.form === "positional" ? { name, many: first.value } : undefined;
}

/** `name += …`, as what the name is bound to. */
export function isAddingInPlace(value: Value): boolean {
  return value.op === "compute" && value.isInPlace === true && value.operator === "+";
}

/** Whether the variable's list, made with some elements in it, is added to and never taken from. */
export function isOnlyAddedTo(name: string, start: Value, body: readonly Operation[]): boolean {
  if (start.op !== "display" || start.makes !== "list" || start.isOpen || !fillingIn(body).has(name)) return false;
  let isTaken = false;
  walkOperations(body, (operation) => {
    if (operation.op === "write" && operation.form === "delete" && operation.place.kind === "element")
      isTaken ||= nameOf(operation.place.object) === name;
    if (operation.op !== "call" || operation.callee.op !== "read") return;
    const { place } = operation.callee;
    if (place.kind === "attribute" && nameOf(place.object) === name) isTaken ||= takes.test(place.name);
    // `heapq.heappop(entries)`
    else if (place.kind !== "element" && place.name === "heappop")
      isTaken ||= operation.arguments.some(({ value }) => nameOf(value) === name);
  });
  return !isTaken;
}

const takes = /^(pop|popleft|popitem|remove|clear|discard)$/;

/** What a call adds to a container. */
export function appendedValue(call: CallOperation): Value | undefined {
  const { callee, arguments: given } = call;
  // `heappush(heap, entry)`, `insort(list, entry)`, `list.insert(place, entry)`
  const isSecond =
    callee.op === "read" && callee.place.kind !== "element" && (pushes.test(callee.place.name) || callee.place.name === "insert");
  return given[isSecond ? 1 : 0]?.value;
}

function nameOf(value: Value): string | undefined {
  return value.op === "read" && value.place.kind === "name" ? value.place.name : undefined;
}

/**
 * Of some operations, those that add elements to each variable or store elements in it, themselves or inside. Bodies of functions are asked again and
 * again, and most of what stands in them fills nothing.
 */
export function fillingIn(operations: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  let filling = knownFilling.get(operations);
  if (!filling) {
    const found = new Map<string, Operation[]>();
    for (const operation of operations) {
      const names = new Set(innerOperations(operation).flatMap((part) => [...fillingIn(part).keys()]));
      const own = filledBy(operation);
      if (own !== undefined) names.add(own);
      for (const name of names) append(found, name, operation);
    }
    filling = found.size > 0 ? found : fillingNothing;
    knownFilling.set(operations, filling);
  }
  return filling;
}

function filledBy(operation: Operation): string | undefined {
  const adding = (operation.op === "call" ? appendedTo(operation) : undefined) ?? extendedBy(operation)?.name;
  if (adding !== undefined) return adding;
  return operation.op === "write" && operation.place.kind === "element" ? nameOf(operation.place.object) : undefined;
}

const knownFilling = new WeakMap<readonly Operation[], ReadonlyMap<string, readonly Operation[]>>();
const fillingNothing: ReadonlyMap<string, readonly Operation[]> = new Map<string, readonly Operation[]>([]);
