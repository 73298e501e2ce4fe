import type { CallOperation, Place, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { gatheredArguments } from "./gathered-arguments.js";
import { argumentFor, type Resolver } from "./resolver.js";

/**
 * Whether a function is called by the name of a parameter, or of an attribute that something is stored in: `fn(*args)`, `self._target()`. What it is then
 * is up to whoever hands it in.
 */
export function isHandedIn(value: Value, within: FunctionNode, resolver: Resolver): boolean {
  if (value.op !== "read") return false;
  const { place } = value;
  if (place.kind === "name") return within.file.functionAt(place.owner)?.head.parameters.some(({ name }) => name === place.name) ?? false;
  return place.kind === "attribute" && storesOf(place, within, resolver).length > 0;
}

/** What is stored in an attribute of objects of the program, other than by the body of their class. */
function storesOf(
  { object, name }: Extract<Place, { kind: "attribute" }>,
  within: FunctionNode,
  resolver: Resolver,
): readonly { readonly value: Value; readonly in: FunctionNode }[] {
  return resolver.resolve(object, within).flatMap((entity) => {
    if (entity.kind !== "instance") return [];
    return resolver.classOrder(entity.class).classes.flatMap(({ facts, file }) =>
      (facts.instanceAttributes.get(name) ?? []).flatMap(({ function: index, write: { value } }) => {
        const method = file.functionAt(index);
        return method && value ? [{ value, in: method }] : [];
      }),
    );
  });
}

/** Whether it may be something of which nothing is known as well as what it resolves to: one of those who hand it in hands in what nobody can tell. */
export function mayBeOther(value: Value, within: FunctionNode, resolver: Resolver): boolean {
  // Functions that hand on what they are handed lead to the same ones by many ways.
  const known: Map<Value, boolean>[] = [];
  const isOther = (asked: Value, node: FunctionNode, depth: number): boolean => {
    known[depth] ??= new Map();
    let answer = known[depth].get(asked);
    if (answer === undefined) {
      answer = mayBeOtherAt(asked, node, resolver, depth, (inner, innerNode) => isOther(inner, innerNode, depth + 1));
      known[depth].set(asked, answer);
    }
    return answer;
  };
  return isOther(value, within, 0);
}

function mayBeOtherAt(
  value: Value,
  within: FunctionNode,
  resolver: Resolver,
  depth: number,
  isOther: (value: Value, within: FunctionNode) => boolean,
): boolean {
  const isUnknown = (): boolean => resolver.resolve(value, within).length === 0;
  const next = (inner: Value, node = within): boolean => isOther(inner, node);
  if (depth > deepest) return isUnknown();
  switch (value.op) {
    case "constant":
    case "function":
    case "class":
      return false;
    case "choice":
      return value.values.some((each) => next(each));
    case "call": {
      const [first] = value.arguments;
      return first && resolver.externalCallees(value, within).includes("functools.partial") ? next(first.value) : isUnknown();
    }
    case "read":
      break;
    default:
      return isUnknown();
  }
  const { place } = value;
  if (place.kind === "attribute") {
    const stores = storesOf(place, within, resolver);
    return stores.length === 0 ? isUnknown() : stores.some((store) => next(store.value, store.in));
  }
  const owner = place.kind === "name" ? within.file.functionAt(place.owner) : undefined;
  if (place.kind !== "name" || !owner) return isUnknown();
  const parameter = owner.head.parameters.find(({ name }) => name === place.name);
  const bound = owner.bound(place.name) ?? [];
  if (!parameter) return bound.length === 0 ? isUnknown() : bound.some((each) => next(each, owner));
  if (parameter.annotation && parameter === owner.head.parameters[0] && owner.head.class !== undefined) return isUnknown();
  const callers = resolver.callersOf(owner);
  if (callers.length === 0) return isUnknown();
  return callers.slice(0, mostCallers).some(({ call, within: caller, receiver }) => {
    const given = gatheredArguments(owner, parameter, call, receiver) ?? argumentFor(owner, parameter, call, receiver);
    if (given) return next(given, caller);
    return parameter.default === undefined || passesUnseen(call);
  });
}

/** Whether it passes arguments that are not written out. */
function passesUnseen({ arguments: given }: CallOperation): boolean {
  return given.some(({ form }) => form !== "positional" && form !== "keyword");
}

const deepest = 4;
const mostCallers = 16;
