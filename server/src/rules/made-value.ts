import { contains } from "../base/range.js";
import type { GapStep } from "../knowledge/atomicity.js";
import { blockingOf } from "../knowledge/blocking.js";
import type { Access } from "../program/link/activity/moments.js";
import type { ClassNode, Entity, FunctionNode } from "../program/link/entity.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { argumentFor, isFrozen } from "../program/link/resolution/resolver.js";
import type { CheckThenAct } from "../program/link/state/compound.js";
import { samePlace, stepsBetween } from "../program/link/state/updates.js";
import { innerValues, someValue, walkOperations } from "../program/link/walk.js";
import type { CallOperation, Operation, Place, Value, WriteOperation } from "../program/operation.js";

/**
 * What a filled place is given, as far as it matters who fills it. An object that threads tell apart by more than what it equals:
 * `container`, `object`, `lock`, `thread` and `resource`. `same`: whoever fills it, nobody can tell. `work`: nobody can tell either, but files, other
 * machines or programs are asked for it, which takes time and is done once more. `given`: what the caller brought.
 */
export interface MadeValue {
  readonly kind: "container" | "object" | "lock" | "thread" | "resource" | "same" | "work" | "given";
  /** The class, for sentences; empty where it has no name. */
  readonly name: string;
}

const same: MadeValue = { kind: "same", name: "" };

/** What a write stores, or another function that is called to. `inside` tells what threads do with it afterwards. */
export function madeValue(write: WriteOperation, access: Access, inside: readonly Access[], program: Program): MadeValue {
  const by = access.check?.pattern.byCall;
  // `seen.put(key, True)`: the caller brings it, and each the same.
  if (by && write.value?.op === "constant") return same;
  const store = by?.operation.op === "write" ? by.operation : write;
  const node = by?.function ?? access.function;
  const made = madeOf(store, node, inside, program);
  if (made.kind !== "same" || store.value?.op === "constant") return made;
  const isLoaded = by
    ? fetches(by.call, access.function, program)
    : isFetched(store.value, { node, before: store.start, depth: 0 }, program);
  return isLoaded ? { ...same, kind: "work" } : made;
}

function madeOf(write: WriteOperation, node: FunctionNode, inside: readonly Access[], program: Program): MadeValue {
  const made = madeBy(write.value, { node, before: write.start, depth: 0 }, program);
  if (made?.kind !== "container" || made.name !== "filled") return made ?? same;
  // A container that is complete when it is stored matters only if it is changed later.
  const changes = inside.some((other) => other.does !== "read" && other.does !== "iterate" && other.does !== "use");
  return changes || isChangedIn(node, write.place, 0) ? { ...made, name: "" } : same;
}

interface At {
  readonly node: FunctionNode;
  readonly before: number;
  readonly depth: number;
}

const maximumDepth = 5;

function madeBy(value: Value | undefined, at: At, program: Program): MadeValue | undefined {
  if (!value || at.depth > maximumDepth) return undefined;
  switch (value.op) {
    case "display":
      if (value.makes === "tuple") return firstMade(value.elements, at, program);
      return { kind: "container", name: isOpenEnded(value) ? "" : "filled" };
    case "comprehension":
      return value.makes === "generator" ? { kind: "object", name: "generator" } : { kind: "container", name: "filled" };
    case "choice":
      return firstMade(value.values, at, program);
    case "await":
      return madeBy(value.value, at, program);
    case "entered":
      return madeBy(value.context, at, program);
    case "call":
      return ofCall(value, at, program);
    case "read":
      return ofName(value.place, at, program);
    default:
      return undefined;
  }
}

function firstMade(values: readonly Value[], at: At, program: Program): MadeValue | undefined {
  return values
    .map((each) => madeBy(each, at, program))
    .find((made) => made !== undefined && made.kind !== "same" && made.kind !== "given");
}

/** An empty container, or one with an empty container in it: nobody makes one but to fill it. */
function isOpenEnded(value: Value): boolean {
  if (value.op !== "display" || value.makes === "tuple") return false;
  return (value.elements.length === 0 && !value.isOpen) || value.elements.some(isOpenEnded);
}

/** A local variable is what it was last bound to; one that is filled before it is stored is complete by then. */
function ofName(place: Place, at: At, program: Program): MadeValue | undefined {
  if (place.kind !== "name" || place.owner !== at.node.index) return undefined;
  if (at.node.head.parameters.some((parameter) => parameter.name === place.name)) return { kind: "given", name: place.name };
  const bound = (at.node.bound(place.name) ?? []).filter((each) => each.start < at.before);
  const last = bound[bound.length - 1];
  const made = last && madeBy(last, { ...at, depth: at.depth + 1 }, program);
  if (made?.kind !== "container" || !last) return made;
  return isChangedIn(at.node, place, last.end, at.before) ? { kind: "container", name: "filled" } : made;
}

