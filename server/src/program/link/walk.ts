import type { Operation, Value } from "../operation.js";

/** The operations directly inside one that holds others, in order; empty for the rest. */
export function innerOperations(operation: Operation): readonly (readonly Operation[])[] {
  switch (operation.op) {
    case "loop":
    case "with":
      return [operation.body];
    case "branch":
      return operation.arms;
    case "attempt":
      return [operation.body, ...operation.handlers, operation.otherwise, operation.final];
    default:
      return [];
  }
}

/** Visits every operation of a function in order, outer ones before those inside. */
export function walkOperations(operations: readonly Operation[], visit: (operation: Operation) => void): void {
  for (const operation of operations) {
    visit(operation);
    for (const part of innerOperations(operation)) walkOperations(part, visit);
  }
}

/** The list that directly holds the operation; undefined if it is not among them. */
export function listOf(operations: readonly Operation[], wanted: Operation): readonly Operation[] | undefined {
  if (operations.length > fewOperations) return listsIn(operations).get(wanted);
  if (operations.includes(wanted)) return operations;
  for (const operation of operations) {
    if (operation.end < wanted.start || operation.start > wanted.end) continue;
    for (const part of innerOperations(operation)) {
      const found = listOf(part, wanted);
      if (found) return found;
    }
  }
  return undefined;
}

/** Of more, it is remembered which list holds each: whoever asks for one asks for many. */
const fewOperations = 32;

const knownLists = new WeakMap<readonly Operation[], ReadonlyMap<Operation, readonly Operation[]>>();

function listsIn(operations: readonly Operation[]): ReadonlyMap<Operation, readonly Operation[]> {
  const known = knownLists.get(operations);
  if (known) return known;
  const lists = new Map<Operation, readonly Operation[]>();
  const visit = (list: readonly Operation[]): void => {
    for (const operation of list) if (!lists.has(operation)) lists.set(operation, list);
    for (const operation of list) innerOperations(operation).forEach(visit);
  };
  visit(operations);
  knownLists.set(operations, lists);
  return lists;
}

/** Visits what can run in one go with the operation: of a branch around it, only the arm in which it stands; a loop comes to the others in another round. */
export function walkBeside(operations: readonly Operation[], wanted: Operation, visit: (operation: Operation) => void): void {
  for (const operation of operations) {
    visit(operation);
    const parts = innerOperations(operation);
    const own = operation.op === "branch" ? parts.find((part) => listOf(part, wanted) !== undefined) : undefined;
    for (const part of own ? [own] : parts) {
      if (operation.op === "loop") walkOperations(part, visit);
      else walkBeside(part, wanted, visit);
    }
  }
}

/** The values that an operation evaluates, as far as they are no operations of their own; of a store, what is stored and not where. */
export function evaluatedBy(operation: Operation): readonly Value[] {
  const values: (Value | undefined)[] = [];
  switch (operation.op) {
    case "read":
    case "call":
    case "compute":
    case "await":
    case "yield":
      values.push(operation);
      break;
    case "write":
    case "return":
    case "raise":
    case "break":
    case "continue":
      values.push(operation.value);
      break;
    case "loop":
      values.push(operation.iterable, operation.test);
      break;
    case "branch":
      values.push(operation.test);
      break;
    case "with":
      values.push(operation.context);
      break;
    case "attempt":
      break;
  }
  return values.filter((value) => value !== undefined);
}

/** The values directly inside a value, in evaluation order. */
export function innerValues(value: Value): readonly Value[] {
  switch (value.op) {
    case "read":
      if (value.place.kind === "attribute") return [value.place.object];
      return value.place.kind === "element" ? [value.place.object, value.place.index] : [];
    case "call":
      return [value.callee, ...value.arguments.map((argument) => argument.value)];
    case "compute":
      return value.operands;
    case "await":
      return [value.value];
    case "yield":
      return value.value ? [value.value] : [];
    case "display":
      return [...value.keys.filter((key) => key !== undefined), ...value.elements];
    case "comprehension":
      return [...value.iterables, value.element];
    case "element-of":
      return [value.iterable];
    case "item-of":
      return [value.value];
    case "entered":
      return [value.context];
    case "choice":
      return value.values;
    default:
      return [];
  }
}

/** Whether the value or one inside it satisfies the predicate. */
export function someValue(value: Value, predicate: (value: Value) => boolean): boolean {
  return predicate(value) || innerValues(value).some((inner) => someValue(inner, predicate));
}
