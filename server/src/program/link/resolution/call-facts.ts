import type { Interval } from "../../../base/interval.js";
import type { Target } from "../../../base/target.js";
import type { CallFacts, ValueFacts } from "../../../knowledge/call-facts.js";
import type { ElementType } from "../../../knowledge/condition.js";
import type { CallOperation, DisplayValue, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { OperatorMethod } from "./operators.js";
import type { Resolver } from "./resolver.js";

/** What a cost model can tell of a value beyond its type. */
export interface Sizes {
  number(value: Value): number | undefined;
  bytes(value: Value): Interval | undefined;
  elements(value: Value): Interval | undefined;
}

/** What is known of a call, in the words that knowledge asks for. */
export function knownOfCall(
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  target: Target | undefined,
  sizes?: Sizes,
): CallFacts {
  const facts = (value: Value): ValueFacts => valueFacts(value, within, resolver, sizes);
  const { callee } = call;
  const receiver = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  return {
    ...(target ? { target } : {}),
    ...(receiver ? { receiver: facts(receiver) } : {}),
    positional: call.arguments.filter((argument) => argument.form === "positional").map((argument) => facts(argument.value)),
    keywords: call.arguments
      .filter((argument) => argument.form === "keyword")
      .map((argument) => ({ name: argument.name, value: facts(argument.value) })),
    unpacks: call.arguments.some((argument) => argument.form === "star" || argument.form === "double-star") ? "something" : "nothing",
  };
}

/** What is known of an operator on objects of a library, as of the call of its method. */
export function knownOfOperator(
  { receiver, argument }: OperatorMethod,
  within: FunctionNode,
  resolver: Resolver,
  target: Target,
  sizes?: Sizes,
): CallFacts {
  const facts = (value: Value): ValueFacts => valueFacts(value, within, resolver, sizes);
  return { target, receiver: facts(receiver), positional: [facts(argument)], keywords: [], unpacks: "nothing" };
}

function valueFacts(value: Value, within: FunctionNode, resolver: Resolver, sizes: Sizes | undefined): ValueFacts {
  const result: { -readonly [Key in keyof ValueFacts]: ValueFacts[Key] } = {};
  if (value.op === "constant") {
    if (value.type === "none") result.literal = null;
    else if (value.type === "bool") result.literal = value.value === 1;
    else if (value.type !== "bytes" && value.type !== "ellipsis" && value.type !== "complex") result.literal = value.value;
    if (value.type === "bytes") result.bytes = exact(Number(value.value));
  }
  for (const entity of resolver.resolve(value, within)) {
    if (entity.kind === "function" || entity.kind === "partial") result.callback = "python";
    else if (entity.kind === "class" || entity.kind === "instance") {
      if (entity.kind === "class") result.callback = "python";
      // What derives from a known type is taken for it.
      const base = resolver.classOrder(entity.class).externals.find((name) => resolver.knowledge.type(name));
      if (base !== undefined) result.type ??= base;
    } else if (entity.kind === "external") {
      result.callback = "native";
      result.type ??= entity.name;
    } else if (entity.kind === "object") {
      result.type ??= entity.type;
      const dtype = entity.origin && dtypeOf(entity.origin.call, entity.origin.in, entity.type, resolver);
      if (dtype) result.dtype ??= dtype;
    } else if (entity.kind === "container") result.type ??= `builtins.${entity.value.makes}`;
  }
  if (sizes) {
    const number = result.literal === undefined ? sizes.number(value) : undefined;
    if (number !== undefined) result.literal = number;
    const bytes = sizes.bytes(value);
    if (bytes) result.bytes = bytes;
    const elements = sizes.elements(value);
    if (elements) result.elements = elements;
  }
  return result;
}

/** What the elements are of an array that a call makes: of what `dtype=` names, or of what is written out. */
function dtypeOf(call: CallOperation, within: FunctionNode, type: string, resolver: Resolver): ElementType | undefined {
  const { callee } = call;
  const isConversion = callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "astype";
  const [first] = call.arguments;
  const given = call.arguments.find((argument) => argument.name === "dtype") ?? (isConversion ? first : undefined);
  if (given) return elementType(given.value, within, resolver);
  // Other libraries have their own ways to keep text.
  return type.startsWith("numpy.") && first?.form === "positional" && first.value.op === "display" ? writtenType(first.value) : undefined;
}

function elementType(value: Value, within: FunctionNode, resolver: Resolver): ElementType | undefined {
  if (value.op === "constant") return typeof value.value === "string" ? namedType(value.value) : undefined;
  const [entity] = resolver.resolve(value, within);
  if (entity?.kind === "class") return "object";
  return entity?.kind === "external" ? namedType(entity.name.slice(entity.name.lastIndexOf(".") + 1)) : undefined;
}

function namedType(name: string): ElementType | undefined {
  if (/^(object_?|O)$/.test(name)) return "object";
  if (/^(str_?|bytes_?|unicode_|string|[<>=|]?[SU]\d*)$/.test(name)) return "str";
  if (/^(bool_?|\?)$/.test(name)) return "bool";
  if (/^(datetime64|timedelta64|[<>]?[Mm]8)/.test(name)) return "datetime";
  return /^(float|int|complex|single|double|half|long|short|(u?int|float|complex)\d+|u?intp|[<>=|]?[fiuc]\d+)$/.test(name)
    ? "number"
    : undefined;
}

/** Of what is written out in a list, or in lists of lists. */
function writtenType({ elements, isOpen }: DisplayValue): ElementType | undefined {
  if (isOpen || elements.length === 0) return undefined;
  const types = elements.map((element) => {
    if (element.op === "display") return element.makes === "dict" ? "object" : writtenType(element);
    if (element.op !== "constant") return undefined;
    if (element.type === "int" || element.type === "float") return "number";
    return element.type === "str" || element.type === "bytes" ? "str" : element.type === "none" ? "object" : undefined;
  });
  if (types.includes("object") && !types.includes(undefined)) return "object";
  const [type] = types;
  return types.every((each) => each === type) ? type : undefined;
}

function exact(value: number): Interval {
  return { low: value, likely: value, high: value };
}
