import type { Range } from "../../../base/range.js";
import type { AttributePlace, CallOperation, ElementPlace, Operation, Place, Value } from "../../operation.js";
import { type ClassNode, classKey, type Entity, type FunctionNode, functionKey } from "../entity.js";
import { loopsAround } from "../loops.js";
import { makes } from "../resolution/given-anew.js";
import { isOneInstance, isRemembered } from "../resolution/one-instance.js";
import { argumentFor, decoratorNames, type Resolver } from "../resolution/resolver.js";
import { serverOfHandler } from "../resolution/server-of-handler.js";
import { sourcesOf } from "../state/iteration.js";
import { samePlace, sameValue } from "../state/updates.js";
import { innerOperations, walkOperations } from "../walk.js";
import {
  type AbstractObject,
  cellKey,
  constantObject,
  elementOf,
  type Frame,
  frameOnWay,
  merged,
  own,
  sharedObject,
  theOne,
  unknown,
  wayTo,
} from "./abstract-object.js";
import { Frames, isParameterOf, isSuper, maximumCallDepth } from "./frames.js";

/** Tells which objects threads share. */
export class Ownership {
  /** How many questions are being answered for the sake of one another: each call that is entered asks anew about its arguments. */
  private active = 0;
  private readonly memory = new WeakMap<Frame, Map<Value, AbstractObject>>();
  private readonly singles = new Map<ClassNode, boolean>();
  /** What several objects of a class are given for an attribute, by class and name. */
  private readonly common = new Map<string, AbstractObject | "none">();

  readonly frames: Frames;

  constructor(private readonly resolver: Resolver) {
    this.frames = new Frames(this, resolver);
  }

  /** The object that a value is in a frame. */
  object(value: Value, frame: Frame, depth = 0): AbstractObject {
    if (depth > maximumDepth || this.active > maximumActive) return unknown;
    let known = this.memory.get(frame);
    if (!known) {
      known = new Map();
      this.memory.set(frame, known);
    }
    const before = known.get(value);
    if (before) return before;
    // A value that depends on itself adds nothing to itself.
    known.set(value, unknown);
    this.active++;
    const found = this.objectAtDepth(value, frame, depth);
    this.active--;
    // Of some classes there is one object, however it is come by.
    const object = found.sharing !== "own" && found.class && this.isOneInstance(found.class) ? theOne(found.class) : found;
    known.set(value, object);
    return object;
  }

  isOneInstance(node: ClassNode): boolean {
    let isOne = this.singles.get(node);
    if (isOne === undefined) {
      isOne = isOneInstance(node, this.resolver);
      this.singles.set(node, isOne);
    }
    return isOne;
  }

  private objectAtDepth(value: Value, frame: Frame, depth: number): AbstractObject {
    switch (value.op) {
      case "read":
        return this.place(value.place, value, frame, depth + 1);
      case "call":
        return this.call(value, frame, depth + 1);
      case "constant":
        return constantObject(value);
      case "display":
        // `image[row, column]` is this thread's where the row is.
        return value.makes === "tuple" && value.elements.some((part) => this.object(part, frame, depth + 1).perThread)
          ? { ...own, perThread: "given" as const }
          : own;
      case "comprehension":
        return own;
      case "compute":
        // What is computed from something that differs from thread to thread differs as well.
        return value.operands.some((operand) => this.object(operand, frame, depth + 1).perThread)
          ? { ...own, perThread: "given" as const }
          : own;
      case "await":
        return this.object(value.value, frame, depth + 1);
      case "entered":
        return this.object(value.context, frame, depth + 1);
      case "choice":
        return merged(value.values.map((choice) => this.object(choice, frame, depth + 1)));
      case "element-of":
      case "item-of": {
        // `first, second = self.parts[a], self.parts[b]` binds them one by one.
        const bound =
          value.op === "item-of" && value.value.op === "display" && !value.value.isOpen ? value.value.elements[value.index] : undefined;
        if (bound) return this.object(bound, frame, depth + 1);
        const source = this.object(value.op === "element-of" ? value.iterable : value.value, frame, depth + 1);
        const node = this.classOf(value, frame.function);
        const walked = this.walkedContainer(value, frame);
        const element = {
          ...unknown,
          key: `${source.key}[]`,
          class: node,
          perThread: this.isPerThreadRange(value, frame, depth) && ("given" as const),
        };
        return walked ? elementOf(this.object(walked, frame, depth + 1), element) : element;
      }
      case "function":
      case "class":
      case "import":
        return { ...unknown, key: this.entityObjectKey(value, frame.function) };
      default:
        return unknown;
    }
  }

