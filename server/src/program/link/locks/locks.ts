import { type Range, rangeOf } from "../../../base/range.js";
import type { Scope } from "../../../knowledge/entry.js";
import type { CallOperation, ComputeOperation, Operation, Value } from "../../operation.js";
import type { Entity, FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { functionView } from "../linked-file.js";
import { membersOfLoop } from "../resolution/loop-members.js";
import { attributesByName } from "../resolution/named-attributes.js";
import { argumentFor, type Resolver } from "../resolution/resolver.js";
import type { Frame } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";
import { isProperty, sameValue } from "../state/updates.js";
import { innerValues, walkOperations } from "../walk.js";
import { isLockMadeHere } from "./optional-locks.js";
import { enteredSection, isHeldToRead, keyOfLock, type Section, sectionKey } from "./readers-writer.js";

/** A lock as one thread takes it at one place. */
export interface HeldLock {
  /** Equal for locks that cannot be told apart: the same global, or the same attribute of objects of one class. */
  readonly key: string;
  /** The object whose attribute the lock is; two holders with the same key and owner hold the same lock. Empty for globals and variables. */
  readonly owner: string;
  /** The way to the owner; see `AbstractObject`. */
  readonly via: string;
  /** Whether the key stands for one lock in the process, one for each object, or only for a name that looks like a lock's. */
  readonly identity: "one" | "one-per-object" | "by-name";
  readonly reentrant: "yes" | "no" | "unknown";
  /** `own-thread`: each thread has one of its own, which none of the others ever takes. */
  readonly scope: Scope | "unknown" | "own-thread";
  /** As it is written where it is taken: `self._lock`. */
  readonly name: string;
  /** Where it was taken: the `with` item or the `acquire` call. Two stretches of holding differ in it. */
  readonly taken: { readonly function: FunctionNode; readonly range: Range };
}

/** Whether a thread that holds the first keeps out one that wants the second: both readers of one lock do not. */
function isSameLock(a: HeldLock, b: HeldLock): boolean {
  return keyOfLock(a.key) === keyOfLock(b.key) && !(isHeldToRead(a.key) && isHeldToRead(b.key));
}

/** Whether the lock keeps threads of one process apart: those for tasks let every thread in, and some for processes, too. */
function excludesThreads(lock: HeldLock): boolean {
  return lock.scope !== "tasks" && lock.scope !== "only-processes" && lock.scope !== "own-thread";
}

/** The locks of the first list that are in the second as well, and keep threads apart. */
export function commonLocks(a: readonly HeldLock[], b: readonly HeldLock[]): readonly HeldLock[] {
  return a.filter((lock) => excludesThreads(lock) && b.some((other) => isSameLock(lock, other)));
}

/** The locks that are held both times and keep threads apart; held to read if it is so once. */
export function heldBothTimes(a: readonly HeldLock[], b: readonly HeldLock[]): readonly HeldLock[] {
  return a.filter(excludesThreads).flatMap((lock) => {
    const others = b.filter(({ key }) => keyOfLock(key) === keyOfLock(lock.key));
    const [other] = others;
    return other ? [others.some(({ key }) => key === lock.key) || isHeldToRead(lock.key) ? lock : other] : [];
  });
}

/** The locks held from one moment to another without a break: taken at the same place both times. */
export function heldThroughout(before: readonly HeldLock[], after: readonly HeldLock[]): readonly HeldLock[] {
  return before.filter((lock) =>
    after.some(
      (other) =>
        lock.key === other.key && lock.taken.function === other.taken.function && lock.taken.range.start === other.taken.range.start,
    ),
  );
}

/** What code that compares thread identities holds: only the owner gets past the comparison. */
export const threadIdentityKey = "thread identity";

/** What the keys of locks begin with of which only a decorator's name tells. */
export const decoratorKey = "decorator ";

/** What the keys begin with of what the one thread holds that a barrier picks: `if barrier.wait() == 0:`. */
const turnKey = "turn at ";

/** Whether it stands for something that keeps threads apart without being a lock: a comparison of thread identities, a barrier's pick. */
export function isNoLock({ key }: HeldLock): boolean {
  return key === threadIdentityKey || key.startsWith(turnKey);
}

/**
 * What is held in one arm of a branch because a barrier gives each of its threads another number: `if barrier.wait() == 0:`, also through a variable.
 * The others cannot come by again before the one comes to the barrier as well.
 */
export function turnAt(
  test: Value | undefined,
  frame: Frame,
  program: Program,
  ownership: Ownership,
): { readonly lock: HeldLock; readonly arm: "first" | "other" } | undefined {
  if (!test) return undefined;
  const turn = (value: Value | undefined, arm: "first" | "other"): ReturnType<typeof turnAt> => {
    const barrier = value && barrierOf(value, frame.function, program.resolver);
    if (!barrier) return undefined;
    const { key } = ownership.object(barrier, frame);
    const taken = { function: frame.function, range: rangeOf(test) };
    const lock: HeldLock = {
      key: `${turnKey}${key}`,
      owner: "",
      via: "",
      identity: "one",
      reentrant: "yes",
      scope: "threads",
      name: writtenName(barrier),
      taken,
    };
    return { lock, arm };
  };
  if (test.op === "choice" && test.by === "and") {
    for (const each of test.values) {
      const found = turnAt(each, frame, program, ownership);
      if (found?.arm === "first") return found;
    }
    return undefined;
  }
  if (test.op !== "compute") return turn(test, "other");
  const [left, right] = test.operands;
  const isNumber = (value: Value | undefined): boolean => value?.op === "constant" && value.type === "int";
  const chosen = chosenThread(test, frame, ownership);
  if (chosen) return chosen;
  switch (test.operator) {
    case "not":
      return turn(left, "first");
    case "==":
    case "!=":
      return isNumber(right) || isNumber(left)
        ? turn(isNumber(right) ? left : right, test.operator === "==" ? "first" : "other")
        : undefined;
    default:
      return undefined;
  }
}

/** What is held where the threads are told apart by what each was given for itself: `if index == 0:`. */
function chosenThread({ operator, operands, start, end }: ComputeOperation, frame: Frame, ownership: Ownership): ReturnType<typeof turnAt> {
  const [left, right] = operands;
  if ((operator !== "==" && operator !== "!=") || !left || !right) return undefined;
  const [index, constant] = left.op === "constant" ? [right, left] : [left, right];
  if (constant.op !== "constant" || index.op !== "read" || !ownership.object(index, frame).perThread) return undefined;
  const lock: HeldLock = {
    key: `${turnKey}${frame.function.file.path}#${frame.function.index} ${writtenName(index)} ${constant.value}`,
    owner: "",
    via: "",
    identity: "one",
    reentrant: "yes",
    scope: "threads",
    name: writtenName(index),
    taken: { function: frame.function, range: { start, end } },
  };
  return { lock, arm: operator === "==" ? "first" : "other" };
}

/** The barrier whose `wait` the value comes from. */
function barrierOf(value: Value, within: FunctionNode, resolver: Resolver): Value | undefined {
  if (value.op === "read" && value.place.kind === "name" && value.place.owner === within.index) {
    const [only, ...others] = within.bound(value.place.name) ?? [];
    return only?.op === "call" && others.length === 0 ? barrierOf(only, within, resolver) : undefined;
  }
  if (value.op !== "call" || value.callee.op !== "read" || value.callee.place.kind !== "attribute" || value.callee.place.name !== "wait")
    return undefined;
  const { object } = value.callee.place;
  const isNamed = object.op === "read" && object.place.kind !== "element" && /barrier$/i.test(object.place.name);
  const names = resolver.externalCallees(value, within);
  return names.includes("threading.Barrier.wait") || (names.length === 0 && isNamed) ? object : undefined;
}

/**
 * The locks that can be told from the value itself; those that a context manager's code takes are found by walking that code. Against other
 * threads a lock that nobody else can reach guards nothing; `anyone` can block on it all the same.
 */
export function locksOf(
  context: Value,
  frame: Frame,
  program: Program,
  ownership: Ownership,
  whose: "threads" | "anyone" = "threads",
): readonly HeldLock[] {
  const { resolver, knowledge } = program;
  const taken = { function: frame.function, range: rangeOf(context) };
  const captured = capturedAttribute(context, frame, ownership);
  if (captured) {
    return locksOf(captured.value, captured.in, program, ownership, whose).map((lock) => ({ ...lock, name: writtenName(context), taken }));
  }
  if (context.op === "read" && context.place.kind === "name") {
    const held = ownership.frames.heldByMaker(context.place.name, context.place.owner, frame);
    if (held?.value.op === "read") return locksOf(held.value, held.in, program, ownership, whose).map((lock) => ({ ...lock, taken }));
  }
  const named = askedByName(context, frame, program);
  if (named) {
    return locksOf(named, frame, program, ownership, whose).map((lock) => ({ ...lock, taken }));
  }
  // Who goes through a list of locks and takes each has taken all of them.
  const members = membersOfLoop(context, frame, resolver, ownership);
  if (members) {
    return members.flatMap((each) => locksOf(each.value, each.in, program, ownership, whose).map((lock) => ({ ...lock, taken })));
  }
  const property = propertyRead(context, frame.function, resolver);
  if (property && context.op === "read" && context.place.kind === "attribute") {
    // Made anew whenever it is asked for, it is another lock each time. A property that hands out what it would hand out itself never comes to an end.
    if (makesNewLock(property, program) || isOnWay(property, frame)) return [];
    const [only, ...others] = property.returned;
    const self = property.head.parameters[0]?.name;
    if (only?.op === "read" && only.place.kind === "attribute" && others.length === 0 && self !== undefined) {
      const object = ownership.object(context.place.object, frame);
      const inner = { function: property, parameters: new Map([[self, object]]), caller: frame, depth: frame.depth + 1 };
      return locksOf(only, inner, program, ownership, whose).map((lock) => ({ ...lock, name: writtenName(context), taken }));
    }
  }
  const resolved = resolver.resolve(context, frame.function);
  const entities = resolved.length > 0 ? resolved : attributeOfKnown(context, frame, program, ownership);
  const lockAt = (type: Pick<HeldLock, "reentrant" | "scope">): readonly HeldLock[] => lockIn(context, frame, ownership, type, whose);
  for (const entity of entities) {
    if (entity.kind !== "object") continue;
    const role = knowledge.type(entity.type)?.is;
    const section = entity.origin && enteredSection(entity.origin.call, entity.origin.in, program);
    if (section && entity.origin)
      return locksOfSection(section, ownership.frames.beside(entity.origin.in), ownership).map((lock) => ({
        ...lock,
        name: writtenName(context),
        taken,
      }));
    if (role?.role === "lock") {
      if (!isExclusive(entity.origin?.call, entity.type)) return [];
      const isSure = entities.every((other) => other.kind === "object" && reentrancyOf(other, program) === role.reentrant);
      return lockAt({ reentrant: isSure ? role.reentrant : "unknown", scope: role.scope });
    }
    if (role?.role === "condition") {
      const mutex = mutexOfQueue(context, frame, program);
      if (mutex) return lockIn(mutex, frame, ownership, { reentrant: "no", scope: role.scope }, whose);
      const around = lockOfCondition(entity, role.lock, program, ownership);
      if (around) return [{ ...around, taken: { function: frame.function, range: rangeOf(context) } }];
      return lockAt({ reentrant: reentrancyOf(entity, program), scope: role.scope });
    }
  }
  const isUnknown = entities.every((entity) => entity.kind === "external" && !knowledge.callable(entity.name));
  return isUnknown && looksLikeLock(context) ? lockAt({ reentrant: "unknown", scope: "unknown" }) : [];
}

function isOnWay(node: FunctionNode, frame: Frame): boolean {
  for (let around: Frame | undefined = frame; around; around = around.caller) if (around.function === node) return true;
  return false;
}

/** The method that a read of a property runs. */
export function propertyRead(value: Value, within: FunctionNode, resolver: Resolver): FunctionNode | undefined {
  if (value.op !== "read" || value.place.kind !== "attribute" || !isProperty(value.place, within, resolver)) return undefined;
  for (const entity of resolver.resolve(value.place.object, within)) {
    const method = entity.kind === "instance" ? resolver.method(entity.class, value.place.name) : undefined;
    if (method) return method;
  }
  return undefined;
}

/** Whether each call of the function makes a lock and returns it, of which nobody else gets hold. */
export function makesNewLock(node: FunctionNode, program: Program): boolean {
  const { returned, isGenerator, isAsync, decorators } = node.facts;
  // What a decorator remembers is made once.
  if (isGenerator || isAsync || returned.length === 0 || decorators.some((each) => !isPlainDecorator(each))) return false;
  return returned.every((value) => isLockMadeHere(value, node, program));
}

function isPlainDecorator(value: Value): boolean {
  return value.op === "read" && value.place.kind !== "element" && /^(property|staticmethod|classmethod)$/.test(value.place.name);
}

/** For a variable of the function around that only ever holds an attribute of an object: `lock = self._lock … def inner(): with lock: …`. */
function capturedAttribute(context: Value, frame: Frame, ownership: Ownership): { readonly value: Value; readonly in: Frame } | undefined {
  if (context.op !== "read" || context.place.kind !== "name" || context.place.owner <= 0) return undefined;
  const { name, owner } = context.place;
  for (let current: Frame | undefined = frame; current; current = current.caller) {
    if (current.function.file === frame.function.file && current.function.index === owner) return undefined;
  }
  const around = frame.function.file.functionAt(owner);
  const [only, ...others] = around?.bound(name) ?? [];
  if (!around || others.length > 0 || only?.op !== "read" || only.place.kind !== "attribute") return undefined;
  return { value: only, in: ownership.frames.beside(around) };
}

/** The attribute behind `getattr(self, "_lock")`, also through a variable, where there is one that it can be. */
function askedByName(context: Value, { function: within }: Frame, { resolver }: Program): Value | undefined {
  let call = context;
  if (context.op === "read" && context.place.kind === "name" && context.place.owner === within.index) {
    const [only, ...others] = within.bound(context.place.name) ?? [];
    if (only && others.length === 0) call = only;
  }
  const [read, ...others] = call.op === "call" ? attributesByName(call, within, resolver) : [];
  return others.length === 0 ? read : undefined;
}

/** What an attribute is of an object whose class only the thread's way shows, as in the function that a decorator puts around methods. */
function attributeOfKnown(context: Value, frame: Frame, { resolver }: Program, ownership: Ownership): readonly Entity[] {
  if (context.op !== "read" || context.place.kind !== "attribute") return [];
  const { class: node } = ownership.object(context.place.object, frame);
  return node ? resolver.members.attribute({ kind: "instance", class: node }, context.place.name) : [];
}

function reentrancyOf(entity: Extract<Entity, { kind: "object" }>, program: Program): HeldLock["reentrant"] {
  const role = program.knowledge.type(entity.type)?.is;
  if (role?.role === "lock") return role.reentrant;
  if (role?.role !== "condition" || !entity.origin) return "unknown";
  const [given] = entity.origin.call.arguments;
  // A condition of threads makes a reentrant lock for itself, one of tasks cannot.
  if (!given) return role.scope === "tasks" ? "no" : "yes";
  const inner = program.resolver.resolve(given.value, entity.origin.in);
  const [first] = inner;
  return inner.length === 1 && first?.kind === "object" ? reentrancyOf(first, program) : "unknown";
}

/** The lock that a context manager of the program stands for, where walking its code showed none although it takes some. */
export function lockOfManager(context: Value, frame: Frame, ownership: Ownership): readonly HeldLock[] {
  return lockIn(context, frame, ownership, { reentrant: "unknown", scope: "unknown" }, "threads");
}

/** What a thread holds in a section of readers, or of the writer. */
export function locksOfSection({ lock, mode }: Section, frame: Frame, ownership: Ownership): readonly HeldLock[] {
  return lockOfManager(lock, frame, ownership).map((held) => ({ ...held, key: sectionKey(held.key, mode) }));
}

/** `Condition(self._lock)` is held by whoever holds that lock. */
function lockOfCondition(
  entity: Extract<Entity, { kind: "object" }>,
  place: unknown,
  program: Program,
  ownership: Ownership,
): HeldLock | undefined {
  const call = entity.origin?.call;
  const given = call?.arguments.find((argument) => argument.form === "positional" || argument.name === keywordOf(place))?.value;
  if (!given || !entity.origin) return undefined;
  const [first, ...others] = passedFor(given, entity.origin.in, program.resolver).map(({ value, in: within }) =>
    !value || value.op === "call" ? undefined : locksOf(value, ownership.frames.beside(within), program, ownership)[0],
  );
  return others.every((other) => other?.key === first?.key) ? first : undefined;
}

/** The value itself; of a parameter, what each of the calls of the function passes for it, if anything. */
function passedFor(value: Value, within: FunctionNode, resolver: Resolver, depth = 0): readonly Passed[] {
  const name = value.op === "read" && value.place.kind === "name" && value.place.owner === within.index ? value.place.name : "";
  const parameter = within.bound(name) !== undefined ? undefined : within.head.parameters.find((each) => each.name === name);
  if (!parameter || depth > maximumPassing) return [{ value, in: within }];
  const passed = resolver.callersOf(within).flatMap(({ call, within: caller, receiver }) => {
    const argument = argumentFor(within, parameter, call, receiver);
    return argument ? passedFor(argument, caller, resolver, depth + 1) : [{ value: undefined, in: caller }];
  });
  return passed.length > 0 ? passed : [{ value, in: within }];
}

interface Passed {
  readonly value: Value | undefined;
  readonly in: FunctionNode;
}

const maximumPassing = 3;

/** The conditions of a queue, `queue.not_empty` and its like, are all made on its mutex. */
function mutexOfQueue(context: Value, frame: Frame, { resolver, knowledge }: Program): Value | undefined {
  if (context.op !== "read" || context.place.kind !== "attribute") return undefined;
  const isQueue = resolver
    .resolve(context.place.object, frame.function)
    .some((entity) => entity.kind === "object" && knowledge.type(entity.type)?.is.role === "queue");
  return isQueue ? { ...context, place: { ...context.place, name: "mutex" } } : undefined;
}

function keywordOf(place: unknown): string | undefined {
  return typeof place === "object" && place !== null && "keyword" in place ? String(place.keyword) : undefined;
}

function lockIn(
  context: Value,
  frame: Frame,
  ownership: Ownership,
  type: Pick<HeldLock, "reentrant" | "scope">,
  whose: "threads" | "anyone",
): readonly HeldLock[] {
  const object = ownership.object(context, frame);
  if (object.sharing === "own" && whose === "threads") return [];
  const isAttribute = context.op === "read" && context.place.kind === "attribute";
  const isByName = object.sharing === "unknown" && isAttribute;
  const owner =
    isAttribute && context.op === "read" && context.place.kind === "attribute" ? ownership.object(context.place.object, frame) : undefined;
  const isPerObject = object.key.startsWith("attribute ") && owner?.class !== undefined;
  return [
    {
      key:
        isByName && !isPerObject && context.op === "read" && context.place.kind === "attribute" ? `lock ${context.place.name}` : object.key,
      owner: isPerObject ? (owner?.sharing === "unknown" ? "unknown" : (owner?.key ?? "")) : "",
      via: isPerObject ? object.via : "",
      identity: isByName || object.sharing === "unknown" ? "by-name" : isPerObject ? "one-per-object" : "one",
      reentrant: type.reentrant,
      scope: type.scope,
      name: writtenName(context),
      taken: { function: frame.function, range: rangeOf(context) },
    },
  ];
}

/** A value as it reads in a sentence: `self._lock`, `locks[…]`, `get_lock()`. */
export function writtenName(value: Value): string {
  switch (value.op) {
    case "read":
      switch (value.place.kind) {
        case "name":
          return value.place.name;
        case "attribute":
          return `${writtenName(value.place.object)}.${value.place.name}`;
        case "element":
          return `${writtenName(value.place.object)}[…]`;
      }
      break;
    case "call":
      return `${writtenName(value.callee)}()`;
    default:
      return "…";
  }
}

/** Names that nobody gives to anything but a lock. */
export function looksLikeLock(context: Value): boolean {
  const value = context.op === "call" ? context.callee : context;
  return value.op === "read" && value.place.kind !== "element" && /(^|_)(r?lock|mutex|semaphore|cond(ition)?)$/i.test(value.place.name);
}

function isExclusive(made: CallOperation | undefined, type: string): boolean {
  if (!/Semaphore$/.test(type)) return true;
  const size = made?.arguments[0]?.value;
  return size === undefined || (size.op === "constant" && size.value === 1);
}

/**
 * The locks that the function gives back and never takes: `__exit__`, `unlock`. Whoever calls it has called what takes them, and
 * holds them until then.
 */
export function givenBack(node: FunctionNode): readonly Value[] {
  const { taken, entered, released } = lockUses(node);
  return released.filter((object) => ![...taken, ...entered].some((each) => sameValue(each, object)));
}

/** Whether entering an object with this method leaves a lock of its own taken: `def __enter__(self): self._lock.acquire()`. */
export function leavesTaken(node: FunctionNode): boolean {
  const { taken, released } = lockUses(node);
  return taken.some((lock) => !released.some((each) => sameValue(each, lock)));
}

/** What a function calls the methods of locks on, and what it enters with `with`. */
function lockUses(node: FunctionNode): Readonly<Record<"taken" | "entered" | "released", readonly Value[]>> {
  const uses = { taken: [] as Value[], entered: [] as Value[], released: [] as Value[] };
  for (const { how, value } of node.view(usesOfLocks)) uses[how].push(value);
  return uses;
}

const usesOfLocks = functionView(({ body }) => {
  const uses: { readonly how: "taken" | "entered" | "released"; readonly value: Value }[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "with") uses.push({ how: "entered", value: operation.context });
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    const { object, name } = operation.callee.place;
    if (isAcquire(operation)) uses.push({ how: "taken", value: object });
    else if (name === "release") uses.push({ how: "released", value: object });
  });
  return uses;
});

