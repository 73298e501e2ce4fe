import type { ArgumentPassing, ValuePlace } from "../../../knowledge/entry.js";
import { type CallArgument, type CallOperation, unbound, type Value } from "../../operation.js";
import { type ClassNode, type Entity, entityKey, type FunctionNode } from "../entity.js";
import { onlyBinding } from "../only-binding.js";
import { boundObject } from "../resolution/bound-methods.js";
import { behindPartial } from "../resolution/callees.js";
import type { Resolver } from "../resolution/resolver.js";
import { walkOperations } from "../walk.js";
import type { GivenValue, ScopedValue, Spawn, SpawnTarget } from "./spawn.js";

/** Adds the methods of the class or object; true if it is a class. */
export function collectMethods(
  target: ScopedValue,
  methods: readonly string[] | "public",
  resolver: Resolver,
  targets: SpawnTarget[],
): boolean {
  let isClass = false;
  const given = resolver
    .resolve(target.value, target.in)
    .flatMap((entity) => (entity.kind === "partial" ? behindPartial(resolver, entity) : [{ ...target, entity }]));
  for (const { entity, ...place } of given) {
    if (entity.kind !== "class" && entity.kind !== "instance") continue;
    isClass ||= entity.kind === "class";
    const receiver: Entity = { kind: "instance", class: entity.class };
    for (const name of methods === "public" ? publicMethods(entity.class, resolver) : methods) {
      const method = resolver.method(entity.class, name);
      if (method) addTarget(method, receiver, entity.kind === "instance" ? place : undefined, nothing, undefined, targets);
    }
  }
  return isClass;
}

/** What a server calls by name on an object that is registered with it: the method that takes all calls, or else those that are no one's business to hide. */
function publicMethods(node: ClassNode, resolver: Resolver): readonly string[] {
  if (resolver.method(node, "_dispatch")) return ["_dispatch"];
  const { classes } = resolver.classOrder(node);
  const names = classes.flatMap((each) => [...(each.file.functionAt(each.facts.body)?.facts.bindings.keys() ?? [])]);
  return [...new Set(names)].filter((name) => !name.startsWith("_"));
}

/** Adds the functions that the file assigns to these attributes of the receiver. */
export function collectAssigned(
  call: CallOperation,
  names: readonly string[],
  within: FunctionNode,
  resolver: Resolver,
  targets: SpawnTarget[],
): void {
  const receiver = argumentAt(call, "receiver");
  const objects = new Set((receiver ? resolver.resolve(receiver, within) : []).map(entityKey));
  if (objects.size === 0) return;
  for (const node of within.file.functions) {
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "write" || operation.form !== "assign" || !operation.value) return;
      const { place } = operation;
      if (place.kind !== "attribute" || !names.includes(place.name)) return;
      if (!resolver.resolve(place.object, node).some((object) => objects.has(entityKey(object)))) return;
      const passing: ArgumentPassing = { pass: "from-library", type: undefined };
      collectTargets({ value: operation.value, in: node }, passing, call, node, resolver, targets, []);
    });
  }
}

/** The call `made(…)` on the object that another call made: `Parallel(n_jobs=4)(…)`. */
export function callOn(made: CallOperation, within: FunctionNode): CallOperation | undefined {
  let found: CallOperation | undefined;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op === "call" && operation.callee === made) found = operation;
  });
  return found;
}

export function iterablesOf(passing: ArgumentPassing, call: CallOperation): readonly Value[] {
  switch (passing.pass) {
    case "elements":
      return call.arguments.slice(passing.from).flatMap((argument) => (argument.form === "positional" ? [argument.value] : []));
    case "element":
    case "unpacked-element": {
      const value = argumentAt(call, passing.of);
      return value ? [value] : [];
    }
    default:
      return [];
  }
}

/** The argument at a place, if it is written out. */
export function argumentAt(call: CallOperation, place: ValuePlace): Value | undefined {
  if (place === "receiver") {
    const { callee } = call;
    return callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
  }
  const named = call.arguments.find((argument) => argument.form === "keyword" && argument.name === place.keyword);
  if (named && place.keyword !== undefined) return named.value;
  if (place.position === undefined) return undefined;
  const before = call.arguments.slice(0, place.position + 1);
  const argument = before[place.position];
  return argument?.form === "positional" && before.every((each) => each.form === "positional") ? argument.value : undefined;
}