  /** Whether the value runs over a `range` that starts or ends elsewhere in each thread: each works on a stretch of its own. */
  private isPerThreadRange(value: Value, frame: Frame, depth: number): boolean {
    if (value.op !== "element-of" || value.iterable.op !== "call") return false;
    const { iterable } = value;
    const isRange = this.resolver.externalCallees(iterable, frame.function).includes("builtins.range");
    return isRange && iterable.arguments.some((argument) => this.object(argument.value, frame, depth + 1).perThread);
  }

  /** The container all of whose elements come by: `for account in self.accounts.values()`, also the second of `items()`. */
  private walkedContainer(value: Value, frame: Frame): Value | undefined {
    const isPart = value.op === "item-of";
    const element = isPart ? value.value : value;
    if (element.op !== "element-of") return undefined;
    const { iterable } = element;
    const [only, ...others] = sourcesOf(iterable, frame.function, this.resolver);
    if (!only || others.length > 0 || only.source.op !== "read") return undefined;
    return isPart ? (only.view === "items" && value.index === 1 ? only.source : undefined) : only.view === "keys" ? undefined : only.source;
  }

  /**
   * Whether other threads can mean the same element: not where the index differs from thread to thread. Of an index that the thread was given nothing is
   * known; a function that looks up two elements by what it is given can hardly have both for itself: `self.accounts[source]`, `self.accounts[target]`.
   */
  private isFoundByOthers({ object, index }: ElementPlace, frame: Frame, depth: number): boolean {
    const key = this.object(index, frame, depth + 1);
    if (key.perThread || isStoredForThread(key.key, object, frame)) return false;
    if (key.key !== unknown.key) return true;
    const indexes = new Set<string>();
    walkOperations(frame.function.facts.body, (operation) => {
      if (operation.op !== "read" || operation.place.kind !== "element" || !sameValue(operation.place.object, object)) return;
      const { index: each } = operation.place;
      if (each.op === "read" && isParameterOf(each, frame.function) && each.place.kind === "name") indexes.add(each.place.name);
    });
    return indexes.size > 1;
  }

  /** The object that a place holds, or for an element the container's content as a whole. */
  private place(place: Place, value: Value, frame: Frame, depth: number): AbstractObject {
    switch (place.kind) {
      case "name":
        return this.name(place.name, place.owner, value, frame, depth);
      case "attribute": {
        if (this.isMadeWhenRead(place, frame.function)) return { ...unknown, class: this.classOf(value, frame.function) };
        const location = this.globalInThreadLocal(place, frame, depth) ?? this.attributeLocation(place.object, place.name, frame, depth);
        return { ...location, class: this.classOf(value, frame.function) };
      }
      case "element": {
        const container = this.object(place.object, frame, depth);
        const element = { ...unknown, key: `${container.key}[${nameOfElement(place)}]`, class: this.classOf(value, frame.function) };
        return this.isFoundByOthers(place, frame, depth) ? elementOf(container, element) : element;
      }
    }
  }

  /** A variable itself, whatever it holds: a global, one of a call on this thread's way, or one that a closure brought along. */
  variable(name: string, owner: number, frame: Frame): AbstractObject {
    // What the body of a class binds are the attributes of the class.
    const holder = classOfBody(frame.function.file.functionAt(owner));
    if (holder) return this.classAttribute(holder, name);
    for (let current: Frame | undefined = frame; current && owner > 0; current = current.caller) {
      if (current.function.file === frame.function.file && current.function.index === owner) return own;
    }
    const key = owner === 0 ? this.globalKey(frame.function, name) : `cell ${frame.function.file.path}#${owner} ${name}`;
    return owner < 0 ? unknown : sharedObject(key);
  }