/** Whether the call is what a `with` of the function enters. */
export function isEntered(call: CallOperation, node: FunctionNode): boolean {
  return lockUses(node).entered.some(({ start, end }) => start === call.start && end === call.end);
}

/** Whether the function takes a lock somewhere. */
export function takesLock(node: FunctionNode): boolean {
  return node.view(lockTaking);
}

const lockTaking = functionView(({ body }) => areTaking(body));

function areTaking(operations: readonly Operation[]): boolean {
  return operations.some((operation) => {
    switch (operation.op) {
      case "call":
        return isAcquire(operation);
      case "with":
        return looksLikeLock(operation.context) || areTaking(operation.body);
      case "attempt":
        return areTaking(operation.body);
      case "branch":
        return operation.arms.some(areTaking);
      default:
        return false;
    }
  });
}

/** Whether the value is a call of a method named `acquire`. */
export function isAcquire(value: Value | Operation): boolean {
  return (
    value.op === "call" && value.callee.op === "read" && value.callee.place.kind === "attribute" && value.callee.place.name === "acquire"
  );
}

/** Whether an `acquire` call may come back without the lock: `acquire(False)`, `acquire(blocking=False)`, `acquire(timeout=1)`. */
export function mayFail(acquire: CallOperation): boolean {
  return acquire.arguments.some(({ form, name, value }, index) => {
    if (form === "keyword") return name === "timeout" || (name === "blocking" && value.op === "constant" && value.value === 0);
    return index > 0 || (value.op === "constant" && value.value === 0);
  });
}

