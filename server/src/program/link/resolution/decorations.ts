import type { CallOperation, Value } from "../../operation.js";
import type { ClassNode, FunctionNode, LinkedFile } from "../entity.js";
import { lastNameOf } from "../last-name.js";
import { type Frame, type FrameArgument, frameOnWay } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";
import type { Callee } from "./callees.js";
import { behindPartial } from "./callees.js";
import { isInner } from "./inner-functions.js";
import { argumentFor, parentOf, type Resolver } from "./resolver.js";

/** What a decorator made of a function: a function defined inside it, which has the decorator's variables as they were then. */
export interface Decoration {
  /** Equal for what one decorator made of one function. */
  readonly key: string;
  /** The activation of the function around the one that was made; its `caller` is that of the function around it. */
  readonly around: Frame;
  /** Whether it is a method of a class. */
  readonly isMethod: boolean;
}

/** Something that a name may stand for, and the activation in whose scope it is to be read. */
interface Definition extends FrameArgument {
  readonly isMethod: boolean;
}

/** Something that a name may stand for, and the function in whose scope it is to be read. */
interface NamedDefinition {
  readonly value: Value;
  readonly in: FunctionNode;
  readonly isMethod: boolean;
}

/** A function that a call runs, and of what a decorator made it, where one did and that is known. */
interface DecoratedCallee extends Callee {
  readonly decoration: Decoration | undefined;
}

/** What a call runs, each with the decoration that the callee's name means. */
export function decoratedCallees(
  candidates: readonly Callee[],
  callee: Value,
  frame: Frame,
  ownership: Ownership,
  resolver: Resolver,
): readonly DecoratedCallee[] {
  // `wraps(function)` stands for the function, but calling it decorates another.
  if (callee.op === "call" && lastNameOf(callee.callee) === "wraps") return [];
  if (candidates.every(({ function: node }) => !isInner(node))) return candidates.map((each) => ({ ...each, decoration: undefined }));
  const found = candidates.map((each) => ({ ...each, decorations: decorationsOf(callee, each.function, frame, ownership, resolver) }));
  return found.flatMap(({ decorations, ...each }): readonly DecoratedCallee[] => {
    // What made one of the others has done so when the decorator was called.
    if (found.some((other) => other.decorations.some(({ around }) => frameOnWay(each.function, around)))) return [];
    return decorations.length > 0 ? decorations.map((decoration) => ({ ...each, decoration })) : [{ ...each, decoration: undefined }];
  });
}

/**
 * The decorations that a call may mean which runs a function defined inside another: of all functions that a decorator is put on, those that the callee
 * names. Empty where that is not known.
 */
export function decorationsOf(
  callee: Value,
  made: FunctionNode,
  frame: Frame,
  ownership: Ownership,
  resolver: Resolver,
): readonly Decoration[] {
  if (!isInner(made)) return [];
  const found: Decoration[] = [];
  for (const { value, in: scope, isMethod } of definitionsOf(callee, frame, ownership, resolver)) {
    const call = decoratorCall(value, made, scope.function, resolver);
    if (!call) continue;
    const around = activationAround(made, call, scope, ownership, resolver);
    if (!around) return [];
    found.push({ key: `${scope.function.file.path}:${call.start}`, around, isMethod });
    if (found.length > maximumDecorations) return [];
  }
  return found;
}

const maximumDecorations = 6;

/** The call of a decorator by which a definition became that function: `retry(3)(fetch)`. */
export function decoratorCall(definition: Value, made: FunctionNode, scope: FunctionNode, resolver: Resolver): CallOperation | undefined {
  const call = definition.op === "choice" && definition.by === "decorator" ? definition.values[0] : undefined;
  if (call?.op !== "call") return undefined;
  const isMade = resolver.resolve(definition, scope).some((entity) => entity.kind === "function" && entity.function === made);
  return isMade ? call : undefined;
}

/** What the callee's name was bound to, where it was defined. */
function definitionsOf(callee: Value, frame: Frame, ownership: Ownership, resolver: Resolver): readonly Definition[] {
  if (callee.op !== "read") return [];
  const { place } = callee;
  const held = place.kind === "name" ? ownership.frames.heldByMaker(place.name, place.owner, frame) : undefined;
  if (held) return [{ ...held, isMethod: false }];
  const known = place.kind === "attribute" ? ownership.object(place.object, frame).class : undefined;
  return definitionsNamed(callee, frame.function, resolver, known).map((each) => ({ ...each, in: ownership.frames.beside(each.in) }));
}

