import type { CallOperation, Place, ReadOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { sameValue } from "../state/updates.js";
import { walkOperations } from "../walk.js";
import { isInner } from "./inner-functions.js";
import { argumentFor, type Resolver } from "./resolver.js";

/** A value and the function in whose scope it is to be read. */
interface Scoped {
  readonly value: Value;
  readonly in: FunctionNode;
}

/**
 * The object to which a method is bound that a value stands for, as the expression before the dot: `work` of `work.run`. Also through a variable,
 * `action = work.run if fast else work.walk`, an attribute, `self.action = self.run`, and a table of methods, `self.actions[kind]`. Undefined where it may be
 * one of several.
 */
export function boundObject(value: Value, within: FunctionNode, method: FunctionNode, resolver: Resolver, depth = 0): Scoped | undefined {
  if (depth > maximumDepth) return undefined;
  const inner = (each: Value, node: FunctionNode): Scoped | undefined => boundObject(each, node, method, resolver, depth + 1);
  switch (value.op) {
    case "choice":
      return onlyOf(value.values, (each) => inner(each, within));
    case "element-of":
    case "item-of":
      return onlyOf(elementsOf(containerOf(value), within, resolver, depth), (each) => translated(each, within, inner));
    case "call": {
      const container = lookedUpIn(value);
      return container && onlyOf(elementsOf(container, within, resolver, depth), (each) => translated(each, within, inner));
    }
    case "read":
      break;
    default:
      return undefined;
  }
  const { place } = value;
  switch (place.kind) {
    case "attribute": {
      if (place.name === method.head.name) return { value: place.object, in: within };
      const stored = storedIn(place.object, place.name, within, resolver);
      // What a decorator made of a method is found in the class under the method's name, not its own.
      if (stored.length === 0 && method.head.class === undefined && isInner(method)) return { value: place.object, in: within };
      return onlyOf(stored, (each) => translated(each, within, inner));
    }
    case "element":
      return onlyOf(elementsOf(place.object, within, resolver, depth), (each) => translated(each, within, inner));
    case "name": {
      const holder = place.owner >= 0 ? within.file.functionAt(place.owner) : undefined;
      if (!holder) return undefined;
      const found = onlyOf(holder.bound(place.name) ?? [], (each) => inner(each, holder));
      return found ?? onlyOf(givenFor(place.name, holder, resolver), (each) => inner(each.value, each.in));
    }
  }
}

const maximumDepth = 6;

/** Something stored in an attribute of an object, and the object before the dot where it is read. */
interface Stored extends Scoped {
  /** The object whose attribute it is; undefined for what a variable holds. */
  readonly of: Value | undefined;
}

/** What was found where it was stored, as it is to be read where it is used: the method's own object is there the one before the dot. */
function translated(
  { value, in: node, of }: Stored,
  within: FunctionNode,
  inner: (value: Value, node: FunctionNode) => Scoped | undefined,
) {
  const found = inner(value, node);
  return found && of && found.in === node && isReceiver(found.value, node) ? { value: of, in: within } : found;
}

function isReceiver(value: Value, { facts }: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || facts.class === undefined) return false;
  return value.place.owner === facts.index && value.place.name === facts.parameters[0]?.name;
}

/** What methods of the object's class store in the attribute. */
function storedIn(object: Value, name: string, within: FunctionNode, resolver: Resolver): readonly Stored[] {
  return resolver.resolve(object, within).flatMap((entity) => {
    if (entity.kind !== "instance") return [];
    return resolver.classOrder(entity.class).classes.flatMap((owner) =>
      (owner.facts.instanceAttributes.get(name) ?? []).flatMap(({ function: index, write }): readonly Stored[] => {
        const node = owner.file.functionAt(index);
        return node && write.value ? [{ value: write.value, in: node, of: object }] : [];
      }),
    );
  });
}