  private name(name: string, owner: number, value: Value, frame: Frame, depth: number): AbstractObject {
    const node = this.classOf(value, frame.function);
    if (owner < 0) return { ...unknown, key: `builtin ${name}` };
    if (owner === 0) {
      // What a framework keeps apart for each request, `from flask import session`, is imported by name like anything else.
      const isConfined = this.resolver
        .resolve(value, frame.function)
        .some((entity) => entity.kind === "external" && this.isThreadLocal(entity));
      return isConfined ? own : sharedObject(this.globalKey(frame.function, name), node);
    }
    const holder = classOfBody(frame.function.file.functionAt(owner));
    if (holder) return { ...this.classAttribute(holder, name), class: node };
    for (let current: Frame | undefined = frame; current; current = current.caller) {
      if (current.function.file !== frame.function.file || current.function.index !== owner) continue;
      const parameter = current.parameters.get(name);
      const later = current === frame ? boundBefore(name, value, current.function) : undefined;
      // What the function has handed to a thread is still that, where nothing else is ever stored in the variable.
      const isHandedOver = parameter?.key === cellKey(current.function, name) && current.function.bound(name)?.length === 1;
      if (later && !isHandedOver && !(parameter?.made && parameter.made.call === later)) {
        const object = this.object(later, current, depth + 1);
        return { ...object, class: object.class ?? node };
      }
      if (parameter) return { ...parameter, class: parameter.class ?? node };
      const values = current.function.bound(name) ?? [];
      if (values.length === 0) return { ...unknown, class: node };
      const at = current;
      const result = merged(values.map((bound) => this.object(bound, at, depth + 1)));
      return { ...result, class: result.class ?? node };
    }
    // The frame of the function around it is not on this thread's way, so whoever made the closure shares the variable.
    const around = frame.function.file.functionAt(owner);
    const bindings = around?.bound(name) ?? [];
    const varies = bindings.length > 0 && bindings.every((bound) => bound.op === "element-of" || bound.op === "item-of");
    if (around && this.frames.isReceiver(name, owner, around)) {
      const receiver = this.receiverOnWay(around, frame);
      if (receiver) return { ...receiver, class: receiver.class ?? node };
    }
    const held = this.frames.heldByMaker(name, owner, frame);
    // What is made there is one object for all calls of what the decorator made.
    if (held?.value.op === "read") return this.object(held.value, held.in, depth + 1);
    const key = `cell ${frame.function.file.path}#${owner} ${name}`;
    return varies ? { ...unknown, key, class: node } : sharedObject(key, node);
  }

  /**
   * The object that the thread's way went through, for a closure that a method of its class made: `self.step = self.make_step()` keeps what the
   * object made for itself.
   */
  receiverOnWay(method: FunctionNode, frame: Frame): AbstractObject | undefined {
    const owner = method.head.class === undefined ? undefined : method.file.classAt(method.head.class);
    for (let current = frame.caller; owner && current; current = current.caller) {
      const self = current.function.head.class === undefined ? undefined : current.function.head.parameters[0];
      const object = self && current.parameters.get(self.name);
      if (object?.class && this.resolver.classOrder(object.class).classes.includes(owner)) return object;
    }
    return undefined;
  }