export function collectTargets(
  target: ScopedValue,
  passing: ArgumentPassing,
  call: CallOperation,
  caller: FunctionNode,
  resolver: Resolver,
  targets: SpawnTarget[],
  externalTargets: string[],
): void {
  for (const entity of resolver.resolve(target.value, target.in)) {
    switch (entity.kind) {
      case "function":
        addTarget(
          entity.function,
          entity.receiver,
          boundObject(target.value, target.in, entity.function, resolver),
          bound(entity.function, entity.receiver, passing, call, caller, []),
          target,
          targets,
        );
        break;
      case "instance": {
        const method = resolver.method(entity.class, "__call__");
        if (method) addTarget(method, entity, target, bound(method, entity, passing, call, caller, []), undefined, targets);
        break;
      }
      case "class": {
        const method = resolver.method(entity.class, "__init__");
        const receiver: Entity = { kind: "instance", class: entity.class };
        if (method) addTarget(method, receiver, undefined, bound(method, receiver, passing, call, caller, []), undefined, targets);
        break;
      }
      case "partial": {
        const inner = entity.call.arguments[0]?.value;
        if (!inner) break;
        const given = entity.call.arguments.slice(1);
        for (const callee of resolver.resolve(inner, entity.in)) {
          if (callee.kind === "external") externalTargets.push(callee.name);
          if (callee.kind !== "function") continue;
          const values = bound(callee.function, callee.receiver, passing, call, caller, given, entity.in);
          const named = { value: inner, in: entity.in };
          addTarget(callee.function, callee.receiver, boundObject(inner, entity.in, callee.function, resolver), values, named, targets);
        }
        break;
      }
      case "external": {
        const run = entity.name === "contextvars.Context.run" ? firstPassed(passing, call) : undefined;
        if (run) collectTargets({ value: run.value, in: caller }, run.passing, call, caller, resolver, targets, externalTargets);
        else externalTargets.push(entity.name);
        break;
      }
      default:
        break;
    }
  }
}

/** The first of the arguments that a target gets, and how it gets the others: `submit(context.run, function, argument)`. */
function firstPassed(
  passing: ArgumentPassing,
  call: CallOperation,
): { readonly value: Value; readonly passing: ArgumentPassing } | undefined {
  if (passing.pass === "rest") {
    const value = argumentAt(call, { position: passing.from });
    return value && { value, passing: { pass: "rest", from: passing.from + 1 } };
  }
  const args = passing.pass === "tuple" ? argumentAt(call, passing.args) : undefined;
  const value = args?.op === "display" ? args.elements[0] : undefined;
  // What a thread is given besides stands in a tuple, of which the first is another.
  return value && { value, passing: { pass: "none" } };
}

function addTarget(
  node: FunctionNode,
  receiver: Entity | undefined,
  receiverValue: ScopedValue | undefined,
  given: Given,
  namedBy: ScopedValue | undefined,
  targets: SpawnTarget[],
): void {
  if (targets.some((target) => target.function === node)) return;
  targets.push({ function: node, receiver, receiverValue, ...given, namedBy });
}

/** What a target is given, under the names of its parameters and past them. */
type Given = Pick<SpawnTarget, "arguments" | "gathered">;

const nothing: Given = { arguments: new Map(), gathered: [] };

/** What a call runs, and what its parameters are bound to there; `for each element`: the call is one of `map`, which runs what it is given. */
export function calledTargets(
  call: CallOperation,
  how: "once" | "for each element",
  within: FunctionNode,
  resolver: Resolver,
): Pick<Spawn, "targets" | "externalTargets"> {
  const targets: SpawnTarget[] = [];
  const externalTargets: string[] = [];
  const mapped = how === "once" ? undefined : argumentAt(call, { position: 0 });
  if (how === "once") addCallTargets(call, within, resolver, targets, externalTargets);
  else if (mapped)
    collectTargets({ value: mapped, in: within }, { pass: "elements", from: 1 }, call, within, resolver, targets, externalTargets);
  return { targets, externalTargets };
}

export function addCallTargets(
  call: CallOperation,
  within: FunctionNode,
  resolver: Resolver,
  targets: SpawnTarget[],
  externalTargets: string[],
): void {
  externalTargets.push(...resolver.externalCallees(call, within));
  for (const { function: node, receiver } of resolver.callees(call, within)) {
    const values = bound(node, receiver, { pass: "rest", from: 0 }, call, within, []);
    const named = { value: call.callee, in: within };
    addTarget(node, receiver, boundObject(call.callee, within, node, resolver), values, named, targets);
  }
}

/**
 * What stands in each place of the tuples of `[(history, each) for each in readings]`, of `[(a, 1), (b, 2)]` and of `zip(names, sizes)`, or of a variable that is bound to
 * such a list alone: one value for all, or a list of one for each.
 */
