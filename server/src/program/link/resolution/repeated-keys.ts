import type { Place, Value, WriteOperation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { checksThenActs } from "../state/compound.js";
import { isReadOf, samePlace, sameValue } from "../state/updates.js";
import { someValue, walkOperations } from "../walk.js";
import { argumentFor, type Resolver } from "./resolver.js";

/*
 * When threads that each got a key can mean the same element: the keys of a pool's tasks, say, need not be different ones.
 */

/** Whether what is iterated over holds something twice, as its text shows: `paths * 10`, `["a", "b", "a"]`, `random.choices(names, k=100)`. */
export function holdsTwice(iterable: Value, within: FunctionNode, resolver: Resolver, depth = 0): boolean {
  if (depth > maximumDepth) return false;
  switch (iterable.op) {
    case "compute":
      // Of what is iterated over, a product is a sequence that comes several times.
      return iterable.operator === "*" && iterable.operands.some((operand) => !isSmallConstant(operand) && operand.op !== "compute");
    case "display":
      return iterable.elements.some(
        (element, index) => element.op === "constant" && iterable.elements.slice(0, index).some((other) => sameValue(other, element)),
      );
    case "comprehension":
      return iterable.element.op === "constant";
    case "call": {
      if (iterable.callee.op !== "read") return false;
      const name = lastNameOf(iterable.callee);
      if (name === "choices" || name === "repeat" || name === "cycle") return true;
      const [argument] = iterable.arguments;
      return (
        (name === "list" || name === "tuple" || name === "sorted" || name === "iter" || name === "reversed") &&
        argument !== undefined &&
        holdsTwice(argument.value, within, resolver, depth + 1)
      );
    }
    case "read": {
      if (iterable.place.kind !== "name" || iterable.place.owner < 0) return false;
      const { name, owner } = iterable.place;
      const holder = within.file.functionAt(owner);
      if (!holder) return false;
      const bound = holder.bound(name) ?? [];
      if (bound.length > 0) return bound.length === 1 && holdsTwice(bound[0] as Value, holder, resolver, depth + 1);
      const parameter = holder.head.parameters.find((each) => each.name === name);
      return (
        parameter !== undefined &&
        resolver.callersOf(holder).some(({ call, within: caller, receiver }) => {
          const argument = argumentFor(holder, parameter, call, receiver);
          return argument !== undefined && caller !== holder && holdsTwice(argument, caller, resolver, depth + 1);
        })
      );
    }
    default:
      return false;
  }
}

/** Whether no two elements are equal, as the text shows: a range, a set, constants that differ. */
export function allDiffer(iterable: Value): boolean {
  switch (iterable.op) {
    case "display":
      if (iterable.makes === "set") return true;
      return (
        !iterable.isOpen &&
        iterable.elements.every(
          (element, index) => element.op === "constant" && !iterable.elements.slice(0, index).some((other) => sameValue(other, element)),
        )
      );
    case "comprehension":
      return iterable.makes === "set";
    case "call":
      return iterable.callee.op === "read" && /^(range|set|frozenset|keys|enumerate)$/.test(lastNameOf(iterable.callee));
    default:
      return false;
  }
}

/** Whether the value is another in every round of the loop that it comes from: a number that counts, an element of a range. */
export function isDistinct(value: Value, within: FunctionNode): boolean {
  switch (value.op) {
    case "read": {
      if (value.place.kind !== "name" || value.place.owner !== within.index) return false;
      const [only, ...others] = within.bound(value.place.name) ?? [];
      return only !== undefined && others.length === 0 && only.op !== "read" && isDistinct(only, within);
    }
    case "element-of":
      return allDiffer(iterableOf(value.iterable, within));
    case "item-of":
      return value.index === 0 && value.value.op === "element-of" && isNumbered(value.value.iterable);
    default:
      return false;
  }
}

/** A local name stands for what it was bound to once. */
function iterableOf(iterable: Value, within: FunctionNode): Value {
  if (iterable.op !== "read" || iterable.place.kind !== "name") return iterable;
  const bound = within.file.functionAt(iterable.place.owner)?.bound(iterable.place.name) ?? [];
  return bound.length === 1 ? (bound[0] as Value) : iterable;
}

/** `for index, item in enumerate(…)`, `for key, value in d.items()` */
function isNumbered(iterable: Value): boolean {
  return iterable.op === "call" && iterable.callee.op === "read" && /^(enumerate|items)$/.test(lastNameOf(iterable.callee));
}

function isSmallConstant(value: Value): boolean {
  return value.op === "constant" && (typeof value.value !== "number" || value.value <= 1);
}

const maximumDepth = 3;

/**
 * Whether the write counts how often its key came: `hits[path] = hits.get(path, 0) + 1`. Who counts so for each thing that comes by, once, expects
 * things to come again.
 */
export function countsComings(write: WriteOperation): boolean {
  const { place, value } = write;
  if (place.kind !== "element" || !value) return false;
  return someValue(
    value,
    (inner) => inner.op === "call" && isReadOf(inner, place) && inner.arguments[1]?.value.op === "constant" && inner.arguments.length === 2,
  );
}

/**
 * Whether the function answers with the element of a key that it is given, and makes it only if there is none: `client(host)`. Whoever writes one
 * expects a key to be asked for again.
 */
export function remembersByKey(place: Place, node: FunctionNode): boolean {
  if (place.kind !== "element" || place.index.op !== "read" || place.index.place.kind !== "name") return false;
  const { name } = place.index.place;
  if (!node.head.parameters.some((parameter) => parameter.name === name) || node.bound(name) !== undefined) return false;
  const answers = node.returned.some((value) => {
    if (isReadOf(value, place)) return true;
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
    const bound = node.bound(value.place.name) ?? [];
    return bound.some((each) => isReadOf(each, place)) || isStoredAt(place, value, node);
  });
  if (!answers) return false;
  for (const { does, check } of checksThenActs(node).values()) if (does === "fill" && samePlace(check.place, place)) return true;
  return false;
}

function isStoredAt(place: Place, value: Value, node: FunctionNode): boolean {
  let stored = false;
  walkOperations(node.facts.body, (operation) => {
    stored ||= operation.op === "write" && samePlace(operation.place, place) && !!operation.value && sameValue(operation.value, value);
  });
  return stored;
}