  /** The place `object.name` itself: who shares it, and its key. */
  attributeLocation(objectValue: Value, name: string, frame: Frame, depth = 0): AbstractObject {
    for (const entity of this.resolver.resolve(objectValue, frame.function)) {
      if (entity.kind === "module") {
        return sharedObject(`global ${entity.file.path} ${name}`);
      }
      if (entity.kind === "class") return this.classAttribute(entity.class, name);
      if (this.isThreadLocal(entity)) return own;
      if (entity.kind === "external" && !entity.name.startsWith("builtins.")) {
        return sharedObject(`external ${entity.name}.${name}`);
      }
    }
    const object = this.object(objectValue, frame, depth + 1);
    const node = object.class;
    const via = wayTo(object);
    if (!node) return { ...object, key: `${object.key}.${name}`, partOf: object.partOf || object.key, via, made: undefined };
    const { classes, externals } = this.resolver.classOrder(node);
    // The class furthest up that stores the attribute stands for all that extend it.
    const definers = isMangled(name) ? this.manglingClasses(frame, classes) : [...classes].reverse();
    const definer = definers.find((each) => each.facts.instanceAttributes.has(name)) ?? node;
    if (!definer.facts.instanceAttributes.has(name)) {
      // Storing through an object gives it an attribute of its own; only what the class made once is still the class's.
      const holder = classes.find((each) => each.file.functionAt(each.facts.body)?.bound(name) !== undefined);
      const made = holder?.file
        .functionAt(holder.facts.body)
        ?.bound(name)
        ?.some((value) => (value.op === "call" && !this.isDescriptor(value, holder)) || value.op === "display");
      if (holder && made) return this.classAttribute(holder, name);
    }
    const key = `attribute ${classKey(definer)} ${name}`;
    if (object.sharing === "own" || object.made) {
      const passed = this.passedToConstructor(object, definer, name, depth);
      // What the thread's object was given for itself is as much its own as what it makes.
      if (passed && (object.sharing === "own" || passed.sharing === "shared"))
        return { ...passed, key: passed.sharing === "shared" ? passed.key : key };
      // A handler object is made for each request; its server is the one that all of them share.
      if (name === "server" && externals.length > 0 && !definer.facts.instanceAttributes.has(name)) {
        return sharedObject(`server of ${externals[0]}`, serverOfHandler(node, this.resolver));
      }
    } else if (object.key.startsWith("self ") || object.sharing === "unknown") {
      const common = this.givenToSeveral(node, definer, name);
      if (common) return common;
    }
    return {
      sharing: object.sharing,
      key,
      partOf: object.partOf || object.key,
      via,
      perThread: object.perThread,
      class: undefined,
      made: undefined,
    };
  }

  /** Whether the place is a property that makes what it gives, anew for each who reads it: `return asdict(self)`. */
  private isMadeWhenRead({ object, name }: AttributePlace, within: FunctionNode): boolean {
    const [only, ...others] = this.resolver.resolve(object, within);
    const method = only?.kind === "instance" && others.length === 0 ? this.resolver.method(only.class, name) : undefined;
    return method !== undefined && decoratorNames(method).includes("property") && makes(method, this.resolver);
  }

  /** The class that the code stands in: to its name, Python ties those that start with two underscores. */
  private manglingClasses(frame: Frame, classes: readonly ClassNode[]): readonly ClassNode[] {
    const around = this.resolver.enclosingClass(frame.function);
    return around && classes.includes(around) ? [around] : [...classes].reverse();
  }

  /** Whether the value, bound in the class, stands for what each object has: a field, a property, an object with `__get__`. */
  private isDescriptor(value: CallOperation, holder: ClassNode): boolean {
    if (isField(value)) return true;
    const body = holder.file.functionAt(holder.facts.body);
    return (body ? this.resolver.resolve(value.callee, body) : []).some(
      (callee) =>
        (callee.kind === "external" && callee.name === "builtins.property") ||
        (callee.kind === "class" && this.resolver.method(callee.class, "__get__") !== undefined),
    );
  }

