import { append } from "../../../base/append.js";
import { indexed } from "../../../base/indexed.js";
import type { Range } from "../../../base/range.js";
import type { CallOperation, Operation, Place, Value, WriteOperation } from "../../operation.js";
import type { FunctionNode, LinkedFile } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import type { Spawn } from "../threads/spawn.js";
import { evaluatedBy, someValue, walkOperations } from "../walk.js";

/** A change of state that lies outside the function that makes it. */
export interface Change {
  readonly in: FunctionNode;
  readonly range: Range;
  readonly place: Place;
  /** What is changed: the place itself, or the container in it. */
  readonly does: "assign" | "mutate";
}

export const containers: ReadonlySet<string> = new Set([
  "builtins.list",
  "builtins.dict",
  "builtins.set",
  "collections.defaultdict",
  "collections.Counter",
  "collections.OrderedDict",
  "collections.deque",
]);

const sends: ReadonlySet<string> = new Set(["put", "put_nowait", "send", "send_bytes", "dump", "write", "save", "set"]);

const mutators: ReadonlySet<string> = new Set(
  "append add extend update pop popleft popitem remove discard insert clear setdefault appendleft extendleft sort reverse".split(" "),
);

/** The changes that a function makes to state of others: globals, attributes, and containers in variables. */
export function changesIn(node: FunctionNode): readonly Change[] {
  const changes = node.file.derive(`changes of ${node.index}`, () => {
    const found: Omit<Change, "in">[] = [];
    walkOperations(node.facts.body, (operation) => {
      if (operation.op === "write") found.push(...changeOfWrite(operation, node.index));
      else if (operation.op === "call") found.push(...changeOfCall(operation));
    });
    return found;
  });
  return changesOfNode(node)(changes);
}

/** The same, as changes of the function, for as long as they are those. */
const changesOfNode = indexed((node: FunctionNode) =>
  indexed((changes: readonly Omit<Change, "in">[]): readonly Change[] => changes.map((change) => ({ ...change, in: node }))),
);

/** What is changed, where that is the same wherever in the function it is done: a global, or an attribute of its object. */
export function stateOf({ in: node, place }: Change): string | undefined {
  if (place.kind === "name") return place.owner === 0 ? place.name : undefined;
  if (place.kind !== "attribute" || place.object.op !== "read" || place.object.place.kind !== "name") return undefined;
  const { name, owner } = place.object.place;
  const isSelf = owner === node.index && name === node.head.parameters[0]?.name && (node.bound(name) ?? []).length <= 1;
  return isSelf ? `${name}.${place.name}` : undefined;
}

/** What processes run. */
export const workersIn = indexed(
  (spawns: readonly Spawn[]): ReadonlySet<FunctionNode> =>
    new Set(spawns.flatMap(({ worker, targets }) => (worker === "process" ? targets.map((target) => target.function) : []))),
);

/** The attributes that are changed, by name. */
export const changesByAttribute = indexed((changes: readonly Change[]) => {
  const byName = new Map<string, Change[]>();
  for (const change of changes) if (change.place.kind === "attribute") append(byName, change.place.name, change);
  return byName;
});

/** The changes of a file's global of that name. */
export function globalChangesIn(file: LinkedFile, name: string): readonly Change[] {
  const found = file.entry("changes by global", name, () => {
    const changes = new Map<string, Change[]>();
    for (const node of file.functions)
      for (const change of changesIn(node))
        if (change.place.kind === "name" && change.place.owner === 0) append(changes, change.place.name, change);
    return changes;
  });
  return found ?? [];
}

/** The changes of attributes of that name in a file. */
export function attributeChangesIn(file: LinkedFile, name: string): readonly Change[] {
  const found = file.entry("changes by attribute", name, () => {
    const changes = new Map<string, Change[]>();
    for (const node of file.functions)
      for (const change of changesIn(node)) if (change.place.kind === "attribute") append(changes, change.place.name, change);
    return changes;
  });
  return found ?? [];
}

/** The calls of a file that are given something of that name. */
export function callsHanding(file: LinkedFile, name: string): readonly { readonly in: FunctionNode; readonly call: CallOperation }[] {
  const found = file.entry("calls by what they are given", name, () => {
    const calls = new Map<string, { readonly in: FunctionNode; readonly call: CallOperation }[]>();
    for (const node of file.functions) for (const { given, call } of handedIn(node.facts.body)) append(calls, given, { in: node, call });
    return calls;
  });
  return found ?? [];
}

const handedIn = indexed((body: readonly Operation[]): readonly { readonly given: string; readonly call: CallOperation }[] => {
  const handed: { readonly given: string; readonly call: CallOperation }[] = [];
  walkOperations(body, (operation) => {
    if (operation.op !== "call") return;
    for (const { value } of operation.arguments) {
      const given = lastNameOf(value);
      if (given !== "") handed.push({ given, call: operation });
    }
  });
  return handed;
});

/** What a function gives to calls that send it elsewhere. */
export const sentBy = indexed((body: readonly Operation[]): readonly Value[] => {
  const sent: Value[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "call" && sends.has(lastNameOf(operation.callee))) sent.push(...operation.arguments.map(({ value }) => value));
  });
  return sent;
});

/** What a function reads, in order, by the last name that it is read by. */
export const readsByName = indexed((body: readonly Operation[]): ReadonlyMap<string, readonly Value[]> => {
  const reads = new Map<string, Value[]>();
  walkOperations(body, (operation) => {
    for (const value of valuesOf(operation))
      someValue(value, (each) => {
        const name = lastNameOf(each);
        if (name !== "") append(reads, name, each);
        return false;
      });
  });
  return reads;
});

function changeOfWrite({ place, statement, form }: WriteOperation, index: number): readonly Omit<Change, "in">[] {
  if (place.kind !== "element")
    return place.kind === "name" && place.owner === index && form !== "update" ? [] : [{ range: statement, place, does: "assign" }];
  return place.object.op === "read" ? [{ range: statement, place: place.object.place, does: "mutate" }] : [];
}

function changeOfCall(call: CallOperation): readonly Omit<Change, "in">[] {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute" || !mutators.has(callee.place.name)) return [];
  const { object } = callee.place;
  return object.op === "read" && object.place.kind !== "element"
    ? [{ range: { start: call.start, end: call.end }, place: object.place, does: "mutate" }]
    : [];
}

export function isAttributeOf(place: Place, object: string | undefined, name: string): boolean {
  return (
    place.kind === "attribute" &&
    place.name === name &&
    place.object.op === "read" &&
    place.object.place.kind === "name" &&
    place.object.place.name === object
  );
}

/** Whether such a value is in it; how many elements one has tells nothing of what they are. */
export function partOf(value: Value, isIt: (value: Value) => boolean, isCounted: (value: Value) => boolean): boolean {
  const counted = new Set<Value>();
  someValue(value, (each) => {
    if (isCounted(each))
      someValue(each, (inner) => {
        counted.add(inner);
        return false;
      });
    return false;
  });
  return someValue(value, (each) => !counted.has(each) && isIt(each));
}

/** The variable that a place is part of, as far as it is read by names: `found` of `found[k].x`. */
export function rootOf(place: Place): Place {
  return place.kind !== "name" && place.object.op === "read" ? rootOf(place.object.place) : place;
}

/** The values that an operation looks at: those that it evaluates, and the object that a store is made in. */
export function valuesOf(operation: Operation): readonly Value[] {
  const object = operation.op === "write" && operation.place.kind !== "name" ? [operation.place.object] : [];
  return [...evaluatedBy(operation), ...object];
}
