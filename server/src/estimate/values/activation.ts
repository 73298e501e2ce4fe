import type { FunctionFacts } from "../../program/facts.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { decoratorNames } from "../../program/link/resolution/resolver.js";
import type { Value } from "../../program/operation.js";

/*
 * Which run of a function a value is read in: what its parameters are bound to there, and who called it.
 */

/** One activation of a function with what is known of its arguments. */
export interface Activation {
  readonly function: FunctionNode;
  readonly arguments: ReadonlyMap<string, Argument>;
  readonly caller: Activation | undefined;
  /** Of a method, the object that it is called on. */
  readonly receiver?: Argument;
}

/** What a parameter is bound to: a value to be read in an activation, or one element of it. */
export interface Argument {
  readonly value: Value;
  readonly in: Activation;
  readonly how: "whole" | "element";
}

/** An activation of which no arguments are known. */
export function bareActivation(node: FunctionNode): Activation {
  return { function: node, arguments: new Map(), caller: undefined };
}

/** The activation of a function that is called in `at` for each element, as `map` calls it; without elements, with nothing. */
export function calledForEach(node: FunctionNode, iterable: Value | undefined, at: Activation): Activation {
  const [parameter] = node.head.parameters;
  const given = new Map<string, Argument>();
  if (parameter && iterable) given.set(parameter.name, { value: iterable, in: at, how: "element" });
  return { function: node, arguments: given, caller: at };
}

/** The activation of a function that a call made in `at` runs; a bound one is called on an object. */
export function activationOfCall(node: FunctionNode, call: Extract<Value, { op: "call" }>, at: Activation, isBound: boolean): Activation {
  const given = new Map<string, Argument>();
  const parameters = node.head.parameters.slice(isBound && !decoratorNames(node).includes("staticmethod") ? 1 : 0);
  let position = 0;
  for (const argument of call.arguments) {
    if (argument.form === "keyword") given.set(argument.name, { value: argument.value, in: at, how: "whole" });
    else if (argument.form === "positional") {
      const parameter = parameters[position++];
      if (parameter && parameter.form !== "star") given.set(parameter.name, { value: argument.value, in: at, how: "whole" });
    } else break;
  }
  const isMethod = isBound && node.head.name !== "__init__" && call.callee.op === "read" && call.callee.place.kind === "attribute";
  const object = isMethod && call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : call;
  return { function: node, arguments: given, caller: at, ...(isBound ? { receiver: { value: object, in: at, how: "whole" } } : {}) };
}

/** What an activation is one of as long as nothing of it is another: the functions that its arguments are read in, and what its function takes. */
export interface Surroundings {
  readonly functions: ReadonlyMap<FunctionNode, FunctionFacts>;
  readonly parameters: FunctionFacts["parameters"];
  readonly decorators: FunctionFacts["decorators"];
}

export function surroundingsOf(activation: Activation): Surroundings {
  const functions = new Map<FunctionNode, FunctionFacts>();
  const seen = new Set<Activation>([activation]);
  for (const at of seen) {
    if (at !== activation) functions.set(at.function, at.function.facts);
    if (at.caller) seen.add(at.caller);
    if (at.receiver) seen.add(at.receiver.in);
    for (const argument of at.arguments.values()) seen.add(argument.in);
  }
  const { parameters, decorators } = activation.function.head;
  return { functions, parameters, decorators };
}

/** Whether what surrounded an activation is part of a later program as it was. */
export function isStillIn({ function: node }: Activation, { functions, parameters, decorators }: Surroundings, program: Program): boolean {
  const isThere = ({ file }: FunctionNode): boolean => program.file(file.path) === file;
  if (!isThere(node) || node.head.parameters !== parameters || node.head.decorators !== decorators) return false;
  for (const [each, facts] of functions) if (!isThere(each) || each.facts !== facts) return false;
  return true;
}

/** The activation whose variables a name belongs to. */
export function holderOf(owner: number, at: Activation): Activation | undefined {
  for (let current: Activation | undefined = at; current; current = current.caller) {
    if (current.function.file === at.function.file && current.function.index === owner) return current;
  }
  const node = owner >= 0 ? at.function.file.functionAt(owner) : undefined;
  return node && bareActivation(node);
}

/** Of a function that stands in another, the activation of that one, whose variables it reads as well. */
export function enclosingActivation(activation: Activation): Activation | undefined {
  const { parent } = activation.function.head;
  return parent === undefined || parent === 0 ? undefined : holderOf(parent, activation);
}
