import type { Entity, FunctionNode } from "../../program/link/entity.js";
import { implicitCall } from "../../program/link/resolution/implicit-calls.js";
import { operatorMethods } from "../../program/link/resolution/operators.js";
import { decoratorNames, type Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, ComputeOperation, Place, Value } from "../../program/operation.js";
import type { Activation, Argument } from "../values/activation.js";

/** A method of the program's own that runs without being called in the text: of an operator, a property, a comparison while something is sorted. */
export interface ImplicitRun {
  readonly function: FunctionNode;
  readonly activation: Activation;
}

/** What an operator runs where an operand is an object of a class of the program: `total + step` where `Vector` has `__add__`. */
export function operatorRun(operation: ComputeOperation, at: Activation, resolver: Resolver): ImplicitRun | undefined {
  const [left, right] = operation.operands;
  if (!left || operation.operands.every(({ op }) => op === "constant")) return undefined;
  const names = operatorMethods(operation.operator);
  if (names && right) return run(left, [names[0]], right, at, resolver) ?? run(right, [names[1]], left, at, resolver);
  const implicit = implicitCall(operation);
  const methods = implicit && [...implicit.methods, ...(reflected[operation.operator] ?? [])];
  return methods && run(implicit.object, methods, implicit.object === left ? right : left, at, resolver);
}

/** `functools.total_ordering` makes the others of one. */
const reflected: Readonly<Record<string, readonly string[]>> = {
  ">": ["__lt__"],
  ">=": ["__lt__", "__gt__"],
  "<=": ["__lt__", "__gt__"],
  "<": ["__gt__"],
};

/** What reading or writing an attribute or an element runs: a property, `__getitem__`. */
export function accessRun(
  place: Place,
  how: "read" | "write",
  at: Activation,
  resolver: Resolver,
  written?: Value,
): ImplicitRun | undefined {
  if (place.kind === "element") {
    const isRead = how === "read";
    return run(place.object, [isRead ? "__getitem__" : "__setitem__"], place.index, at, resolver);
  }
  if (place.kind !== "attribute") return undefined;
  if (how === "write") {
    const setter = setterOf(place.object, place.name, at, resolver);
    return setter && runOf(setter, written && { value: written, in: at, how: "whole" }, at, place.object);
  }
  const found = methodOf(place.object, [place.name], at, resolver);
  const isProperty = found && decoratorNames(found).some((name) => name === "property" || name === "cached_property");
  return isProperty ? runOf(found, undefined, at, place.object) : undefined;
}

/** What storing to a property runs. */
function setterOf(object: Value, name: string, at: Activation, resolver: Resolver): FunctionNode | undefined {
  for (const entity of resolver.resolve(object, at.function)) {
    if (entity.kind !== "instance") continue;
    for (const { file, facts } of resolver.classOrder(entity.class).classes)
      for (const value of file.functionAt(facts.body)?.bound(name) ?? []) {
        const stored = value.op === "choice" ? value.values[value.values.length - 1] : value;
        const found = stored?.op === "function" ? file.functionAt(stored.function) : undefined;
        if (found && decoratorNames(found).includes("setter")) return found;
      }
  }
  return undefined;
}

/** What handing out the next element runs, where what a loop goes over is an object of a class of the program that hands them out itself. */
export function nextRun(iterable: Value, at: Activation, resolver: Resolver): ImplicitRun | undefined {
  return run(iterable, ["__next__"], undefined, at, resolver);
}

/** What a `with` statement runs as it begins and ends, where the context is an object of a class of the program. */
export function contextRuns(context: Value, at: Activation, resolver: Resolver): readonly ImplicitRun[] {
  return ["__enter__", "__exit__"].flatMap((name) => run(context, [name], undefined, at, resolver) ?? []);
}

/** What comparing two elements of something runs. */
export function comparisonRun(elements: Value, at: Activation, resolver: Resolver): ImplicitRun | "generated" | undefined {
  return comparing(resolver.elements(elements, at.function), { value: elements, in: at, how: "element" }, at, resolver);
}

/** What comparing two objects runs that are like one. */
export function likeComparisonRun(one: Value, at: Activation, resolver: Resolver): ImplicitRun | "generated" | undefined {
  return one.op === "constant"
    ? undefined
    : comparing(resolver.resolve(one, at.function), { value: one, in: at, how: "whole" }, at, resolver);
}

function comparing(
  compared: readonly Entity[],
  argument: Argument,
  at: Activation,
  resolver: Resolver,
): ImplicitRun | "generated" | undefined {
  for (const entity of compared) {
    if (entity.kind !== "instance") continue;
    const found = resolver.method(entity.class, "__lt__");
    if (!found) return entity.class.facts.decorators.some(isOrdered) ? "generated" : undefined;
    return runOf(found, argument, at);
  }
  return undefined;
}

/** What finding the hash of an object runs. */
export function hashRun(object: Value, at: Activation, resolver: Resolver): ImplicitRun | undefined {
  return run(object, ["__hash__"], undefined, at, resolver);
}

/** What comparing an object with one that has the same hash runs. */
export function keyComparisonRun(object: Value, at: Activation, resolver: Resolver): ImplicitRun | undefined {
  return run(object, ["__eq__"], object, at, resolver);
}

/** What a built-in function runs that the language has methods for: `len(span)`, `str(money)`. */
export function builtInRun(name: string, call: CallOperation, at: Activation, resolver: Resolver): ImplicitRun | undefined {
  const implicit = /^builtins\.(len|str|repr|hash|bool|int|float)$/.test(name) ? implicitCall(call) : undefined;
  return implicit && run(implicit.object, implicit.methods, undefined, at, resolver);
}

/** Whether a context is what `contextlib.contextmanager` makes of a generator. */
export function isGeneratorContext(context: Value, at: Activation, resolver: Resolver): boolean {
  if (context.op !== "call") return false;
  return resolver.callees(context, at.function).some((callee) => decoratorNames(callee.function).includes("contextmanager"));
}

/** `@dataclass(order=True)` */
function isOrdered(decorator: Value): boolean {
  return (
    decorator.op === "call" &&
    decorator.arguments.some(({ name, value }) => name === "order" && value.op === "constant" && value.value === 1)
  );
}

function run(
  object: Value,
  names: readonly string[],
  other: Value | undefined,
  at: Activation,
  resolver: Resolver,
): ImplicitRun | undefined {
  const found = object.op === "constant" ? undefined : methodOf(object, names, at, resolver);
  return found && runOf(found, other && { value: other, in: at, how: "whole" }, at, object);
}

/** A method that is given at most one argument. */
function runOf(method: FunctionNode, argument: Argument | undefined, at: Activation, object?: Value): ImplicitRun {
  const [, parameter] = method.head.parameters;
  const given = new Map<string, Argument>();
  if (parameter && argument) given.set(parameter.name, argument);
  const receiver: Pick<Activation, "receiver"> = object ? { receiver: { value: object, in: at, how: "whole" } } : {};
  return { function: method, activation: { function: method, arguments: given, caller: at, ...receiver } };
}

function methodOf(object: Value, names: readonly string[], at: Activation, resolver: Resolver): FunctionNode | undefined {
  for (const entity of resolver.resolve(object, at.function)) {
    if (entity.kind !== "instance") continue;
    for (const name of names) {
      const found = resolver.method(entity.class, name);
      if (found) return found;
    }
  }
  return undefined;
}
