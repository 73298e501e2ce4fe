import type { CallOperation, Value } from "../../operation.js";
import { type ClassNode, classKey, type Entity, type FunctionNode, functionKey } from "../entity.js";
import { loopsAround } from "../loops.js";
import { boundObject } from "../resolution/bound-methods.js";
import { type Decoration, decorationsOf } from "../resolution/decorations.js";
import { gatheredArguments, gatheredKeywords, keyOfGathered, passedByName } from "../resolution/gathered-arguments.js";
import { allDiffer, holdsTwice, isDistinct } from "../resolution/repeated-keys.js";
import { argumentFor, type Resolver } from "../resolution/resolver.js";
import type { GivenValue, Spawn } from "../threads/spawn.js";
import { sharedVariables } from "../threads/spawn-variables.js";
import { someValue } from "../walk.js";
import {
  type AbstractObject,
  defaultObject,
  type Frame,
  type FrameArgument,
  frameOnWay,
  keptDefault,
  merged,
  own,
  sharedObject,
  theOne,
  threadObject,
  unknown,
} from "./abstract-object.js";
import type { Ownership } from "./ownership.js";

/** Makes the frames in which threads, and what they call, run: what parameters are bound to on the way there. */
export class Frames {
  constructor(
    private readonly ownership: Ownership,
    private readonly resolver: Resolver,
  ) {}

  /** The frame of a call made in `caller`. */
  enter(node: FunctionNode, receiver: Entity | undefined, call: CallOperation, caller: Frame, decoration?: Decoration): Frame {
    const parameters = new Map<string, AbstractObject>();
    const given = new Map<string, FrameArgument>();
    const { callee } = call;
    // Elsewhere, what is called so may be one of many.
    const unpacks = caller.decoration !== undefined && call.arguments.some(({ form }) => form === "star");
    node.head.parameters.forEach((parameter, index) => {
      if (receiver && index === 0) {
        const isMethod = decoration?.isMethod && callee.op === "read" && callee.place.kind === "attribute";
        const before = isMethod ? this.ownership.object(callee.place.object, caller, 1) : this.objectBefore(callee, node, receiver, caller);
        const rest = gatheredArguments(node, parameter, call, "passed");
        if (rest) given.set(parameter.name, { value: rest, in: caller });
        // `self.callback()` may run a method of another object that was stored there.
        const object = before && this.canHave(before, node) ? before : undefined;
        const isNew =
          receiver.kind === "instance" &&
          node.head.name === "__init__" &&
          !(callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "__init__");
        const ownClass = receiver.kind === "instance" || receiver.kind === "class" ? receiver.class : undefined;
        // `__new__`, and `__call__` of a metaclass, are given the class whose object is made.
        const isMaking = receiver.kind === "class" && (node.head.name === "__new__" || node.head.name === "__call__");
        const base: AbstractObject = isNew
          ? { ...own, key: `made ${caller.function.file.path}:${call.start}` }
          : isMaking
            ? { ...unknown, sharing: "shared", key: `class ${classKey(receiver.class)}` }
            : (object ?? unknown);
        // `super().method()` is called on the object at hand.
        const actual = isSuper(callee) ? (caller.parameters.get(caller.function.head.parameters[0]?.name ?? "") ?? base) : base;
        parameters.set(parameter.name, { ...actual, class: actual.class ?? ownClass });
        return;
      }
      const isBound = receiver ? "bound" : "passed";
      const gathered = gatheredArguments(node, parameter, call, isBound);
      if (gathered) given.set(parameter.name, { value: gathered, in: caller });
      const keywords = gatheredKeywords(parameter, call);
      if (keywords) {
        given.set(parameter.name, { value: keywords, in: caller });
        const key = keyOfGathered(keywords, (value) => this.ownership.object(value, caller, 1).key);
        parameters.set(parameter.name, key === undefined ? unknown : { ...unknown, key });
        return;
      }
      const written = argumentFor(node, parameter, call, isBound);
      const argument = written ? { value: written, in: caller } : passedByName(parameter, call, caller);
      if (argument) {
        parameters.set(parameter.name, this.ownership.object(argument.value, argument.in, 1));
        given.set(parameter.name, argument);
        return;
      }
      const handed = unpacks ? this.passedByPosition(call, caller)?.[index - (receiver ? 1 : 0)] : undefined;
      if (handed && (parameter.form === "plain" || parameter.form === "positional-only")) {
        parameters.set(parameter.name, "sharing" in handed ? handed : this.ownership.object(handed.value, handed.in, 1));
        if ("value" in handed) given.set(parameter.name, handed);
        return;
      }
      parameters.set(
        parameter.name,
        keptDefault(node, parameter) ?? (parameter.default ? defaultObject(parameter.default, call) : unknown),
      );
    });
    const isOpen = call.arguments.some(({ form }) => form === "star" || form === "double-star");
    return { function: node, parameters, arguments: given, isOpen, caller, depth: caller.depth + 1, decoration };
  }