function ofCall(call: CallOperation, at: At, program: Program): MadeValue | undefined {
  const { resolver } = program;
  const name = lastNameOf(call.callee);
  if (name === "__new__" || (name === "__call__" && isSuperCall(call.callee))) {
    const owner = resolver.enclosingClass(at.node);
    return { kind: "object", name: name === "__new__" ? (owner?.facts.name ?? "") : "" };
  }
  for (const callee of resolver.resolve(call.callee, at.node)) {
    switch (callee.kind) {
      case "class":
        return ofClass(callee.class, program, at.depth);
      case "external": {
        // An error that is kept to be told later: whose it is makes no difference.
        if (/(Error|Exception|Warning)$/.test(callee.name)) return { kind: "given", name: "" };
        const made = ofExternal(callee.name, call, program);
        if (made) return made;
        break;
      }
      case "function": {
        if (callee.function.head.isGenerator) return { kind: "object", name: "generator" };
        const made = ofReturned(call, callee, at, program);
        if (made) return made;
        break;
      }
      default:
        break;
    }
  }
  for (const entity of resolver.resolve(call, at.node)) {
    if (entity.kind === "instance") return ofClass(entity.class, program, at.depth);
    if (entity.kind === "object") {
      const made = ofType(entity.type, program);
      if (made) return made;
    }
  }
  return undefined;
}

function ofReturned(call: CallOperation, callee: Extract<Entity, { kind: "function" }>, at: At, program: Program): MadeValue | undefined {
  const { function: node } = callee;
  for (const value of node.returned) {
    const made = madeBy(value, { node, before: value.end, depth: at.depth + 1 }, program);
    if (made?.kind !== "given") {
      if (made && made.kind !== "same") return made;
      continue;
    }
    const parameter = node.head.parameters.find((each) => each.name === made.name);
    const argument = parameter && argumentFor(node, parameter, call, callee.receiver ? "bound" : "passed");
    const passed = argument && madeBy(argument, { ...at, depth: at.depth + 1 }, program);
    if (passed && passed.kind !== "same") return passed;
  }
  return undefined;
}

/** Objects of the class, unless they have no state or none that can change. */
function ofClass(node: ClassNode, program: Program, depth: number): MadeValue {
  const { resolver } = program;
  const { classes, externals } = resolver.classOrder(node);
  if (externals.some((base) => /(NamedTuple|Enum|Flag|Exception|Error|Protocol|TypedDict)$/.test(base))) return same;
  const hasFields = node.facts.decorators.some((decorator) =>
    /^(dataclass|define|attrs|s)$/.test(lastNameOf(decorator.op === "call" ? decorator.callee : decorator)),
  );
  const hasState = hasFields || externals.length > 0 || classes.some((each) => each.facts.instanceAttributes.size > 0);
  if (isFrozen(node) || !hasState) return same;
  return { kind: opens(classes, program, depth) ? "resource" : "object", name: node.facts.name };
}

/** Whether the constructor opens something for the object to keep. */
function opens(classes: readonly ClassNode[], program: Program, depth: number): boolean {
  return classes.some(({ file, facts }) =>
    [...facts.instanceAttributes.values()].flat().some(({ function: index, write }) => {
      const node = file.functionAt(index);
      if (node?.head.name !== "__init__" || write.value?.op !== "call") return false;
      return madeBy(write.value, { node, before: write.start, depth: depth + 1 }, program)?.kind === "resource";
    }),
  );
}

const containers: ReadonlySet<string> = new Set(
  "builtins.list builtins.dict builtins.set builtins.bytearray collections.defaultdict collections.OrderedDict collections.deque collections.Counter collections.ChainMap weakref.WeakValueDictionary weakref.WeakKeyDictionary weakref.WeakSet".split(
    " ",
  ),
);

/** Names of calls that open or connect something, and of classes whose objects hold something open. */
const resourceCalls =
  /^(open|connect|create_connection|create_engine|create_pool|socket|client|session|resource|urlopen|popen|insecure_channel|secure_channel)$/;
const resourceClasses =
  /(Client|Session|Connection|ConnectionPool|Pool|Engine|Socket|Popen|File|Server|Channel|Producer|Consumer|Publisher|Database|Redis|Selector|Loop)$/;

function ofExternal(name: string, call: CallOperation, program: Program): MadeValue | undefined {
  if (name === "builtins.object") return { kind: "object", name: "object" };
  if (containers.has(name)) {
    const isFilled = call.arguments.some(
      ({ value }) => value.op !== "read" || !/^(builtins\.)?(list|dict|set|int|str|float)$/.test(lastNameOf(value)),
    );
    return { kind: "container", name: isFilled && call.arguments.length > (/defaultdict$/.test(name) ? 1 : 0) ? "filled" : "" };
  }
  return ofType(name, program) ?? (resourceCalls.test(name.slice(name.lastIndexOf(".") + 1)) ? { kind: "resource", name: "" } : undefined);
}

function ofType(type: string, { knowledge }: Program): MadeValue | undefined {
  const name = type.slice(type.lastIndexOf(".") + 1);
  const known = knowledge.type(type);
  switch (known?.is.role) {
    case "lock":
    case "condition":
    case "barrier":
    case "event":
      return { kind: "lock", name };
    case "worker":
    case "executor":
      return { kind: "thread", name };
    case "queue":
    case "thread-local":
      return { kind: "object", name };
    default:
      break;
  }
  return resourceClasses.test(name) ? { kind: "resource", name } : undefined;
}

