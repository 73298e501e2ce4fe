import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation } from "../../program/operation.js";
import { type Activation, type Argument, activationOfCall, bareActivation } from "./activation.js";

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

/** The call that one of what `functools.partial` made of a function of the library comes to. */
export function partialLibraryCall(call: CallOperation, at: Activation, resolver: Resolver): CallOperation | undefined {
  for (const partial of resolver.resolve(call.callee, at.function)) {
    const [inner, ...given] = partial.kind === "partial" ? partial.call.arguments : [];
    if (partial.kind !== "partial" || inner?.form !== "positional" || partial.in.file !== at.function.file) continue;
    if (!resolver.resolve(inner.value, partial.in).some(({ kind }) => kind === "external")) continue;
    const isNamedAnew = (name: string): boolean => call.arguments.some((argument) => argument.form === "keyword" && argument.name === name);
    const before = given.filter(({ form }) => form === "positional");
    const named = given.filter(({ form, name }) => form === "keyword" && !isNamedAnew(name));
    return { ...call, callee: inner.value, arguments: [...before, ...call.arguments, ...named] };
  }
  return undefined;
}