  /** The object that a method is called on. */
  private objectBefore(callee: Value, node: FunctionNode, receiver: Entity, caller: Frame): AbstractObject | undefined {
    if (callee.op !== "read") return undefined;
    const { place } = callee;
    if (place.kind === "attribute" && node.head.name === "__call__" && place.name !== "__call__")
      return this.ownership.object(callee, caller, 1);
    if (place.kind === "attribute" && place.name === node.head.name) return this.ownership.object(place.object, caller, 1);
    // A bound method that is kept under another name: in a variable, an attribute, a table of them.
    const given = (place.kind === "name" && this.passedValue(place.name, caller)) || { value: callee, in: caller };
    const kept = receiver.kind === "instance" ? boundObject(given.value, given.in.function, node, this.resolver) : undefined;
    if (kept) return this.ownership.object(kept.value, frameOnWay(kept.in, given.in) ?? this.beside(kept.in), 1);
    if (place.kind !== "attribute") return undefined;
    return storedReceiver(place.name, node, receiver, caller) ?? this.ownership.object(place.object, caller, 1);
  }

  /** What a decorator was given for a parameter when it made a function on this thread's way. */
  heldByMaker(name: string, owner: number, frame: Frame): FrameArgument | undefined {
    const { file } = frame.function;
    if (owner <= 0 || owner === frame.function.index || file.functionAt(owner)?.bound(name)) return undefined;
    for (let current: Frame | undefined = frame; current; current = current.caller) {
      for (let maker = current.decoration?.around; maker; maker = maker.caller) {
        if (maker.function.file !== file || maker.function.index !== owner) continue;
        const given = maker.arguments?.get(name);
        return given && this.handedOn(given);
      }
    }
    return undefined;
  }

  /** What a parameter that is called stands for on this thread's way, that of a decorator around, too: the function that was passed, not all that ever are. */
  passedCode({ name, owner }: { readonly name: string; readonly owner: number }, frame: Frame): readonly Entity[] {
    const passed = owner === frame.function.index ? this.passedValue(name, frame) : this.heldByMaker(name, owner, frame);
    return passed ? this.resolver.resolve(passed.value, passed.in.function).filter((entity) => entity.kind === "function") : [];
  }

  /** The expression that was passed for a parameter on this thread's way, where it was written out. */
  private passedValue(name: string, frame: Frame): FrameArgument | undefined {
    const given = frame.arguments?.get(name);
    return given && this.handedOn(given);
  }

  /** Where an argument was written out that functions on the way only hand on. */
  private handedOn(given: FrameArgument): FrameArgument | undefined {
    let current = given;
    for (let depth = 0; depth < maximumCallDepth; depth++) {
      const { value, in: holder } = current;
      const isHandedOn = value.op === "read" && value.place.kind === "name" && value.place.owner === holder.function.index;
      const further = isHandedOn && value.place.kind === "name" ? holder.arguments?.get(value.place.name) : undefined;
      if (!further) return current;
      current = further;
    }
    return undefined;
  }

  /**
   * What a call passes by position, where `*args` hands on what its function was called with: objects, and expressions with the activations that they stand in.
   * Undefined where it cannot be told.
   */
  private passedByPosition(call: CallOperation, caller: Frame): readonly (AbstractObject | FrameArgument)[] | undefined {
    const passed: (AbstractObject | FrameArgument)[] = [];
    for (const { form, value } of call.arguments) {
      if (form === "positional") passed.push({ value, in: caller });
      if (form !== "star") continue;
      const name =
        value.op === "read" && value.place.kind === "name" && value.place.owner === caller.function.index ? value.place.name : "";
      if (caller.function.bound(name) !== undefined) return undefined;
      const rest = this.gatheredBy(name, caller);
      if (!rest) return undefined;
      const [first] = caller.function.head.parameters;
      const receiver = first?.name === name && first.form === "star" ? caller.parameters.get(name) : undefined;
      if (receiver?.class) passed.push(receiver);
      passed.push(...rest);
    }
    return passed;
  }

