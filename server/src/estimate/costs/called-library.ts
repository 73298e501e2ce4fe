import type { FunctionNode } from "../../program/link/entity.js";
import { isFrozen, type Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { builtInMethod, isMissingMethod } from "./built-in-methods.js";
import { briefCalls } from "./call-kinds.js";
import type { ConstructCosts } from "./construct-costs.js";

/*
 * What a call runs that is no function of the program: the name of the library's function or method, and whether it only makes a function or an object.
 */

/** The name under which knowledge may know what is called; a method of an unknown object counts if only built-in types have it. */
export function libraryName(operation: CallOperation, within: FunctionNode, evaluator: Evaluator): string | undefined {
  const name = evaluator.resolver.externalCallees(operation, within).find((each) => !isMissingMethod(each));
  if (name !== undefined) return name;
  if (evaluator.resolver.resolve(operation.callee, within).some((entity) => entity.kind === "class")) return "builtins.object";
  if (isNamedTuple(operation.callee, within, evaluator)) return "collections.namedtuple.__new__";
  if (isTranslation(operation, within, evaluator)) return "builtins.str.translate";
  return inheritedOfObject(operation, within, evaluator.resolver) ?? builtInMethod(operation);
}

/** `text.translate(table)` of a table that `str.maketrans` made: a text, whatever else the variable is bound to. */
function isTranslation({ callee, arguments: [table] }: CallOperation, within: FunctionNode, evaluator: Evaluator): boolean {
  if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.name !== "translate" || !table) return false;
  return isMadeBy("builtins.str.maketrans", table.value, within, evaluator);
}

function isNamedTuple(callee: Value, within: FunctionNode, evaluator: Evaluator): boolean {
  return callee.op === "read" && isMadeBy("collections.namedtuple", callee, within, evaluator);
}

/** Whether a value is what a call of that function of the library gave, or a name for that. */
function isMadeBy(maker: string, value: Value, within: FunctionNode, evaluator: Evaluator): boolean {
  const made = (written: Value, in_: Activation): true | undefined =>
    written.op === "call" && evaluator.externalNames(written, in_)[0] === maker ? true : undefined;
  const at = bareActivation(within);
  return (value.op === "read" ? evaluator.followWhole(value, at, made) : made(value, at)) === true;
}

/** `super().__init__()` of a class without bases of its own: what `object` has does next to nothing. */
function inheritedOfObject({ callee }: CallOperation, within: FunctionNode, resolver: Resolver): string | undefined {
  if (callee.op !== "read" || callee.place.kind !== "attribute" || !/^__\w+__$/.test(callee.place.name)) return undefined;
  const { object } = callee.place;
  const isSuper = object.op === "call" && resolver.externalCallees(object, within)[0] === "builtins.super";
  return isSuper ? `builtins.object.${callee.place.name}` : undefined;
}

/** The method of a text, list, dict or set whose type only shows in how it is computed: `(b"01" * n).count(b"1")`. */
export function methodOfKind({ callee }: CallOperation, at: Activation, constructs: ConstructCosts): string | undefined {
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const kind = constructs.kindOf(callee.place.object, at);
  const type = kind === "text" ? "str" : kind === "list" || kind === "dict" || kind === "set" || kind === "tuple" ? kind : undefined;
  const name = type && `builtins.${type}.${callee.place.name}`;
  return name !== undefined && isMissingMethod(name) ? undefined : name;
}

/** Whether what is called is a data class of which no field can be set. */
export function makesFrozen(callee: Value, within: FunctionNode, resolver: Resolver): boolean {
  return resolver.resolve(callee, within).some((entity) => entity.kind === "class" && isFrozen(entity.class));
}

/** Whether it calls what `functools` and the like make of arguments: `lru_cache(maxsize=None)(f)`, as a decorator is applied, or what `operator` makes: `second = itemgetter(1)`. */
export function isDecoration({ callee }: CallOperation, at: Activation, evaluator: Evaluator): boolean {
  if (callee.op === "call") return evaluator.resolver.externalCallees(callee, at.function).some((name) => briefCalls.test(name));
  const isMade = (value: Value, in_: Activation): true | undefined =>
    value.op === "call" && /^operator\./.test(evaluator.externalNames(value, in_)[0] ?? "") ? true : undefined;
  return callee.op === "read" && evaluator.followWhole(callee, at, isMade) === true;
}