  /** The one object of the module that each thread keeps a reference to: `local.counts = totals`, and nothing else is stored there. */
  private globalInThreadLocal({ object, name }: AttributePlace, frame: Frame, depth: number): AbstractObject | undefined {
    const { file } = frame.function;
    const module = file.functionAt(0);
    const [first, ...others] = file.stores(name);
    if (!first) return this.classContainerInThreadLocal(object, name, frame);
    const { value } = first.write;
    if (!module || value?.op !== "read" || value.place.kind !== "name" || value.place.owner !== 0) return undefined;
    const global = value.place.name;
    const isSame = (other: Value | undefined): boolean => other?.op === "read" && samePlace(other.place, value.place);
    if (!others.every(({ write }) => isSame(write.value)) || module.bound(global)?.length !== 1 || module.head.rebound.has(global))
      return undefined;
    const entities = this.resolver.resolve(object, frame.function);
    if (entities.length === 0 || !entities.every((entity) => this.isThreadLocal(entity))) return undefined;
    return this.object(value, this.frames.beside(module), depth + 1);
  }

  /** The one list or dict that a class of thread-locals has in its body, `class State(threading.local): timings = {}`, and that no object replaces. */
  private classContainerInThreadLocal(object: Value, name: string, frame: Frame): AbstractObject | undefined {
    const [only, ...others] = this.resolver.resolve(object, frame.function);
    if (only?.kind !== "instance" || others.length > 0 || !this.isThreadLocal(only)) return undefined;
    const { class: node } = only;
    const [value, ...rest] = node.file.functionAt(node.facts.body)?.bound(name) ?? [];
    const isReplaced = node.facts.instanceAttributes.has(name) || node.file.stores(name).length > 0;
    return value?.op === "display" && rest.length === 0 && !isReplaced ? this.classAttribute(node, name) : undefined;
  }

  /** Whether each thread sees an object of its own. */
  private isThreadLocal(entity: Entity): boolean {
    const { knowledge } = this.resolver;
    return typesOf(entity, this.resolver).some((type) => knowledge.type(type)?.is.role === "thread-local");
  }

  private isLock(value: Value, { function: node }: Frame): boolean {
    const { resolver } = this;
    return resolver
      .resolve(value, node)
      .some((entity) => typesOf(entity, resolver).some((type) => resolver.knowledge.type(type)?.is.role === "lock"));
  }

  private classAttribute(node: ClassNode, name: string): AbstractObject {
    return sharedObject(`attribute ${classKey(node)} ${name}`);
  }

  /** What the constructor of an object that this thread owns was given for an attribute, if it stores an argument there. */
  private passedToConstructor(object: AbstractObject, definer: ClassNode, name: string, depth: number): AbstractObject | undefined {
    if (!object.made) return undefined;
    const init = this.resolver.method(object.class ?? definer, "__init__");
    const writes = definer.facts.instanceAttributes.get(name) ?? [];
    // What is stored again later is no longer what was passed.
    if (!init || writes.some(({ function: each }) => definer.file.functionAt(each)?.head.name !== "__init__")) return undefined;
    for (const { function: index, write } of writes) {
      const value = write.value;
      if (definer.file.functionAt(index) !== init || value?.op !== "read" || value.place.kind !== "name") continue;
      const { place } = value;
      const parameter = init.head.parameters.find((each) => each.name === place.name);
      const argument = parameter && argumentFor(init, parameter, object.made.call, "bound");
      if (!argument) continue;
      const { frame, in: within, call } = object.made;
      return frame ? this.object(argument, frame, depth + 1) : this.frames.outside(argument, within, call);
    }
    return undefined;
  }

  /**
   * The one object that several objects of the class are given for an attribute: `for command in commands: Runner(app, command)`. Undefined where one may be
   * made for each, or not all of them are seen to get the same.
   */
  private givenToSeveral(node: ClassNode, definer: ClassNode, name: string): AbstractObject | undefined {
    const key = `${classKey(node)} ${name}`;
    const known = this.common.get(key);
    if (known) return known === "none" ? undefined : known;
    this.common.set(key, "none");
    const found = this.findGivenToSeveral(node, definer, name);
    if (found) this.common.set(key, found);
    return found;
  }