  /** What `*name` holds of what a function was called with, or started with as a thread's first. */
  private gatheredBy(
    name: string,
    { function: node, gathered, arguments: given }: Frame,
  ): readonly (AbstractObject | FrameArgument)[] | undefined {
    if (gathered && node.head.parameters.some((parameter) => parameter.name === name && parameter.form === "star")) return gathered;
    const written = given?.get(name);
    if (written?.value.op !== "display" || written.value.isOpen) return undefined;
    return written.value.elements.map((element) => ({ value: element, in: written.in }));
  }

  /** Whether the method can be one of the object's own. */
  private canHave(object: AbstractObject, method: FunctionNode): boolean {
    const owner = method.head.class === undefined ? undefined : method.file.classAt(method.head.class);
    return !owner || !object.class || this.resolver.classOrder(object.class).classes.includes(owner);
  }

  /** The frame in which a spawned function starts. */
  start(spawn: Spawn, target: Spawn["targets"][number]): Frame {
    const { function: node, receiver } = target;
    const parameters = new Map<string, AbstractObject>();
    node.head.parameters.forEach((parameter, index) => {
      if (receiver && index === 0) {
        const object =
          threadObject(spawn) ??
          (target.receiverValue ? this.outside(target.receiverValue.value, target.receiverValue.in, spawn.call) : unknown);
        const fallback = receiver.kind === "instance" || receiver.kind === "class" ? receiver.class : undefined;
        parameters.set(parameter.name, { ...object, class: object.class ?? fallback });
        return;
      }
      const given = target.arguments.get(parameter.name);
      if (given) parameters.set(parameter.name, this.given(given, spawn));
      else if (parameter.default) {
        // `lambda item=item: …` freezes a loop variable.
        parameters.set(parameter.name, keptDefault(node, parameter) ?? this.outside(parameter.default, spawn.in, spawn.call));
      } else parameters.set(parameter.name, unknown);
    });
    const gathered = target.gathered.map((given) => this.given(given, spawn));
    return { function: node, parameters, gathered, caller: undefined, depth: 0, decoration: this.decorationOf(target) };
  }

  /** What a thread's first function is given for one parameter. */
  private given({ value, in: within, how }: GivenValue, spawn: Spawn): AbstractObject {
    return how === "element" ? { ...unknown, perThread: this.differenceOf(value, within) } : this.outside(value, within, spawn.call);
  }

  /** Which of the functions that one decorator stands around a thread's first function runs, where its name tells. */
  private decorationOf({ function: node, namedBy }: Spawn["targets"][number]): Decoration | undefined {
    if (!namedBy) return undefined;
    const [only, ...others] = decorationsOf(namedBy.value, node, this.beside(namedBy.in), this.ownership, this.resolver);
    return others.length === 0 ? only : undefined;
  }

  /** How the elements of what is handed out to threads differ. */
  private differenceOf(iterable: Value, within: FunctionNode): AbstractObject["perThread"] {
    if (allDiffer(iterable)) return "distinct";
    return !holdsTwice(iterable, within, this.resolver) && "given";
  }

  /** The frame of a function that a library runs for each call the program makes of it: the arguments are those of the first call in view. */
  entered(node: FunctionNode): Frame {
    const frame = this.beside(node);
    const [caller] = this.resolver.callersOf(node);
    if (!caller) return frame;
    const parameters = new Map(frame.parameters);
    for (const parameter of node.head.parameters) {
      const argument = parameters.has(parameter.name) ? undefined : argumentFor(node, parameter, caller.call, caller.receiver);
      // A method that overrides this one hands on what it was given for this call; that is another object next time.
      const isHandedOn = argument !== undefined && caller.within.head.name === node.head.name && isParameterOf(argument, caller.within);
      if (argument && !isHandedOn) parameters.set(parameter.name, this.outside(argument, caller.within, caller.call));
    }
    return { ...frame, parameters };
  }

  /** The frame of code that runs beside the threads, in whoever made them; it shares with them the variables that they were handed or brought along. */
  beside(node: FunctionNode, spawn?: Spawn): Frame {
    const parameters = new Map<string, AbstractObject>();
    const [self] = node.head.parameters;
    const owner = node.head.class === undefined ? undefined : node.file.classAt(node.head.class);
    if (self && owner) parameters.set(self.name, sharedObject(`self ${classKey(owner)}`, owner));
    const thread = spawn?.in === node && node.head.kind === "function" ? threadObject(spawn) : undefined;
    for (const [name, values] of thread ? node.facts.bindings : [])
      if (thread && values.includes(spawn?.call as Value)) parameters.set(name, thread);
    if (spawn?.in === node && node.head.kind === "function") {
      for (const value of sharedVariables(node, spawn)) {
        if (value.place.kind !== "name" || parameters.has(value.place.name)) continue;
        const object = this.outside(value, node, spawn.call);
        if (object.sharing === "shared") parameters.set(value.place.name, object);
      }
    }
    return { function: node, parameters, caller: undefined, depth: 0 };
  }

