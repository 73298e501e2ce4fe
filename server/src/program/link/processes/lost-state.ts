import { contains, type Range } from "../../../base/range.js";
import { firstFrom } from "../../../base/sorted.js";
import type { AttributePlace, CallOperation, NamePlace, Value } from "../../operation.js";
import { callsIn } from "../calls-in.js";
import { type ClassNode, type FunctionNode, functionKey } from "../entity.js";
import type { Program } from "../link.js";
import { decoratorNames } from "../resolution/resolver.js";
import type { Spawn, SpawnTarget } from "../threads/spawn.js";
import { someValue, walkOperations } from "../walk.js";
import {
  attributeChangesIn,
  type Change,
  callsHanding,
  changesByAttribute,
  changesIn,
  containers,
  globalChangesIn,
  isAttributeOf,
  partOf,
  readsByName,
  rootOf,
  sentBy,
  stateOf,
  valuesOf,
  workersIn,
} from "./process-changes.js";

/** A worker process changes state in its own copy of it, and the process that started it goes on to read the other copy. */
export interface LostState {
  readonly spawn: Spawn;
  /** As it is written: `counter`, `self.total`. */
  readonly name: string;
  /** `object`: of an object that a global holds. `class`: of a class. `variable`: of the function that starts the worker. */
  readonly kind: "global" | "attribute" | "argument" | "object" | "class" | "variable";
  readonly change: { readonly in: FunctionNode; readonly range: Range };
  readonly read: { readonly in: FunctionNode; readonly range: Range };
}

/** Every such change, the first of each state and spawn. */
export function lostStates(program: Program): readonly LostState[] {
  const found = new Map<string, LostState>();
  for (const spawn of program.spawns) {
    if (spawn.worker !== "process" || spawn.startedBy === "library" || /^(joblib|ray|celery|anyio)\./.test(spawn.spawner)) continue;
    for (const target of spawn.targets) {
      for (const lost of new Search(program, spawn, target).find()) {
        const key = `${lost.change.in.file.path}:${lost.change.range.start}`;
        if (!found.has(key)) found.set(key, lost);
      }
    }
  }
  return [...found.values()];
}

/** What threads of the spawn change that would be lost to the rest of the program if processes did their work: read there, after it has started them. */
export function lostInProcesses(spawn: Spawn, target: SpawnTarget, program: Program): LostState | undefined {
  return new Search(program, spawn, target).find()[0];
}

/** What the target changes while it holds a lock and somebody else reads at any time: a variable of a module, or an attribute of an object of the program. */
export function guardedInProcesses(spawn: Spawn, target: SpawnTarget, program: Program): string | undefined {
  return new Search(program, spawn, target).guarded();
}

class Search {
  /** What the worker process runs. */
  private readonly inChild: ReadonlySet<FunctionNode>;
  private readonly called = new Map<string, Set<FunctionNode>>();
  /** What is lost of a state by one kind of change in one function, which can change it in thousands of places. */
  private readonly judged = new Map<string, { readonly lost: LostState | undefined }>();

  constructor(
    private readonly program: Program,
    private readonly spawn: Spawn,
    private readonly target: SpawnTarget,
  ) {
    this.inChild = this.reachedFrom(target.function, mostFunctions);
  }

  find(): readonly LostState[] {
    // A function that the parent calls, too, changes the parent's state as well.
    const { function: node } = this.target;
    if (this.inChild.has(this.spawn.in)) return [];
    const isCalled = this.program.resolver
      .callersOf(node)
      .some(({ within, call }) => !this.inChild.has(within) && call !== this.spawn.call);
    if (isCalled) return [];
    return [...this.inChild].flatMap((each) =>
      changesIn(each).flatMap((change) => {
        const lost = this.lostBy(change);
        return lost ? [lost] : [];
      }),
    );
  }

