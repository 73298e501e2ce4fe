import type { Value } from "../../operation.js";
import { onlyBinding } from "../only-binding.js";
import type { Frame, FrameArgument } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";
import { gatheredArguments } from "./gathered-arguments.js";
import type { Resolver } from "./resolver.js";

/**
 * The values that a loop's variable takes one after the other, where all of them are written out: in a list around the corner, or as the arguments that
 * `*locks` has gathered on this thread's way, also kept in an attribute. Undefined where that is not known.
 */
export function membersOfLoop(
  variable: Value,
  frame: Frame,
  resolver: Resolver,
  ownership: Ownership,
): readonly FrameArgument[] | undefined {
  if (variable.op !== "read" || variable.place.kind !== "name" || variable.place.owner !== frame.function.index) return undefined;
  const bound = frame.function.bound(variable.place.name) ?? [];
  // Locks are taken in one loop and given back in the next, of the same elements.
  const lists = bound.map((each) => (each.op === "element-of" ? membersOf(each.iterable, frame, resolver, ownership, 0) : undefined));
  const [first] = lists;
  return lists.every((list) => list !== undefined) ? first : undefined;
}

function membersOf(
  value: Value,
  frame: Frame,
  resolver: Resolver,
  ownership: Ownership,
  depth: number,
): readonly FrameArgument[] | undefined {
  if (depth > maximumDepth) return undefined;
  const further = (inner: Value, holder: Frame): readonly FrameArgument[] | undefined =>
    membersOf(inner, holder, resolver, ownership, depth + 1);
  switch (value.op) {
    case "display":
      return value.isOpen || value.makes === "dict" ? undefined : value.elements.map((element) => ({ value: element, in: frame }));
    case "call": {
      const isSame = resolver.externalCallees(value, frame.function).some((name) => sameElements.has(name));
      const source = value.arguments[0]?.value;
      return isSame && source ? further(source, frame) : undefined;
    }
    case "read": {
      const { place } = value;
      if (place.kind === "element") return undefined;
      if (place.kind === "attribute") {
        const kept = keptInAttribute(place.object, place.name, frame, resolver, ownership);
        return kept && further(kept.value, kept.in);
      }
      if (place.owner === frame.function.index) {
        const given = frame.arguments?.get(place.name);
        const only = onlyBinding(place.name, frame.function);
        return given ? further(given.value, given.in) : only && further(only, frame);
      }
      const module = frame.function.file.functionAt(0);
      const only = place.owner === 0 && module ? onlyBinding(place.name, module) : undefined;
      return only && module && further(only, ownership.frames.beside(module));
    }
    default:
      return undefined;
  }
}

/** What the constructor of an object stores in an attribute, of the arguments of the call that made the object. */
function keptInAttribute(object: Value, name: string, frame: Frame, resolver: Resolver, ownership: Ownership): FrameArgument | undefined {
  const { made, class: node } = ownership.object(object, frame);
  const init = made && node && resolver.method(node, "__init__");
  if (!init) return undefined;
  const writes = (node.facts.instanceAttributes.get(name) ?? []).filter(({ function: index }) => node.file.functionAt(index) === init);
  const [only, ...others] = node.facts.instanceAttributes.get(name) ?? [];
  if (!only?.write.value || others.length > 0 || writes.length !== 1) return undefined;
  const caller = made.frame ?? ownership.frames.beside(made.in);
  const given = new Map<string, FrameArgument>();
  for (const parameter of init.head.parameters) {
    const gathered = gatheredArguments(init, parameter, made.call, "bound");
    if (gathered) given.set(parameter.name, { value: gathered, in: caller });
  }
  return {
    value: only.write.value,
    in: { function: init, parameters: new Map(), arguments: given, caller: undefined, depth: frame.depth },
  };
}

const sameElements: ReadonlySet<string> = new Set(
  ["list", "tuple", "set", "frozenset", "sorted", "reversed", "iter"].map((name) => `builtins.${name}`),
);

const maximumDepth = 8;