  /** The frame of a method that a library calls on an object it makes for the occasion. */
  handled(node: FunctionNode, owner: ClassNode): Frame {
    const parameters = new Map<string, AbstractObject>();
    const [self] = node.head.parameters;
    if (self) parameters.set(self.name, { ...own, key: `handler ${classKey(owner)}`, class: owner });
    return { function: node, parameters, caller: undefined, depth: 0 };
  }

  /** The object that a value is in the code that spawns: what is the same in every round of the loops around the spawn is shared by its threads. */
  outside(value: Value, within: FunctionNode, spawn: CallOperation): AbstractObject {
    const node = this.ownership.classOf(value, within);
    if (node && this.ownership.isOneInstance(node)) return theOne(node);
    if (this.variesInLoop(value, within, spawn)) {
      const made = value.op === "call" ? { call: value, in: within, frame: undefined } : undefined;
      const sharing = made && node ? "own" : "unknown";
      return {
        sharing,
        key: `varies ${within.file.path}:${value.start}`,
        partOf: "",
        via: "",
        perThread: isDistinct(value, within) ? "distinct" : "given",
        class: node,
        made,
      };
    }
    switch (value.op) {
      case "read": {
        const { place } = value;
        if (place.kind === "name") {
          const key =
            place.owner === 0
              ? this.ownership.globalKey(within, place.name)
              : this.isReceiver(place.name, place.owner, within)
                ? `self ${node ? classKey(node) : functionKey(within)}`
                : `cell ${within.file.path}#${place.owner} ${place.name}`;
          return sharedObject(key, node);
        }
        if (place.kind === "attribute") {
          const location = this.ownership.attributeLocation(place.object, place.name, this.beside(within));
          return { ...location, class: node };
        }
        return { ...unknown, class: node };
      }
      case "call": {
        // Made for this one spawn; if the spawn is repeated, made anew each time.
        const made = node ? { call: value, in: within, frame: undefined } : undefined;
        return { ...own, key: `made ${within.file.path}:${value.start}`, class: node, made };
      }
      case "constant":
      case "display":
      case "compute":
        return own;
      case "choice":
        return merged(value.values.map((choice) => this.outside(choice, within, spawn)));
      default:
        return { ...unknown, class: node };
    }
  }

  isReceiver(name: string, owner: number, within: FunctionNode): boolean {
    return within.index === owner && within.head.class !== undefined && within.head.parameters[0]?.name === name;
  }

  /** Whether the value differs between rounds of the loops around the spawn. */
  private variesInLoop(value: Value, within: FunctionNode, spawn: CallOperation): boolean {
    const loops = loopsAround(within, spawn);
    if (loops.length === 0) return false;
    return someValue(value, (inner) => {
      if (inner.op === "call") return true;
      if (inner.op !== "read" || inner.place.kind !== "name" || inner.place.owner !== within.index) return false;
      const bound = within.bound(inner.place.name) ?? [];
      return bound.length > 0 && bound.some((each) => loops.some((loop) => each.start >= loop.start && each.end <= loop.end));
    });
  }
}

/**
 * A bound method that is kept under another name, `self.fetch = Cache(self._fetch)`, runs on the object it was taken from, not on the one before the
 * dot: on the thread's own, if that is of the class; else nothing is known of it.
 */
function storedReceiver(name: string, node: FunctionNode, receiver: Entity, caller: Frame): AbstractObject | undefined {
  if (name === node.head.name || receiver.kind !== "instance" || node.head.name.startsWith("__")) return undefined;
  let first = caller;
  while (first.caller) first = first.caller;
  for (const object of first.parameters.values()) if (object.class === receiver.class) return object;
  return { ...unknown, class: receiver.class };
}

export function isSuper(callee: Value): boolean {
  if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
  const { object } = callee.place;
  return object.op === "call" && object.callee.op === "read" && object.callee.place.kind === "name" && object.callee.place.name === "super";
}

export function isParameterOf(value: Value, { facts }: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== facts.index) return false;
  const { name } = value.place;
  return facts.kind === "function" && facts.parameters.some((parameter) => parameter.name === name);
}

export const maximumCallDepth = 12;