/** What a name or an attribute was bound to, where it was defined: that of an object in the body of its class. */
export function definitionsNamed(
  callee: Value,
  within: FunctionNode,
  resolver: Resolver,
  /** The class of the object whose attribute it is, if that is known. */
  known?: ClassNode,
): readonly NamedDefinition[] {
  if (callee.op !== "read") return [];
  const { place } = callee;
  const inScope = (values: readonly Value[] | undefined, scope: FunctionNode | undefined, isMethod = false): readonly NamedDefinition[] =>
    scope ? (values ?? []).map((value) => ({ value, in: scope, isMethod })) : [];
  const ofModule = (file: LinkedFile, name: string): readonly NamedDefinition[] => {
    const origin = resolver.imports.origin(file, name);
    const scope = (origin ? resolver.files.get(origin.path) : file)?.functionAt(0);
    return inScope(scope?.bound(origin?.name ?? name), scope);
  };
  const ofClass = (node: ClassNode, name: string): readonly NamedDefinition[] => {
    for (const current of resolver.classOrder(node).classes) {
      const body = current.file.functionAt(current.facts.body);
      const values = body?.bound(name);
      if (values) return inScope(values, body, true);
    }
    return [];
  };
  switch (place.kind) {
    case "name": {
      const scope = within.file.functionAt(place.owner);
      return place.owner === 0 ? ofModule(within.file, place.name) : inScope(scope?.bound(place.name), scope);
    }
    case "attribute":
      if (known) return ofClass(known, place.name);
      return resolver.resolve(place.object, within).flatMap((entity) => {
        if (entity.kind === "class" || entity.kind === "instance") return ofClass(entity.class, place.name);
        return entity.kind === "module" ? ofModule(entity.file, place.name) : [];
      });
    default:
      return [];
  }
}

/** The activation of the function around the one that a call of a decorator made: the decorator itself, or what that returned or called to make it. */
function activationAround(
  made: FunctionNode,
  call: CallOperation,
  frame: Frame,
  ownership: Ownership,
  resolver: Resolver,
  depth = 0,
): Frame | undefined {
  if (depth > maximumDepth) return undefined;
  for (const entity of resolver.resolve(call.callee, frame.function)) {
    const behind =
      entity.kind === "partial"
        ? behindPartial(resolver, entity).map((each) => ({ ...each, partial: entity }))
        : [{ entity, partial: undefined }];
    for (const { entity: callee, partial } of behind) {
      if (callee.kind !== "function" || callee.receiver) continue;
      const { function: node } = callee;
      const earlier = partial && { ...partial.call, arguments: partial.call.arguments.slice(1) };
      const around =
        call.callee.op === "call" && !partial
          ? activationAround(node, call.callee, frame, ownership, resolver, depth + 1)
          : frameAround(node, frame);
      const inner = entered(node, earlier ? [earlier, call] : [call], frame, around, ownership);
      if (node === parentOf(made)) return inner;
      for (const value of node.returned.flatMap(choices)) {
        const found = value.op === "call" ? activationAround(made, value, inner, ownership, resolver, depth + 1) : undefined;
        if (found) return found;
      }
    }
  }
  return undefined;
}

const maximumDepth = 5;

function choices(value: Value): readonly Value[] {
  return value.op === "choice" ? value.values.flatMap(choices) : [value];
}

/** The activation that a function was defined in, where that is on the way. */
function frameAround(node: FunctionNode, frame: Frame): Frame | undefined {
  const parent = parentOf(node);
  return parent && frameOnWay(parent, frame);
}

/** The activation of a function that calls pass arguments to, the later ones after those of the first: `partial(decorate, level=2)(function)`. */
function entered(
  node: FunctionNode,
  calls: readonly CallOperation[],
  frame: Frame,
  around: Frame | undefined,
  ownership: Ownership,
): Frame {
  const given = new Map<string, FrameArgument>();
  const scope = parentOf(node);
  for (const parameter of node.head.parameters) {
    const argument = calls.map((call) => argumentFor(node, parameter, call, "passed")).find((each) => each !== undefined);
    if (argument) given.set(parameter.name, { value: argument, in: frame });
    else if (parameter.default && scope)
      given.set(parameter.name, { value: parameter.default, in: around ?? ownership.frames.beside(scope) });
  }
  const parameters = new Map([...given].map(([name, { value, in: holder }]) => [name, ownership.object(value, holder)] as const));
  return { function: node, parameters, arguments: given, caller: around, depth: frame.depth };
}
