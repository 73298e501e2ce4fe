import type { CallOperation, ReadOperation, Value } from "../../operation.js";
import { type ContainerEntity, distinctEntities, type Entity, type FunctionNode } from "../entity.js";
import type { Resolver } from "./resolver.js";
import { elementStores, maximumElements } from "./stores.js";

/** What iterating over the value yields. With a key, what a subscript does: of a dict that is written out, what stands there under that key. */
export function elementsOf(resolver: Resolver, value: Value, within: FunctionNode, key?: Value): readonly Entity[] {
  const entities = resolver.resolve(value, within);
  const result = entities.flatMap((entity) => {
    const kept = valueAt(entity, key);
    return kept ? resolver.resolve(kept.value, kept.in) : elementsOfEntity(resolver, entity);
  });
  const added = value.op === "read" ? addedTo(resolver, value, within) : [];
  if (value.op === "call") {
    const [name] = resolver.externalCallees(value, within);
    const source = elementSource(name, value);
    if (source) return distinctEntities([...result, ...resolver.elements(source, within)]);
  }
  return distinctEntities([...result, ...added]);
}

function valueAt(entity: Entity, key: Value | undefined): { readonly value: Value; readonly in: FunctionNode } | undefined {
  if (key?.op !== "constant" || entity.kind !== "container" || entity.value.op !== "display") return undefined;
  const { keys, elements } = entity.value;
  // Of two that are alike the last one stays.
  const value = elements[keys.findLastIndex((each) => each?.op === "constant" && each.type === key.type && each.value === key.value)];
  return value && { value, in: entity.in };
}

function elementsOfEntity(resolver: Resolver, entity: Entity): readonly Entity[] {
  if (entity.kind === "container") return containerElements(resolver, entity);
  if (entity.kind === "object") {
    const source = entity.origin && sourceOf(resolver, entity.type, entity.origin);
    if (entity.origin && source) {
      const { call, in: holder } = entity.origin;
      // An iterator over itself, `it = map(f, it)`, yields what it yields without that.
      if (resolver.iterated.has(call)) return [];
      resolver.iterated.add(call);
      const found = resolver.deeper(() => resolver.elements(source, holder));
      resolver.iterated.delete(call);
      return found;
    }
    return yieldedBy(resolver, entity);
  }
  return [];
}

function yieldedBy(resolver: Resolver, entity: Entity): readonly Entity[] {
  const yields = entity.kind === "object" ? resolver.knowledge.type(entity.type)?.yields : undefined;
  return yields ? [{ kind: "object", type: yields, origin: undefined }] : [];
}

/** What an iterator or a list that a call made has its elements from. */
function sourceOf(
  resolver: Resolver,
  type: string,
  { call, in: within }: { readonly call: CallOperation; readonly in: FunctionNode },
): Value | undefined {
  if (type === "collections.abc.Iterator") return call.arguments[0]?.value;
  return type === "builtins.list" || type === "builtins.tuple" || type === "builtins.set"
    ? elementSource(resolver.externalCallees(call, within)[0], call)
    : undefined;
}

function containerElements(resolver: Resolver, { value, in: within }: ContainerEntity): readonly Entity[] {
  if (value.op === "comprehension") return resolver.resolve(value.element, within);
  return value.elements.slice(0, maximumElements).flatMap((element) => resolver.resolve(element, within));
}

/** What `name.append(x)`, `name.add(x)`, `name[k] = x` and their like put into a container. */
function addedTo(resolver: Resolver, read: ReadOperation, within: FunctionNode): readonly Entity[] {
  const { place } = read;
  if (place.kind === "element") return [];
  const result: Entity[] = [];
  for (const name of adders) {
    for (const site of within.file.calls(name)) {
      const { callee } = site.call;
      if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.object.op !== "read") continue;
      const receiver = callee.place.object.place;
      const same =
        place.kind === "name"
          ? receiver.kind === "name" && receiver.name === place.name && receiver.owner === place.owner
          : receiver.kind === "attribute" && receiver.name === place.name;
      const holder = within.file.functionAt(site.function);
      const argument = site.call.arguments[site.call.arguments.length - 1];
      if (same && holder && argument) result.push(...resolver.resolve(argument.value, holder));
    }
  }
  for (const { node, place: to, value } of elementStores(within.file).get(place.name) ?? []) {
    const isSame = place.kind === "name" ? to.kind === "name" && to.owner === place.owner : to.kind === "attribute";
    if (isSame) result.push(...resolver.resolve(value, node));
  }
  return result;
}

export function items(resolver: Resolver, value: Value, index: number, within: FunctionNode): readonly Entity[] {
  const inner = value.op === "element-of" ? tupleParts(resolver, value.iterable, index, within) : undefined;
  if (inner) return inner;
  return resolver.resolve(value, within).flatMap((entity) => {
    if (entity.kind !== "container") return yieldedBy(resolver, entity);
    const { value: container } = entity;
    const element = container.op === "display" && index >= 0 ? container.elements[index] : undefined;
    return element ? resolver.resolve(element, entity.in) : containerElements(resolver, entity);
  });
}

/** `for i, x in enumerate(xs)`, `for a, b in zip(as, bs)`, `for k, v in d.items()`. */
function tupleParts(resolver: Resolver, iterable: Value, index: number, within: FunctionNode): readonly Entity[] | undefined {
  if (iterable.op !== "call") return undefined;
  const [name] = resolver.externalCallees(iterable, within);
  const argument = (position: number): Value | undefined => iterable.arguments[position]?.value;
  if (name === "builtins.enumerate") {
    const source = argument(0);
    return index === 1 && source ? resolver.elements(source, within) : [];
  }
  if (name === "builtins.zip") {
    const source = argument(index);
    return source ? resolver.elements(source, within) : [];
  }
  const { callee } = iterable;
  if (callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "items") {
    return index === 1 ? resolver.elements(callee.place.object, within) : [];
  }
  return undefined;
}
/** The iterable whose elements a call hands through. */
function elementSource(name: string | undefined, call: CallOperation): Value | undefined {
  switch (name) {
    case "builtins.list":
    case "builtins.tuple":
    case "builtins.sorted":
    case "builtins.reversed":
    case "builtins.iter":
    case "builtins.set":
    case "concurrent.futures.as_completed":
      return call.arguments[0]?.value;
    default:
      break;
  }
  const { callee } = call;
  // `d.values()` and `xs.copy()` hand out the elements of the object before the dot.
  if (callee.op === "read" && callee.place.kind === "attribute" && (callee.place.name === "values" || callee.place.name === "copy")) {
    return callee.place.object;
  }
  return undefined;
}

const adders = ["append", "add", "put", "appendleft", "put_nowait", "insert", "setdefault"] as const;