  private findGivenToSeveral(node: ClassNode, definer: ClassNode, name: string): AbstractObject | undefined {
    const init = this.resolver.method(node, "__init__");
    const [only, ...others] = definer.facts.instanceAttributes.get(name) ?? [];
    const stored = only?.write.value;
    if (!init || others.length > 0 || definer.file.functionAt(only?.function ?? -1) !== init || stored?.op !== "read") return undefined;
    const { place } = stored;
    const parameter = place.kind === "name" ? init.head.parameters.find((each) => each.name === place.name) : undefined;
    if (!parameter || init.bound(parameter.name) !== undefined) return undefined;
    const sites = this.resolver.callersOf(init).filter(({ call }) => !isSuper(call.callee));
    let given: AbstractObject | undefined;
    let isGivenAgain = sites.length > 1 && sites.every(({ within }) => within === sites[0]?.within);
    for (const { call, within, receiver } of sites) {
      const argument = argumentFor(init, parameter, call, receiver);
      const object = argument && this.frames.outside(argument, within, call);
      if (object?.sharing !== "shared" || (given && given.key !== object.key)) return undefined;
      given = object;
      isGivenAgain ||= object.key.startsWith("global ") || loopsAround(within, call).length > 0;
    }
    return isGivenAgain ? given : undefined;
  }

  private call(call: CallOperation, frame: Frame, depth: number): AbstractObject {
    for (const entity of this.resolver.resolve(call.callee, frame.function)) {
      switch (entity.kind) {
        case "class":
          if (this.isOneInstance(entity.class)) return theOne(entity.class);
          return {
            ...own,
            key: `made ${frame.function.file.path}:${call.start}`,
            class: entity.class,
            made: { call, in: frame.function, frame },
          };
        case "function": {
          if (depth > maximumCallDepth || entity.function.head.isGenerator || entity.function.returned.length === 0) return unknown;
          // Functions that return what they call one another for add nothing to it, and each round would double the work.
          if (frameOnWay(entity.function, frame)) return unknown;
          const inner = this.frames.enter(entity.function, entity.receiver, call, frame);
          const returned = merged(entity.function.returned.map((value) => this.object(value, inner, depth + 2)));
          if (returned.sharing !== "own" || !isRemembered(entity.function)) return returned;
          const key = `result of ${functionKey(entity.function)}`;
          return call.arguments.length === 0 ? sharedObject(key, returned.class) : { ...unknown, key, class: returned.class };
        }
        case "external": {
          const [key] = call.arguments;
          const { callee } = call;
          // What was there before under the key, or is from now on.
          if (
            (entity.name === "builtins.dict.setdefault" || entity.name === "builtins.dict.get") &&
            key?.form === "positional" &&
            callee.op === "read" &&
            callee.place.kind === "attribute"
          ) {
            const element = this.place({ kind: "element", object: callee.place.object, index: key.value }, call, frame, depth);
            // Where it is not known what it is, there may be nothing.
            if (element.class || entity.name !== "builtins.dict.get" || (call.arguments.length === 1 && this.isLock(call, frame)))
              return element;
            if (this.resolver.resolve(call, frame.function).some(isChangeable)) return element;
          }
          const type = this.resolver.resolve(call, frame.function)[0];
          return type?.kind === "object" ? { ...own, key: `made ${frame.function.file.path}:${call.start}` } : unknown;
        }
        default:
          break;
      }
    }
    const [made] = this.resolver.resolve(call, frame.function);
    return made?.kind === "class" ? { ...unknown, sharing: "shared", key: `class ${classKey(made.class)}` } : unknown;
  }

  /** The location of a variable of a module, through `from module import name`. */
  globalKey(within: FunctionNode, name: string): string {
    const origin = this.resolver.imports.origin(within.file, name);
    return origin ? `global ${origin.path} ${origin.name}` : `global ${within.file.path} ${name}`;
  }

  classOf(value: Value, within: FunctionNode): ClassNode | undefined {
    for (const entity of this.resolver.resolve(value, within)) if (entity.kind === "instance") return entity.class;
    return undefined;
  }

