import type { Interval } from "../../base/interval.js";
import type { Target } from "../../base/target.js";
import type { CallFacts, ValueFacts } from "../../knowledge/call-facts.js";
import type { CallOperation, Value } from "../operation.js";
import type { FunctionNode } from "./entity.js";
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

function valueFacts(value: Value, within: FunctionNode, resolver: Resolver, sizes: Sizes | undefined): ValueFacts {
  const result: { -readonly [Key in keyof ValueFacts]: ValueFacts[Key] } = {};
  if (value.op === "constant") {
    if (value.type === "none") result.literal = null;
    else if (value.type === "bool") result.literal = value.value === 1;
    else if (value.type !== "bytes" && value.type !== "ellipsis") result.literal = value.value;
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
    } else if (entity.kind === "object") result.type ??= entity.type;
    else if (entity.kind === "container") result.type ??= `builtins.${entity.value.makes}`;
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

function exact(value: number): Interval {
  return { low: value, likely: value, high: value };
}
