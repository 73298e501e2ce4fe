import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { loopsAround } from "../loops.js";
import type { Caller } from "./callers.js";
import { argumentFor, type Resolver } from "./resolver.js";

/**
 * Whether each call of a function gives the parameter an object of its own, as far as the program shows: one made for the call, or the next element.
 * Where nobody in view calls it, two calls have two objects: that is what parameters are for.
 */
export function isGivenAnew(name: string, node: FunctionNode, resolver: Resolver, depth = 0): boolean {
  const parameter = node.head.parameters.find((each) => each.name === name);
  if (!parameter || depth > maximumDepth || node.bound(name) !== undefined) return false;
  const callers = resolver.callersOf(node).filter(({ within }) => within !== node);
  return callers.every((caller) => {
    const argument = argumentFor(node, parameter, caller.call, caller.receiver);
    return argument !== undefined && isNewAt(argument, caller, callers, resolver, depth);
  });
}

/** Whether the argument is another object whenever the call is made. */
function isNewAt(value: Value, { call, within }: Caller, callers: readonly Caller[], resolver: Resolver, depth: number): boolean {
  if (value.op !== "read") return isMade(value, within, resolver);
  if (value.place.kind !== "name" || value.place.owner !== within.index) return false;
  const { name, owner } = value.place;
  const isPassedTwice = callers.some((other) => other.within === within && other.call !== call && passes(other.call, name, owner));
  if (isPassedTwice) return false;
  const loops = loopsAround(within, call);
  if (within.head.parameters.some((parameter) => parameter.name === name)) {
    const isReceiver = within.head.class !== undefined && within.head.parameters[0]?.name === name;
    return loops.length === 0 && !isReceiver && isGivenAnew(name, within, resolver, depth + 1);
  }
  const bound = within.bound(name) ?? [];
  return (
    bound.length > 0 &&
    bound.every((each) => {
      const isOfRound = loops.some((loop) => loop.start <= each.start && each.end <= loop.end);
      return (loops.length === 0 || isOfRound) && isMade(each, within, resolver);
    })
  );
}

function isMade(value: Value, within: FunctionNode, resolver: Resolver, depth = 0): boolean {
  if (value.op === "call")
    return resolver
      .resolve(value.callee, within)
      .some(
        (callee) =>
          callee.kind === "class" || callee.kind === "external" || (callee.kind === "function" && makes(callee.function, resolver, depth)),
      );
  return value.op !== "read" && value.op !== "choice" && value.op !== "await" && value.op !== "entered";
}

/** Whether the function returns what it makes itself, or what a library makes, an object for each call. */
export function makes(node: FunctionNode, resolver: Resolver, depth = 0): boolean {
  const { returned, isGenerator, isAsync } = node.facts;
  if (depth > maximumDepth || isGenerator || isAsync || returned.length === 0) return false;
  return returned.every((value) => {
    if (value.op !== "read") return isMade(value, node, resolver, depth + 1);
    if (value.place.kind !== "name" || value.place.owner !== node.index || node.head.rebound.has(value.place.name)) return false;
    const bound = node.bound(value.place.name) ?? [];
    return bound.length > 0 && bound.every((each) => each.op === "call" && isMade(each, node, resolver, depth + 1));
  });
}

function passes(call: CallOperation, name: string, owner: number): boolean {
  return call.arguments.some(
    ({ value }) => value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === owner,
  );
}

const maximumDepth = 4;
