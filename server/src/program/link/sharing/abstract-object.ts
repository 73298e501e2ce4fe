import { contains } from "../../../base/range.js";
import type { ParameterFacts } from "../../facts.js";
import type { CallOperation, ConstantValue, Value } from "../../operation.js";
import { type ClassNode, classKey, type FunctionNode } from "../entity.js";
import { loopsAround } from "../loops.js";
import type { Decoration } from "../resolution/decorations.js";
import { type Spawn, threadObjectOf } from "../threads/spawn.js";

/**
 * What is known of the object a value is, as far as sharing goes: RacerD's idea of ownership. `shared`: several threads reach the same object.
 * `own`: only this thread does. `unknown`: no claim, and so never a finding.
 */
export interface AbstractObject {
  readonly sharing: "shared" | "own" | "unknown";
  /** Equal for objects that are the same as far as can be told. */
  readonly key: string;
  /** The key of the object on whose attributes it was found, outermost first: what hangs on an object goes where that goes. Else empty. */
  readonly partOf: string;
  /**
   * For an attribute: the way to the object whose attribute it is, the objects on it from the last to the first, see `wayBreak`. Empty for everything else, and
   * for what a class or a module has once.
   */
  readonly via: string;
  /** How it differs from thread to thread, such as an index handed to each; `distinct`: no two threads were given equal ones, as the text shows. */
  readonly perThread: "given" | "distinct" | false;
  /** The class, if the program defines it. */
  readonly class: ClassNode | undefined;
  /** The call that made it and the frame the call stands in, so that what was passed to its constructor can be told. */
  readonly made: { readonly call: CallOperation; readonly in: FunctionNode; readonly frame: Frame | undefined } | undefined;
}

/** One activation of a function on the way from a thread's root. */
export interface Frame {
  readonly function: FunctionNode;
  readonly parameters: ReadonlyMap<string, AbstractObject>;
  /** The expressions that its parameters are bound to, with the activations that they stand in; absent where a library calls the function. */
  readonly arguments?: ReadonlyMap<string, FrameArgument>;
  /** What `*arguments` of a thread's first function holds after the object of a method. */
  readonly gathered?: readonly AbstractObject[];
  /** Whether it was called with `*args` or `**options`, which may hold what is not among the expressions. */
  readonly isOpen?: boolean;
  /** The activation it was called from, in the same thread. */
  readonly caller: Frame | undefined;
  readonly depth: number;
  /** For a function that a decorator made: of which function it made it. */
  readonly decoration?: Decoration | undefined;
}

/** An argument, and the activation in whose scope it is to be read. */
export interface FrameArgument {
  readonly value: Value;
  readonly in: Frame;
}

/** An object that only this thread reaches. */
export const own: AbstractObject = { sharing: "own", key: "own", partOf: "", via: "", perThread: false, class: undefined, made: undefined };
/** An object of which nothing is claimed. */
export const unknown: AbstractObject = {
  sharing: "unknown",
  key: "unknown",
  partOf: "",
  via: "",
  perThread: false,
  class: undefined,
  made: undefined,
};

/** The activation of the function on the way to a frame, that itself included. */
export function frameOnWay(node: FunctionNode, frame: Frame): Frame | undefined {
  let current: Frame | undefined = frame;
  while (current && current.function !== node) current = current.caller;
  return current;
}

/** What the callers on the way passed for a variable that is never given another value; the value itself where it is none. */
export function passedOnWay(value: Value, frame: Frame): FrameArgument {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== frame.function.index) return { value, in: frame };
  const { name } = value.place;
  const bound = frame.function.bound(name) ?? [];
  // `rows = list(rows)` reads what was passed.
  const isBefore = bound.every((each) => value.end <= each.end && loopsAround(frame.function, each).every((loop) => contains(each, loop)));
  const given = isBefore ? frame.arguments?.get(name) : undefined;
  return given ? passedOnWay(given.value, given.in) : { value, in: frame };
}