/** What a container is seen to be given: where it is written out, and where something is put into it. */
function elementsOf(container: Value | undefined, within: FunctionNode, resolver: Resolver, depth: number): readonly Stored[] {
  if (container?.op === "display") return container.elements.map((value) => ({ value, in: within, of: undefined }));
  if (container?.op !== "read" || container.place.kind === "element" || depth > maximumDepth) return [];
  const { place } = container;
  if (place.kind === "name") {
    const holder = place.owner >= 0 ? within.file.functionAt(place.owner) : undefined;
    if (!holder) return [];
    const written = (holder.bound(place.name) ?? []).flatMap((value) => elementsOf(wholeOf(value), holder, resolver, depth + 1));
    return [...written, ...putInto(place, undefined, holder)];
  }
  const stored = storedIn(place.object, place.name, within, resolver).flatMap(({ value, in: node, of }) =>
    elementsOf(wholeOf(value), node, resolver, depth + 1).map((each) => ({ ...each, of: each.of ?? of })),
  );
  const put = resolver.resolve(place.object, within).flatMap((entity) => {
    if (entity.kind !== "instance") return [];
    const { file } = entity.class;
    const methods = file.functions.filter(({ facts }) => facts.class !== undefined && file.classAt(facts.class) === entity.class);
    return methods.flatMap((node) => putInto(place, place.object, node));
  });
  return [...stored, ...put];
}

/** `dict(a=…)` and a container that is written out hold what stands in them. */
function wholeOf(value: Value): Value | undefined {
  if (value.op !== "call") return value.op === "display" || value.op === "read" ? value : undefined;
  const elements = value.arguments.map((each) => each.value);
  return { op: "display", makes: "dict", keys: elements.map(() => undefined), elements, isOpen: true, start: value.start, end: value.end };
}

/** What a function puts into the container of that name: `d[k] = x`, `xs.append(x)`. */
function putInto(place: Place, of: Value | undefined, node: FunctionNode): readonly Stored[] {
  const found: Stored[] = [];
  const isIt = (value: Value): value is ReadOperation => {
    if (value.op !== "read" || place.kind === "element") return false;
    if (place.kind === "name") return value.place.kind === "name" && value.place.name === place.name && value.place.owner === place.owner;
    return value.place.kind === "attribute" && value.place.name === place.name && isReceiver(value.place.object, node);
  };
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "write" && operation.value && operation.place.kind === "element" && isIt(operation.place.object))
      found.push({ value: operation.value, in: node, of });
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    const last = operation.arguments[operation.arguments.length - 1];
    if (last && adding.has(operation.callee.place.name) && isIt(operation.callee.place.object))
      found.push({ value: last.value, in: node, of });
  });
  return found;
}

const adding: ReadonlySet<string> = new Set(["append", "add", "insert", "setdefault", "put", "register"]);

/** The container whose elements come by: through `items()`, `values()`, `list(…)`, `enumerate(…)`. */
function containerOf(value: Value): Value | undefined {
  switch (value.op) {
    case "item-of":
      return containerOf(value.value);
    case "element-of":
      return containerOf(value.iterable);
    case "call": {
      const { callee } = value;
      if (callee.op === "read" && callee.place.kind === "attribute" && /^(items|values|copy)$/.test(callee.place.name))
        return containerOf(callee.place.object);
      const [first] = value.arguments;
      return first && callee.op === "read" && callee.place.kind === "name" ? containerOf(first.value) : undefined;
    }
    case "read":
    case "display":
      return value;
    default:
      return undefined;
  }
}

/** The table in which the call looks something up: `d.get(k)`. */
function lookedUpIn({ callee }: CallOperation): Value | undefined {
  return callee.op === "read" && callee.place.kind === "attribute" && /^(get|pop|setdefault)$/.test(callee.place.name)
    ? callee.place.object
    : undefined;
}

/** What callers give for a parameter. */
function givenFor(name: string, node: FunctionNode, resolver: Resolver): readonly Scoped[] {
  const parameter = node.head.parameters.find((each) => each.name === name);
  if (!parameter) return [];
  return resolver.callersOf(node).flatMap(({ call, within, receiver }) => {
    const value = argumentFor(node, parameter, call, receiver);
    return value ? [{ value, in: within }] : [];
  });
}

/** What all of the items that lead to an object lead to; undefined where they lead to several, each of which may be meant. */
function onlyOf<Item>(items: readonly Item[], find: (item: Item) => Scoped | undefined): Scoped | undefined {
  let only: Scoped | undefined;
  for (const item of items) {
    const found = find(item);
    if (found && only && !(found.in === only.in && sameValue(found.value, only.value))) return undefined;
    only ??= found;
  }
  return only;
}