  private entityObjectKey(value: Value, within: FunctionNode): string {
    const [entity] = this.resolver.resolve(value, within);
    return entity?.kind === "function" ? functionKey(entity.function) : entity?.kind === "class" ? classKey(entity.class) : "definition";
  }
}

/**
 * Whether the function that starts the thread, and gives it the key, puts under that key what the thread then works on: `self.jobs[name] = Job()`,
 * `pool.submit(self.run, name)`. Another thread has another key.
 */
function isStoredForThread(key: string, container: Value, { function: { file } }: Frame): boolean {
  const [, path, index, name] = /^cell (.*)#(\d+) (\w+)$/.exec(key) ?? [];
  const starter = path === file.path ? file.functionAt(Number(index)) : undefined;
  if (!starter || container.op !== "read" || container.place.kind === "element") return false;
  const { place: held } = container;
  let isStored = false;
  walkOperations(starter.facts.body, (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "element") return;
    const { object, index: at } = operation.place;
    const isKey = at.op === "read" && at.place.kind === "name" && at.place.name === name && at.place.owner === starter.index;
    isStored ||= isKey && object.op === "read" && object.place.kind === held.kind && object.place.name === held.name;
  });
  return isStored;
}

/** Whether it is a container whose content changes, so that who finds it in a dict and who put it there mean one content. */
function isChangeable(entity: Entity): boolean {
  if (entity.kind === "container") return /^(list|set|dict)$/.test(entity.value.makes);
  return entity.kind === "object" && /^(builtins\.(list|set|dict)|collections\.(deque|defaultdict|OrderedDict|Counter))$/.test(entity.type);
}

/** The key of an element that is written out, so that `db["orders"]` and `db["users"]` are two objects; else empty. */
function nameOfElement({ index }: ElementPlace): string {
  const isWritten = index.op === "constant" && (index.type === "str" || index.type === "int");
  return isWritten && /^\w+$/.test(String(index.value)) ? String(index.value) : "";
}

/** What a variable was bound to last on every way to the place, if that is made anew: `items = list(items)`. Undefined where there may be others. */
function boundBefore(name: string, place: Range, { facts }: FunctionNode): Value | undefined {
  const bound = facts.bindings.get(name) ?? [];
  const last = bound.filter((value) => value.end <= place.start).pop();
  if (last?.op !== "call" && !(last?.op === "comprehension" && bound.length > 1)) return undefined;
  // What stands further down in the list that holds the call, or inside that, comes after it.
  const isAfter = listHolding(facts.body, last)?.some((operation) => operation.start <= place.start && place.end <= operation.end);
  return isAfter ? last : undefined;
}

function isMangled(name: string): boolean {
  return name.startsWith("__") && !name.endsWith("__");
}

/** The list that directly holds operations of the value. */
function listHolding(operations: readonly Operation[], value: Range): readonly Operation[] | undefined {
  if (operations.some(({ start, end }) => start >= value.start && end <= value.end)) return operations;
  for (const operation of operations) {
    if (operation.end < value.start || operation.start > value.end) continue;
    for (const part of innerOperations(operation)) {
      const found = listHolding(part, value);
      if (found) return found;
    }
  }
  return undefined;
}

const maximumDepth = 24;
const maximumActive = 40;

/** The class whose body the function is. */
function classOfBody(node: FunctionNode | undefined): ClassNode | undefined {
  return node?.head.kind === "class-body" ? node.file.classes.find((each) => each.facts.body === node.index) : undefined;
}

/** `metadata: dict = Field(…)` says what each object gets. */
function isField({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind !== "element" && /(^field|Field)$/.test(callee.place.name);
}

/** The library types that an object is of; what is imported ready-made goes by its own name: `flask.session`. */
function typesOf(entity: Entity, resolver: Resolver): readonly string[] {
  if (entity.kind === "object") return [entity.type];
  if (entity.kind === "external") return [entity.name];
  return entity.kind === "instance" ? resolver.classOrder(entity.class).externals : [];
}