/** An object that several threads reach. */
export function sharedObject(key: string, node?: ClassNode): AbstractObject {
  return { ...unknown, sharing: "shared", key, class: node };
}

/** The one object of a class that has no second. */
export function theOne(node: ClassNode): AbstractObject {
  return sharedObject(`class ${classKey(node)}`, node);
}

/** The object that is a thread itself: one for its thread and for whoever made it. */
export function threadObject(spawn: Spawn): AbstractObject | undefined {
  const made = threadObjectOf(spawn);
  return made && { ...sharedObject(`self ${classKey(made)}`, made), made: { call: spawn.call, in: spawn.in, frame: undefined } };
}

/** An element of a container that threads share. */
export function elementOf(container: AbstractObject, element: AbstractObject): AbstractObject {
  if (container.sharing !== "shared") return element;
  return { ...element, sharing: "shared", partOf: container.partOf || container.key, via: container.via };
}

/** The location of a variable of a function. */
export function cellKey({ file, index }: FunctionNode, name: string): string {
  return `cell ${file.path}#${index} ${name}`;
}

/** What stands between the objects on a way. */
export const wayBreak = " < ";

/** The object and those that it was found on. */
export function wayTo({ key, via }: AbstractObject): string {
  return via === "" ? key : [key, ...via.split(wayBreak)].slice(0, longestWay).join(wayBreak);
}

const longestWay = 6;

/** A container that is there once, from when the module is run, for all calls that do not fill the parameter: `def crawl(url, seen={})`. */
export function keptDefault({ file, facts, index }: FunctionNode, { name, default: value }: ParameterFacts): AbstractObject | undefined {
  const isMadeOnce = facts.parent === 0 || file.functionAt(facts.parent ?? 0)?.head.kind === "class-body";
  if (!isMadeOnce || facts.kind !== "function" || facts.bindings.has(name)) return undefined;
  if (!value) return undefined;
  if (makesContainer(value)) return sharedObject(`default ${file.path}#${index} ${name}`);
  // `def count(name, counts=totals)`: the global's own container, as long as the global never holds another.
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== 0) return undefined;
  const module = file.functionAt(0);
  const [only, ...others] = module?.bound(value.place.name) ?? [];
  const isKept = only && others.length === 0 && !module?.head.rebound.has(value.place.name) && makesContainer(only);
  return isKept ? sharedObject(`global ${file.path} ${value.place.name}`) : undefined;
}

function makesContainer(value: Value): boolean {
  if (value.op === "display") return value.makes !== "tuple";
  if (value.op !== "call" || value.callee.op !== "read") return false;
  const { place } = value.callee;
  return place.kind !== "element" && containers.test(place.name);
}

const containers = /^(dict|list|set|defaultdict|OrderedDict|Counter|deque)$/;

/** What a parameter holds that the call does not fill, unless `*args` or `**options` may fill it. */
export function defaultObject(value: Value, call: CallOperation): AbstractObject {
  const isOpen = call.arguments.some(({ form }) => form === "star" || form === "double-star");
  return value.op === "constant" && !isOpen ? constantObject(value) : own;
}

/** A constant; True, False and None are told apart. */
export function constantObject(value: ConstantValue): AbstractObject {
  return value.type === "bool" || value.type === "none" ? { ...own, key: constantKey(value.type, value.value) } : own;
}

/** The key of a constant: of True, False and None, on which what a function does may depend. */
export function constantKey(type: string, value: string | number): string {
  return `constant ${type} ${type === "none" ? "" : value}`;
}

/** Whether the key is that of a constant. */
export function isConstantKey(key: string): boolean {
  return key.startsWith("constant ");
}

/** One of several: shared if any is, and no claim if any is unknown. */
export function merged(objects: readonly AbstractObject[]): AbstractObject {
  const [first] = objects;
  if (!first) return unknown;
  return objects.find((object) => object.sharing === "shared") ?? objects.find((object) => object.sharing === "unknown") ?? first;
}
