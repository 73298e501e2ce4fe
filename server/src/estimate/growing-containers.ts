import { innerOperations, walkOperations } from "../program/link/walk.js";
import type { CallOperation, Operation, Value } from "../program/operation.js";

/** Whether the value is a new container with nothing in it. */
export function isEmptyContainer(value: Value, namesOf: (call: Extract<Value, { op: "call" }>) => readonly string[]): boolean {
  if (value.op === "display") return value.elements.length === 0 && !value.isOpen;
  if (value.op !== "call") return false;
  const [name] = namesOf(value);
  if (name === "collections.defaultdict") return true;
  if (/^queue\.(Simple|Lifo|Priority)?Queue$/.test(name ?? "")) return true;
  return value.arguments.length === 0 && /^(builtins\.(list|dict|set)|collections\.(deque|OrderedDict))$/.test(name ?? "");
}

/** The name of the variable that a call adds one element to. */
export function appendedTo({ callee, arguments: [first] }: CallOperation): string | undefined {
  if (callee.op !== "read" || callee.place.kind === "element") return undefined;
  // `heapq.heappush(heap, entry)`
  if (callee.place.name === "heappush") return first && nameOf(first.value);
  const isAdding = callee.place.kind === "attribute" && /^(append|appendleft|add|put|put_nowait)$/.test(callee.place.name);
  return isAdding && callee.place.kind === "attribute" ? nameOf(callee.place.object) : undefined;
}

/** Whether the variable's list, made with some elements in it, is added to and never taken from. */
export function isOnlyAddedTo(name: string, start: Value, body: readonly Operation[]): boolean {
  if (start.op !== "display" || start.makes !== "list" || start.isOpen || !filledNames(body).has(name)) return false;
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
  const isPushed = callee.op === "read" && callee.place.kind !== "element" && callee.place.name === "heappush";
  return given[isPushed ? 1 : 0]?.value;
}

function nameOf(value: Value): string | undefined {
  return value.op === "read" && value.place.kind === "name" ? value.place.name : undefined;
}

/** The names of variables that the operations, and those inside them, add elements to or store elements in. Bodies of functions are asked again and again. */
export function filledNames(operations: readonly Operation[]): ReadonlySet<string> {
  let names = namesFilledIn.get(operations);
  if (!names) {
    const found = new Set<string>();
    for (const operation of operations) {
      const name = filledBy(operation);
      if (name !== undefined) found.add(name);
      for (const part of innerOperations(operation)) for (const each of filledNames(part)) found.add(each);
    }
    names = found.size > 0 ? found : noNames;
    namesFilledIn.set(operations, names);
  }
  return names;
}

function filledBy(operation: Operation): string | undefined {
  if (operation.op === "call") return appendedTo(operation);
  return operation.op === "write" && operation.place.kind === "element" ? nameOf(operation.place.object) : undefined;
}

const namesFilledIn = new WeakMap<readonly Operation[], ReadonlySet<string>>();
const noNames: ReadonlySet<string> = new Set<string>([]);