/**
 * In which arm of a branch the lock is held that its test tries to take: `if lock.acquire(False):`, `if not lock.acquire(timeout=1):`, or a
 * variable that holds the answer.
 */
export function triedIn(
  test: Value | undefined,
  within: FunctionNode,
): { readonly call: CallOperation; readonly arm: "first" | "other" } | undefined {
  if (!test) return undefined;
  if (test.op === "compute" && test.operator === "not" && test.operands[0]) {
    const inner = triedIn(test.operands[0], within);
    return inner && { call: inner.call, arm: inner.arm === "first" ? "other" : "first" };
  }
  if (test.op === "call" && isAcquire(test)) return { call: test, arm: "first" };
  if (test.op === "read" && test.place.kind === "name" && test.place.owner === within.index) {
    const bound = within.bound(test.place.name) ?? [];
    const [only] = bound;
    return bound.length === 1 && only?.op === "call" && isAcquire(only) ? { call: only, arm: "first" } : undefined;
  }
  if (test.op === "choice")
    for (const inner of innerValues(test)) {
      const found = triedIn(inner, within);
      if (found) return found;
    }
  return undefined;
}

/**
 * Whether a generator that takes a lock may hold it, or what it stands for, when it hands over: not where each `with` is over by then and has only looked.
 * A lock for readers and writers marks under a lock of its own, before and afterwards, who is there.
 */
export function mayHoldAtYield(body: readonly Operation[]): boolean {
  const yields: Operation[] = [];
  const contexts: Extract<Operation, { op: "with" }>[] = [];
  let acquires = false;
  walkOperations(body, (operation) => {
    if (operation.op === "yield") yields.push(operation);
    if (operation.op === "with") contexts.push(operation);
    acquires ||= isAcquire(operation);
  });
  const [first] = yields;
  if (acquires || !first) return true;
  if (contexts.some((context) => yields.some((each) => context.start <= each.start && each.end <= context.end))) return true;
  return (
    contexts.some((context) => context.end <= first.start && marks(context.body)) && contexts.some((context) => context.start >= first.end)
  );
}

function marks(body: readonly Operation[]): boolean {
  let stores = false;
  walkOperations(body, (operation) => {
    stores ||= operation.op === "write" && operation.place.kind === "attribute";
  });
  return stores;
}