/** Whether a call that the value is made by waits for a disk, another machine or a program. */
function isFetched(value: Value | undefined, at: At, program: Program): boolean {
  if (!value || at.depth > maximumDepth) return false;
  return someValue(value, (inner) => {
    if (inner.op === "call") return fetches(inner, at.node, program);
    if (inner.op !== "read" || inner.place.kind !== "name" || inner.place.owner !== at.node.index) return false;
    const bound = (at.node.bound(inner.place.name) ?? []).filter((each) => each.start < at.before);
    return isFetched(bound[bound.length - 1], { ...at, before: inner.start, depth: at.depth + 1 }, program);
  });
}

/** Whether the call, or what it calls, waits for a disk, another machine or a program. */
export function fetches(call: CallOperation, within: FunctionNode, program: Program, seen = new Set<FunctionNode>()): boolean {
  const { resolver, knowledge } = program;
  const waits = resolver.externalCallees(call, within).some((name) => {
    const entry = knowledge.callable(name);
    const blocking = entry && blockingOf(entry, {});
    return blocking?.does === "blocks" && fetchedFrom.has(blocking.on);
  });
  if (waits || (resolver.callees(call, within).length === 0 && loading.test(lastNameOf(call.callee)))) return true;
  for (const { function: callee } of resolver.callees(call, within)) {
    if (seen.has(callee) || seen.size >= mostFunctions) continue;
    seen.add(callee);
    let found = false;
    walkOperations(callee.facts.body, (operation) => {
      found ||= operation.op === "call" && fetches(operation, callee, program, seen);
    });
    if (found) return true;
  }
  return false;
}

const mostFunctions = 6;

/** Names of library calls that read something large from files or the network, whatever library it is. */
const loading =
  /^(load|load_(model|weights|dataset|pretrained|file)|from_(pretrained|file|disk)|read_(csv|parquet|excel|pickle|json)|download|urlopen)$/;

const fetchedFrom: ReadonlySet<string> = new Set(["disk", "network", "process"]);

/** Whether the function adds to what the place holds, or to a local variable that is stored there, between two offsets. */
function isChangedIn(node: FunctionNode, place: Place, after: number, before = Number.POSITIVE_INFINITY): boolean {
  return changesOf(place, node.facts.body, node).some(({ start }) => start >= after && start < before);
}

/** What adds to a container that the place holds, or takes from it, by the place's name or by that of a local variable that is stored there. */
function changesOf(place: Place, operations: readonly Operation[], node: FunctionNode): readonly Operation[] {
  const names = new Set<string>();
  for (const [name, values] of node.facts.bindings) {
    if (values.some((value) => value.op === "read" && samePlace(value.place, place))) names.add(name);
  }
  const isIt = (value: Value): boolean =>
    value.op === "read" &&
    (samePlace(value.place, place) || (value.place.kind === "name" && value.place.owner === node.index && names.has(value.place.name)));
  const changes: Operation[] = [];
  walkOperations(operations, (operation: Operation) => {
    if (operation.op === "write" && operation.place.kind === "element" && isIt(operation.place.object)) changes.push(operation);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    if (changing.test(operation.callee.place.name) && isIt(operation.callee.place.object)) changes.push(operation);
  });
  return changes;
}

/**
 * What runs from the store of a new container, which others can see from then on, until the last of what fills it: elements for all that a loop goes through,
 * or all that another container has. Undefined for what is added one at a time, as somebody asks for it.
 */
export function fillingAfterStore(
  { check, act, byCall }: CheckThenAct,
  within: FunctionNode,
  { resolver }: Program,
): readonly GapStep[] | undefined {
  const store = byCall?.operation ?? act;
  const node = byCall?.function ?? within;
  if (store.op !== "write") return undefined;
  const operations = byCall ? node.facts.body : check.dependent;
  const loops: Operation[] = [];
  walkOperations(operations, (operation) => {
    // What goes on for ever does not fill anything.
    const ends = operation.op === "loop" && (operation.iterable ?? (operation.test && operation.test.op !== "constant"));
    if (ends && operation.start >= store.end) loops.push(operation);
  });
  const fills = changesOf(store.place, operations, node).filter((change) => {
    if (change.start < store.end) return false;
    return (change.op === "call" && /^(update|extend)$/.test(lastNameOf(change.callee))) || loops.some((loop) => contains(loop, change));
  });
  const last = fills[fills.length - 1];
  return last && stepsBetween({ start: store.end, end: last.end }, node, resolver, last);
}

const changing = /^(append|appendleft|add|insert|extend|update|setdefault|pop|popleft|popitem|remove|discard|clear)$/;

function isSuperCall(callee: Value): boolean {
  return callee.op === "read" && innerValues(callee).some((inner) => inner.op === "call" && lastNameOf(inner.callee) === "super");
}
