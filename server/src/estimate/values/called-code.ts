import { type FunctionNode, functionKey } from "../../program/link/entity.js";
import type { Callee } from "../../program/link/resolution/callees.js";
import { decoratorCall, definitionsNamed } from "../../program/link/resolution/decorations.js";
import { isHandedOut } from "../../program/link/resolution/inner-functions.js";
import { parentOf, type Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Activation, type Argument, activationOfCall, bareActivation, holderOf } from "./activation.js";
import { partialRun } from "./partial-calls.js";

/*
 * What a call runs in the activation that it stands in: of functions that are handed in, the one that was handed in here; of those that a decorator stands
 * around, the one whose name was called.
 */

/** An expression and the activation in which it is to be read. */
export interface Named {
  readonly value: Value;
  readonly in: Activation;
}

/** The function that was handed in for what a call names, where that is one, and how it was named there. */
export function codeGiven(
  callee: Value,
  at: Activation,
  resolver: Resolver,
): { readonly callee: Callee; readonly named: Named } | undefined {
  let named: Named = { value: callee, in: at };
  for (let depth = 0; depth < deepest; depth++) {
    const next = handedIn(named);
    if (!next) break;
    named = next;
  }
  if (named.value === callee) return undefined;
  const [only, ...others] = resolver.resolve(named.value, named.in.function);
  return only?.kind === "function" && others.length === 0 ? { callee: only, named } : undefined;
}

/** Which functions of the program an argument may be, as a text that is the same where they are. */
export function codeText({ value, in: at }: Argument, resolver: Resolver): string {
  // Whatever else there is holds no code, or none that is followed.
  if (value.op !== "read" && value.op !== "function" && value.op !== "choice") return "";
  return resolver
    .resolve(value, at.function)
    .flatMap((entity) => (entity.kind === "function" ? [functionKey(entity.function)] : []))
    .join("|");
}

/** What a parameter was given that the value reads; undefined where it is not one, or holds something else by then. */
function handedIn({ value, in: at }: Named): Named | undefined {
  if (value.op !== "read" || value.place.kind !== "name") return undefined;
  const { name, owner } = value.place;
  const holder = holderOf(owner, at);
  const argument = holder?.arguments.get(name);
  return argument?.how === "whole" && holder?.function.bound(name) === undefined ? argument : undefined;
}

const deepest = 8;

/** The first function of the program that a call runs, in its activation; undefined where `isMeant` does not hold for it. */
export function runOf(
  call: CallOperation,
  at: Activation,
  resolver: Resolver,
  isMeant: (node: FunctionNode) => boolean,
): Activation | undefined {
  const given = codeGiven(call.callee, at, resolver);
  const callee = given?.callee ?? resolver.callees(call, at.function)[0];
  return callee && isMeant(callee.function) ? activationOfCallee(callee, call, at, resolver, given?.named) : undefined;
}

/** The activation of what a call runs. */
export function activationOfCallee(
  { function: node, receiver }: Callee,
  call: CallOperation,
  at: Activation,
  resolver: Resolver,
  named: Named = { value: call.callee, in: at },
): Activation {
  return activationOfCall(node, call, at, receiver !== undefined, decoratorAround(node, named, resolver));
}

/** Of a function that a decorator made, the activation of the decorator in which it was made for the function that is named, where that is one. */
export function decoratorAround(made: FunctionNode, { value, in: at }: Named, resolver: Resolver): Activation | undefined {
  if (!isHandedOut(made)) return undefined;
  const isWritten = value.op === "choice" && value.by === "decorator";
  const definitions = isWritten ? [{ value, in: at.function }] : definitionsNamed(value, at.function, resolver);
  const [only, ...others] = definitions.flatMap((definition) => {
    const call = decoratorCall(definition.value, made, definition.in, resolver);
    const scope = holderOf(definition.in.index, at);
    const outer = scope?.function === definition.in ? scope : bareActivation(definition.in);
    const around = call && activationAround(made, call, outer, resolver, 0);
    return around ? [around] : [];
  });
  return others.length === 0 ? only : undefined;
}

/** The activation around the function in which one that a decorator made was defined: of the decorator itself, or of what that calls to make it. */
function activationAround(
  made: FunctionNode,
  call: CallOperation,
  at: Activation,
  resolver: Resolver,
  depth: number,
): Activation | undefined {
  if (depth > deepest) return undefined;
  const runs = resolver.callees(call, at.function).map((callee) => {
    // `retry(3)(fetch)`: the function that is called is itself made by a call.
    const maker = call.callee.op === "call" ? activationAround(callee.function, call.callee, at, resolver, depth + 1) : undefined;
    return activationOfCall(callee.function, call, at, callee.receiver !== undefined, maker);
  });
  // `timed(label="read")(fetch)`, where `timed` hands out a partial of itself when it is given no function.
  const ofPartial = partialRun(call, at, resolver);
  for (const inner of ofPartial ? [...runs, ofPartial] : runs) {
    if (inner.function === parentOf(made)) return inner;
    for (const value of inner.function.returned) {
      const found = value.op === "call" ? activationAround(made, value, inner, resolver, depth + 1) : undefined;
      if (found) return found;
    }
  }
  return undefined;
}