function columnsOf(tuples: Value, within: FunctionNode): readonly { readonly value: Value; readonly how: "whole" | "element" }[] {
  if (tuples.op === "read" && tuples.place.kind === "name" && tuples.place.owner === within.index) {
    const only = onlyBinding(tuples.place.name, within);
    return only && only.op !== "read" ? columnsOf(only, within) : [];
  }
  if (tuples.op === "call" && tuples.callee.op === "read" && tuples.callee.place.kind === "name" && tuples.callee.place.owner === unbound)
    return tuples.callee.place.name === "zip" && tuples.arguments.every(({ form }) => form === "positional")
      ? tuples.arguments.map(({ value }) => ({ value, how: "element" }))
      : [];
  if (tuples.op === "comprehension" && tuples.element.op === "display")
    return tuples.element.elements.map((element) =>
      isSameForAll(element, within) ? { value: element, how: "whole" } : { value: { ...tuples, element }, how: "element" },
    );
  if (tuples.op !== "display" || tuples.isOpen) return [];
  const rows = tuples.elements.map((row) => (row.op === "display" && !row.isOpen ? row.elements : []));
  const width = Math.min(...rows.map((row) => row.length));
  return Array.from({ length: rows.length > 0 ? width : 0 }, (_, place) => ({
    value: { ...tuples, elements: rows.flatMap((row) => row[place] ?? []) },
    how: "element",
  }));
}

/** Whether a part of what a comprehension makes is what was there before it, as none of its own variables is. */
function isSameForAll(value: Value, within: FunctionNode): boolean {
  if (value.op !== "read") return value.op === "constant";
  const { place } = value;
  if (place.kind === "attribute") return isSameForAll(place.object, within);
  if (place.kind === "element") return false;
  const bound = place.owner === within.index ? (within.bound(place.name) ?? []) : [];
  return !bound.some(({ op }) => op === "element-of" || op === "item-of");
}

/** What the target's parameters are bound to. `given` are the arguments that a partial adds in front. */
function bound(
  node: FunctionNode,
  receiver: Entity | undefined,
  passing: ArgumentPassing,
  call: CallOperation,
  caller: FunctionNode,
  given: readonly CallArgument[],
  givenIn: FunctionNode = caller,
): Given {
  const result = new Map<string, GivenValue>();
  const gathered: GivenValue[] = [];
  // `*arguments` takes the object of a method with the rest.
  const parameters = node.head.parameters.slice(receiver && node.head.parameters[0]?.form !== "star" ? 1 : 0);
  const star = parameters.findIndex(({ form }) => form === "star");
  let position = 0;
  const positional = (value: Value, within: FunctionNode, how: "whole" | "element"): void => {
    const place = position++;
    const parameter = parameters[place];
    if (star >= 0 && place >= star) gathered.push({ value, in: within, how });
    else if (parameter && parameter.form !== "keyword-only" && parameter.form !== "double-star") {
      result.set(parameter.name, { value, in: within, how });
    }
  };
  for (const argument of given) {
    if (argument.form === "positional") positional(argument.value, givenIn, "whole");
    else if (argument.form === "keyword") result.set(argument.name, { value: argument.value, in: givenIn, how: "whole" });
  }
  switch (passing.pass) {
    case "none":
    case "from-library":
      break;
    case "rest":
      call.arguments.forEach((argument, index) => {
        if (argument.form === "keyword") result.set(argument.name, { value: argument.value, in: caller, how: "whole" });
        else if (argument.form === "positional" && index >= passing.from) positional(argument.value, caller, "whole");
      });
      break;
    case "tuple": {
      const args = argumentAt(call, passing.args);
      if (args?.op === "display" && !args.isOpen) for (const element of args.elements) positional(element, caller, "whole");
      const kwargs = passing.kwargs && argumentAt(call, passing.kwargs);
      if (kwargs?.op === "display" && kwargs.makes === "dict") {
        kwargs.keys.forEach((key, index) => {
          const value = kwargs.elements[index];
          if (key?.op === "constant" && typeof key.value === "string" && value) result.set(key.value, { value, in: caller, how: "whole" });
        });
      }
      break;
    }
    case "elements":
      for (const argument of call.arguments.slice(passing.from))
        if (argument.form === "positional") positional(argument.value, caller, "element");
      break;
    case "element": {
      const value = argumentAt(call, passing.of);
      if (value) positional(value, caller, "element");
      break;
    }
    case "unpacked-element": {
      const value = argumentAt(call, passing.of);
      for (const { value: part, how } of (value && columnsOf(value, caller)) ?? []) positional(part, caller, how);
      break;
    }
  }
  return { arguments: result, gathered };
}