  /** The name of state that is changed under a lock, and read by other code than the worker's. */
  guarded(): string | undefined {
    for (const each of this.inChild) {
      const sections = this.lockedSections(each);
      if (sections.length === 0) continue;
      for (const { place, range } of changesIn(each)) {
        if (place.kind === "element" || !sections.some((section) => contains(section, range))) continue;
        if (place.kind === "name" ? place.owner === 0 && this.isReadOutside(each, place) : this.isAttributeReadOutside(each, place))
          return place.kind === "attribute" && place.object.op === "read" && place.object.place.kind === "name"
            ? `${place.object.place.name}.${place.name}`
            : place.name;
      }
    }
    return undefined;
  }

  private lockedSections(node: FunctionNode): readonly Range[] {
    const { resolver, knowledge } = this.program;
    const sections: Range[] = [];
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "with") return;
      const isLock = resolver.resolve(operation.context, node).some((entity) => {
        const is = entity.kind === "object" ? knowledge.type(entity.type)?.is : undefined;
        return is?.role === "lock" && is.scope === "threads";
      });
      if (isLock) sections.push(operation);
    });
    return sections;
  }

  private isReadOutside({ file }: FunctionNode, { name }: NamePlace): boolean {
    const isIt = (value: Value): boolean =>
      value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === 0;
    return file.functions.some((node) => !this.inChild.has(node) && this.reads(node, isIt));
  }

  /** Of an object's own attribute, whether another method reads it. */
  private isAttributeReadOutside(method: FunctionNode, { object, name }: AttributePlace): boolean {
    const [self] = method.head.parameters;
    const owner = this.program.resolver.enclosingClass(method);
    if (!owner || object.op !== "read" || object.place.kind !== "name" || object.place.name !== self?.name) return false;
    return owner.file.functions.some((node) => {
      if (node.head.class !== owner.facts.index || this.inChild.has(node) || node.head.name === "__init__") return false;
      return this.reads(node, (value) => value.op === "read" && isAttributeOf(value.place, node.head.parameters[0]?.name, name));
    });
  }

  private reads(node: FunctionNode, isIt: (value: Value) => boolean): boolean {
    let found = node.returned.some((value) => someValue(value, isIt));
    walkOperations(node.facts.body, (operation) => {
      found ||= valuesOf(operation).some((value) => someValue(value, isIt));
    });
    return found;
  }

  private lostBy(change: Change): LostState | undefined {
    const state = stateOf(change);
    if (state === undefined) return this.lostWith(change);
    const key = `${functionKey(change.in)} ${change.does} ${state}`;
    let known = this.judged.get(key);
    if (!known) {
      known = { lost: this.lostWith(change) };
      this.judged.set(key, known);
    }
    return known.lost && { ...known.lost, change };
  }

  private lostWith(change: Change): LostState | undefined {
    const { place } = change;
    if (place.kind === "name") {
      if (place.owner === 0) return this.lostGlobal(change, place.name);
      return place.owner === change.in.index ? this.lostArgument(change, place.name, undefined) : this.lostVariable(change, place);
    }
    if (place.kind !== "attribute") return undefined;
    const { resolver } = this.program;
    const holder = this.classHolding(place, change);
    if (holder) return this.lostOfClass(change, holder, place.name);
    if (place.object.op !== "read" || place.object.place.kind !== "name") return undefined;
    const { name, owner } = place.object.place;
    if (owner === 0) {
      const [object, ...others] = resolver.resolve(place.object, change.in);
      return object?.kind === "instance" && others.length === 0
        ? this.lostAttribute(change, name, place.name, object.class, "object")
        : undefined;
    }
    if (owner !== change.in.index) return undefined;
    const isSelf = change.in.head.class !== undefined && name === change.in.head.parameters[0]?.name;
    if (!isSelf) return this.lostArgument(change, name, place.name);
    const { receiver } = this.target;
    if (receiver?.kind === "instance") return this.lostAttribute(change, name, place.name, receiver.class, "attribute");
    const object = this.globalObject(change.in);
    return object && this.lostAttribute(change, object.name, place.name, object.class, "object");
  }

  /** The global whose object the worker calls the method on. */
  private globalObject(method: FunctionNode): { readonly name: string; readonly class: ClassNode } | undefined {
    const { resolver } = this.program;
    let found: { readonly name: string; readonly class: ClassNode } | undefined;
    for (const node of this.inChild) {
      walkOperations(node.facts.body, (operation) => {
        if (found || operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
        const { object, name } = operation.callee.place;
        if (name !== method.head.name || object.op !== "read" || object.place.kind !== "name" || object.place.owner !== 0) return;
        const [entity, ...others] = resolver.resolve(object, node);
        if (entity?.kind !== "instance" || others.length > 0 || resolver.method(entity.class, name) !== method) return;
        found = { name: object.place.name, class: entity.class };
      });
    }
    return found;
  }

  /** The class whose own attribute it is: `Class.n`, `cls.n`, `type(self).n`, `self.__class__.n`, and a container that `self.n` finds there. */
  private classHolding({ object, name }: AttributePlace, change: Change): ClassNode | undefined {
    const { resolver } = this.program;
    const isType =
      object.op === "call" && object.arguments.length === 1 && resolver.externalCallees(object, change.in).includes("builtins.type");
    const value = isType ? object.arguments[0]?.value : object;
    const [entity, ...others] = value ? resolver.resolve(value, change.in) : [];
    if (others.length > 0 || (entity?.kind !== "class" && entity?.kind !== "instance")) return undefined;
    if (entity.kind === "instance" && !isType && change.does === "assign") return undefined;
    const { classes } = resolver.classOrder(entity.class);
    const holder = classes.find((each) => each.file.functionAt(each.facts.body)?.bound(name) !== undefined);
    // What a class method stores is the class's.
    const isOfObjects = classes.some(({ facts, file }) =>
      (facts.instanceAttributes.get(name) ?? []).some(({ function: index }) => {
        const method = file.functionAt(index);
        return !method || !decoratorNames(method).includes("classmethod");
      }),
    );
    return isOfObjects ? undefined : holder;
  }

  private lostOfClass(change: Change, holder: ClassNode, name: string): LostState | undefined {
    const body = holder.file.functionAt(holder.facts.body);
    const values = body?.bound(name) ?? [];
    if (!body || !values.every((value) => (change.does === "mutate" ? this.isPlainContainer(value, body) : this.isPlain(value, body))))
      return undefined;
    if (change.in !== this.target.function && this.isUsedByParent(change.in)) return undefined;
    const { resolver } = this.program;
    const isIt = (value: Value, within: FunctionNode): boolean =>
      value.op === "read" &&
      value.place.kind === "attribute" &&
      value.place.name === name &&
      resolver
        .resolve(value.place.object, within)
        .some(
          (entity) => (entity.kind === "class" || entity.kind === "instance") && resolver.classOrder(entity.class).classes.includes(holder),
        );
    if (this.isChangedByParent(name, isIt) || this.isHandedBack(isIt)) return undefined;
    const read = this.readAfter(name, isIt);
    return read && { spawn: this.spawn, name: `${holder.name}.${name}`, kind: "class", change, read };
  }

  /** A variable of the function that starts the worker, which the worker's function knows from around itself. */
  private lostVariable(change: Change, { name, owner }: NamePlace): LostState | undefined {
    const around = this.spawn.in;
    if (change.in.file !== around.file || owner !== around.index) return undefined;
    const bound = around.bound(name) ?? [];
    const isPlain = (value: Value): boolean =>
      change.does === "mutate" ? this.isPlainContainer(value, around) : this.isPlain(value, around);
    if (bound.length === 0 || !bound.every((value) => value.end <= this.spawn.call.start && isPlain(value))) return undefined;
    const isIt = (value: Value): boolean =>
      value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === owner;
    const isChanged = around.file.functions.some(
      (node) => !this.inChild.has(node) && changesIn(node).some(({ place, range }) => isIt({ op: "read", place: rootOf(place), ...range })),
    );
    if (isChanged || this.isHandedBack(isIt)) return undefined;
    const read = this.readIn(around, this.spawn.call.end, name, isIt);
    return read && { spawn: this.spawn, name, kind: "variable", change, read };
  }

  private lostGlobal(change: Change, name: string): LostState | undefined {
    const module = change.in.file.functionAt(0);
    if (!module || change.in === module) return undefined;
    const bound = module.bound(name) ?? [];
    if (change.in !== this.target.function && this.isUsedByParent(change.in)) return undefined;
    if (change.does === "mutate" && !(bound.length > 0 && bound.every((value) => this.isPlainContainer(value, module)))) return undefined;
    const isIt = (value: Value, within: FunctionNode): boolean =>
      value.op === "read" &&
      ((within.file === change.in.file && value.place.kind === "name" && value.place.name === name && value.place.owner === 0) ||
        (within.file !== change.in.file && this.isImported(value, within, change.in, name)));
    if (this.isHandedBack(isIt)) return undefined;
    // Who changes the parent's copy as well reads what it has put there.
    const changes = globalChangesIn(change.in.file, name);
    const isOthers = changes.some(
      (each) =>
        each.in !== module &&
        !this.inChild.has(each.in) &&
        !(each.in === this.spawn.in && each.does === "assign" && each.range.end <= this.spawn.call.start),
    );
    const isChangedAfter = changes.some(
      (each) => each.in === module && (each.does === "mutate" || (this.spawn.in === module && each.range.start > this.spawn.call.start)),
    );
    if (isOthers || isChangedAfter) return undefined;
    const read = this.readAfter(name, isIt);
    return read && { spawn: this.spawn, name, kind: "global", change, read };
  }

  /** Whether other code than the worker's calls the function, or hands it to somebody who does. */
  private isUsedByParent(node: FunctionNode): boolean {
    if (this.program.resolver.callersOf(node).some(({ within }) => !this.inChild.has(within))) return true;
    return callsHanding(node.file, node.head.name).some((each) => !this.inChild.has(each.in) && each.call !== this.spawn.call);
  }

  /** `module.counter`, or `counter` where it was imported after the work was done; a name that is imported at the top keeps the old value anyway. */
  private isImported(value: Value, within: FunctionNode, owner: FunctionNode, name: string): boolean {
    if (value.op !== "read" || value.place.kind !== "attribute" || value.place.name !== name) return false;
    return this.program.resolver
      .resolve(value.place.object, within)
      .some((entity) => entity.kind === "module" && entity.file === owner.file);
  }

  private lostAttribute(change: Change, self: string, name: string, node: ClassNode, kind: "attribute" | "object"): LostState | undefined {
    const { resolver } = this.program;
    const family = resolver.classOrder(node).classes;
    const owner = resolver.enclosingClass(change.in);
    if (kind === "attribute" && (!owner || !family.includes(owner))) return undefined;
    // What the parent calls as well, it calls for its own object.
    if (kind === "object" && change.in !== this.target.function && this.isUsedByParent(change.in)) return undefined;
    const inits: Value[] = [];
    for (const each of family) {
      for (const { function: index, write } of each.facts.instanceAttributes.get(name) ?? []) {
        const method = each.file.functionAt(index);
        if (!method || this.inChild.has(method)) continue;
        if (method.head.name !== "__init__") return undefined;
        if (!write.value || !this.isPlain(write.value, method)) return undefined;
        inits.push(write.value);
      }
      const ownNode = each.file.functionAt(each.facts.body);
      const others = each.file.functions.filter((method) => method.head.class === each.facts.index && !this.inChild.has(method));
      if (
        !ownNode ||
        others.some(
          (method) =>
            method.head.name !== "__init__" &&
            changesByAttribute(changesIn(method))
              .get(name)
              ?.some(({ place, does }) => does === "mutate" && isAttributeOf(place, method.head.parameters[0]?.name, name)),
        )
      )
        return undefined;
    }
    if (inits.length === 0 || (change.does === "mutate" && !inits.every((value) => value.op !== "constant"))) return undefined;
    const isIt = (value: Value, within: FunctionNode): boolean =>
      value.op === "read" &&
      value.place.kind === "attribute" &&
      value.place.name === name &&
      resolver.resolve(value.place.object, within).some((entity) => entity.kind === "instance" && entity.class === node);
    if (this.isHandedBack(isIt) || (kind === "attribute" && this.returnsName(self))) return undefined;
    if (kind === "object" && this.isChangedByParent(name, isIt)) return undefined;
    const read = this.readAfter(name, isIt);
    return read && { spawn: this.spawn, name: `${self}.${name}`, kind, change, read };
  }

  /** Whether the parent changes its own copy as well, other than by resetting it before the work starts. */
  private isChangedByParent(name: string, isIt: (value: Value, within: FunctionNode) => boolean): boolean {
    const workers = workersIn(this.program.spawns);
    return attributeChangesIn(this.spawn.in.file, name).some(
      ({ in: each, place, range, does }) =>
        !this.inChild.has(each) &&
        !workers.has(each) &&
        each.head.name !== "__init__" &&
        isIt({ op: "read", place, ...range }, each) &&
        !(each === this.spawn.in && does === "assign" && range.end <= this.spawn.call.start),
    );
  }

  /** An object that was handed over, as a copy. */
  private lostArgument(change: Change, parameter: string, attribute: string | undefined): LostState | undefined {
    if (change.in !== this.target.function || (attribute === undefined && change.does === "assign")) return undefined;
    const given = this.target.arguments.get(parameter);
    const { value } = given ?? {};
    if (!given || value?.op !== "read" || value.place.kind !== "name" || given.in !== this.spawn.in) return undefined;
    // Where the parameter is bound anew, it is another object by then.
    if ((change.in.bound(parameter) ?? []).length > 1) return undefined;
    const { name, owner } = value.place;
    const holder = owner >= 0 ? this.spawn.in.file.functionAt(owner) : undefined;
    const bound = holder?.bound(name) ?? [];
    if (!holder || bound.length !== 1 || bound.some((each) => each.start > this.spawn.call.start)) return undefined;
    const first = bound[0] as Value;
    const isObject = attribute !== undefined && given.how === "whole";
    if (isObject) {
      if (!this.program.resolver.resolve(first, holder).some((entity) => entity.kind === "instance")) return undefined;
    } else if (!this.isPlainContainer(first, holder)) return undefined;
    const isName = (each: Value): boolean =>
      each.op === "read" && each.place.kind === "name" && each.place.name === name && each.place.owner === owner;
    const isChanged = changesIn(this.spawn.in).some(
      ({ place, range }) => range.start > this.spawn.call.end && isName({ op: "read", place: rootOf(place), ...range }),
    );
    const isInChild = (each: Value): boolean =>
      each.op === "read" && each.place.kind === "name" && each.place.name === parameter && each.place.owner === change.in.index;
    if (isChanged || this.returnsName(parameter) || this.isHandedBack(isInChild)) return undefined;
    const isIt = (each: Value, within: FunctionNode): boolean =>
      within === this.spawn.in &&
      (isObject
        ? each.op === "read" && each.place.kind === "attribute" && each.place.name === attribute && isName(each.place.object)
        : isName(each));
    const read = this.readIn(this.spawn.in, this.spawn.call.end, isObject ? attribute : name, isIt);
    return (
      read && { spawn: this.spawn, name: attribute === undefined ? parameter : `${parameter}.${attribute}`, kind: "argument", change, read }
    );
  }

  /** Whether the worker returns it, or sends it back some other way. */
  private isHandedBack(isIt: (value: Value, within: FunctionNode) => boolean): boolean {
    const { function: target } = this.target;
    const isCounted = (value: Value): boolean =>
      value.op === "call" && this.program.resolver.externalCallees(value, target).includes("builtins.len");
    if (target.returned.some((value) => partOf(value, (each) => isIt(each, target), isCounted))) return true;
    return [...this.inChild].some((node) => sentBy(node.facts.body).some((value) => someValue(value, (each) => isIt(each, node))));
  }

  private returnsName(name: string): boolean {
    const { facts } = this.target.function;
    return facts.returned.some((value) =>
      someValue(
        value,
        (each) => each.op === "read" && each.place.kind === "name" && each.place.name === name && each.place.owner === facts.index,
      ),
    );
  }

  /** Where the process that started the work reads it afterwards: in the same function, in one that is called then, or in a caller. */
  private readAfter(name: string, isIt: (value: Value, within: FunctionNode) => boolean): LostState["read"] | undefined {
    let places: readonly { readonly node: FunctionNode; readonly from: number }[] = [{ node: this.spawn.in, from: this.spawn.call.end }];
    const seen = new Set<string>();
    for (let depth = 0; depth < 3; depth++) {
      const next: { readonly node: FunctionNode; readonly from: number }[] = [];
      for (const { node, from } of places) {
        if (seen.has(functionKey(node)) || this.inChild.has(node)) continue;
        seen.add(functionKey(node));
        const read = this.readIn(node, from, name, isIt) ?? this.readInCalls(node, from, name, isIt);
        if (read) return read;
        for (const { within, call } of this.program.resolver.callersOf(node)) next.push({ node: within, from: call.end });
      }
      places = next;
    }
    return undefined;
  }

  private readInCalls(
    node: FunctionNode,
    from: number,
    name: string,
    isIt: (value: Value, within: FunctionNode) => boolean,
  ): LostState["read"] | undefined {
    for (const callee of this.calledFrom(node, from)) {
      const read = this.readIn(callee, 0, name, isIt);
      if (read) return read;
    }
    return undefined;
  }

  /** What the parent runs from there on, in order. */
  private calledFrom(node: FunctionNode, from: number): ReadonlySet<FunctionNode> {
    const key = `${functionKey(node)} ${from}`;
    let called = this.called.get(key);
    if (called) return called;
    called = new Set();
    this.called.set(key, called);
    let looked = 0;
    const calls = callsIn.of(node.facts);
    for (let index = firstFrom(calls, from); index < calls.length && looked < mostCalls; index++) {
      const call = calls[index] as CallOperation;
      if (call.start < from || call === this.spawn.call) continue;
      looked++;
      for (const { function: callee } of this.program.resolver.callees(call, node)) if (!this.inChild.has(callee)) called.add(callee);
    }
    return called;
  }

  /** The first read of something of that name which is it. */
  private readIn(
    node: FunctionNode,
    from: number,
    name: string,
    isIt: (value: Value, within: FunctionNode) => boolean,
  ): LostState["read"] | undefined {
    const read = readsByName(node.facts.body)
      .get(name)
      ?.find((each) => {
        const isInside = each.start >= this.spawn.call.start && each.end <= this.spawn.call.end && node === this.spawn.in;
        return each.start >= from && !isInside && isIt(each, node);
      });
    return read && { in: node, range: { start: read.start, end: read.end } };
  }

  /** A list, dict or set that was made here, and no proxy of one that several processes share. */
  private isPlainContainer(value: Value, within: FunctionNode): boolean {
    if (value.op === "display" || value.op === "comprehension") return value.op === "display" || value.makes !== "generator";
    if (value.op !== "call") return false;
    const names = this.program.resolver.externalCallees(value, within);
    return names.length > 0 && names.every((name) => containers.has(name));
  }

  private isPlain(value: Value, within: FunctionNode): boolean {
    return value.op === "constant" || this.isPlainContainer(value, within);
  }

  private reachedFrom(start: FunctionNode, limit: number): ReadonlySet<FunctionNode> {
    const reached = new Set([start]);
    for (const node of reached) {
      if (reached.size > limit) break;
      walkOperations(node.facts.body, (operation) => {
        if (operation.op !== "call") return;
        for (const { function: callee } of this.program.resolver.callees(operation, node)) reached.add(callee);
      });
    }
    return reached;
  }
}

const mostFunctions = 60;

/** Of so many calls after the start it is looked what they read: who starts thousands of threads makes as many. */
const mostCalls = 1_000;
