import type { FunctionFacts } from "../../program/facts.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { receiverOf } from "../../program/link/last-name.js";
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
  /** What `*arguments` gathers; absent where nobody can tell. */
  readonly gathered?: readonly Argument[];
  /** Of a function that a decorator made, the activation of the decorator in which it was made. */
  readonly madeIn?: Activation | undefined;
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
export function activationOfCall(
  node: FunctionNode,
  call: Extract<Value, { op: "call" }>,
  at: Activation,
  isBound: boolean,
  madeIn?: Activation,
): Activation {
  const object = node.head.name === "__init__" ? undefined : receiverOf(call);
  const receiver: Argument | undefined = isBound ? { value: object ?? call, in: at, how: "whole" } : undefined;
  const given = receiver && !decoratorNames(node).includes("staticmethod") ? [receiver] : [];
  return { ...passed(node, call, at, given), function: node, caller: at, ...(receiver ? { receiver } : {}), ...(madeIn ? { madeIn } : {}) };
}

/** What the parameters of a function are bound to by a call, and what is left for `*arguments`; `before` is what it is given in front of that. */
function passed(
  node: FunctionNode,
  call: Extract<Value, { op: "call" }>,
  at: Activation,
  before: readonly Argument[],
): Pick<Activation, "arguments" | "gathered"> {
  const given = new Map<string, Argument>();
  const { parameters } = node.head;
  const star = parameters.findIndex(({ form }) => form === "star");
  const gathered: Argument[] = [];
  // The object of a method is kept as its receiver, unless it is gathered with the rest.
  let position = star === 0 ? 0 : before.length;
  const positional = (argument: Argument): void => {
    const parameter = parameters[position++];
    if (star >= 0 && position > star) gathered.push(argument);
    else if (parameter) given.set(parameter.name, argument);
  };
  if (star === 0) for (const argument of before) positional(argument);
  let isOpen = false;
  for (const argument of call.arguments) {
    const whole: Argument = { value: argument.value, in: at, how: "whole" };
    if (argument.form === "keyword") given.set(argument.name, whole);
    else if (argument.form === "positional") positional(whole);
    else {
      const handed = handedOn(argument.value, at);
      isOpen = handed === undefined;
      if (!handed) break;
      if (argument.form === "star") for (const each of handed.gathered) positional(each);
      else for (const [name, each] of handed.named) given.set(name, each);
    }
  }
  return { arguments: given, ...(isOpen ? {} : { gathered }) };
}

/** What `*arguments` or `**options` hold of what their own function was called with. */
function handedOn(
  value: Value,
  at: Activation,
): { readonly gathered: readonly Argument[]; readonly named: readonly (readonly [string, Argument])[] } | undefined {
  if (value.op !== "read" || value.place.kind !== "name") return undefined;
  const { name, owner } = value.place;
  const holder = holderOf(owner, at);
  const parameters = holder?.function.head.parameters ?? [];
  const form = parameters.find((parameter) => parameter.name === name)?.form;
  if (!holder?.gathered || (form !== "star" && form !== "double-star") || holder.function.bound(name) !== undefined) return undefined;
  const isOwn = (key: string): boolean => parameters.some((parameter) => parameter.name === key);
  return { gathered: holder.gathered, named: [...holder.arguments].filter(([key]) => !isOwn(key)) };
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
    if (at.madeIn) seen.add(at.madeIn);
    if (at.receiver) seen.add(at.receiver.in);
    for (const argument of [...at.arguments.values(), ...(at.gathered ?? [])]) seen.add(argument.in);
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
  const { file } = at.function;
  for (let current: Activation | undefined = at; current; current = current.caller) {
    if (current.function.file === file && current.function.index === owner) return current;
    for (let maker = current.madeIn; maker; maker = maker.caller)
      if (maker.function.file === file && maker.function.index === owner) return maker;
  }
  const node = owner >= 0 ? at.function.file.functionAt(owner) : undefined;
  return node && bareActivation(node);
}

/** Of a function that stands in another, the activation of that one, whose variables it reads as well. */
export function enclosingActivation(activation: Activation): Activation | undefined {
  const { parent } = activation.function.head;
  return parent === undefined || parent === 0 ? undefined : holderOf(parent, activation);
}
