import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation } from "../../program/operation.js";
import { type Activation, type Argument, activationOfCall, bareActivation } from "../values/activation.js";

/** The function of the program that a call of what `functools.partial` made runs, with the arguments of both. */
export function partialRun(call: CallOperation, at: Activation, resolver: Resolver): Activation | undefined {
  for (const partial of resolver.resolve(call.callee, at.function)) {
    const inner = partial.kind === "partial" ? partial.call.arguments[0]?.value : undefined;
    if (partial.kind !== "partial" || !inner) continue;
    const [found] = resolver.resolve(inner, partial.in).flatMap((entity) => (entity.kind === "function" ? [entity] : []));
    if (!found) continue;
    const given = partial.call.arguments.slice(1);
    // What the call names itself comes before what was named when the partial was made.
    const merged: CallOperation = {
      ...call,
      callee: inner,
      arguments: [...given.filter(({ form }) => form === "positional"), ...call.arguments],
    };
    const run = activationOfCall(found.function, merged, at, found.receiver !== undefined);
    const outer = bareActivation(partial.in);
    const bound = new Map<string, Argument>();
    for (const { form, name, value } of given) if (form === "keyword") bound.set(name, { value, in: outer, how: "whole" });
    for (const [name, argument] of run.arguments)
      bound.set(name, given.some(({ value }) => value === argument.value) ? { ...argument, in: outer } : argument);
    return { ...run, arguments: bound };
  }
  return undefined;
}
