import { contains, rangeOf } from "../../../base/range.js";
import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { functionKey } from "../entity.js";
import type { Program } from "../link.js";
import { decoratorNames, parentOf, type Resolver } from "../resolution/resolver.js";
import type { Frame } from "../sharing/abstract-object.js";
import type { Ownership } from "../sharing/ownership.js";
import { walkOperations } from "../walk.js";
import { decoratorKey, type HeldLock, isAcquire, locksOf, writtenName } from "./locks.js";

/**
 * The locks that decorators take round a function and that the way to it does not show: those of an object that stands for the function, of a decorator of
 * its class that puts something around every method, and what a decorator named for a lock takes, wherever it has it from.
 */
export function decoratorLocks(frame: Frame, program: Program, ownership: Ownership): readonly HeldLock[] {
  const { function: node } = frame;
  const owner = node.head.class === undefined ? undefined : node.file.classAt(node.head.class);
  if (node.head.decorators.length === 0 && (owner?.facts.decorators.length ?? 0) === 0) return [];
  const named = lockByName(frame, program, ownership) ?? lockOfLibrary(frame, program);
  const ofClass = owner ? locksOfClass(frame, owner.facts.decorators, program, ownership) : [];
  const found = [...locksGiven(node, program, ownership), ...locksOfObject(node, program, ownership), ...ofClass];
  return named ? [...found, named] : found;
}

/** The context managers that a function is decorated with, `@exclusive()`: they are entered for each call of it. */
export function decoratingManagers(
  node: FunctionNode,
  resolver: Resolver,
): readonly { readonly context: Value; readonly in: FunctionNode }[] {
  const scope = parentOf(node);
  if (!scope) return [];
  return node.head.decorators.flatMap((decorator) => (isManager(decorator, scope, resolver) ? [{ context: decorator, in: scope }] : []));
}

function isManager(decorator: Value, scope: FunctionNode, resolver: Resolver): boolean {
  const isGenerator =
    decorator.op === "call" &&
    resolver
      .callees(decorator, scope)
      .some(({ function: made }) => made.head.isGenerator && decoratorNames(made).some((name) => /contextmanager$/.test(name)));
  return (
    isGenerator ||
    resolver
      .resolve(decorator, scope)
      .some(
        (entity) =>
          entity.kind === "instance" &&
          resolver.classOrder(entity.class).externals.some((base) => /^contextlib\.(Async)?ContextDecorator$/.test(base)),
      )
  );
}

/** What an object that takes the place of the function, `@Synchronized`, holds while it calls it; it has locks of its own for each function. */
function locksOfObject(node: FunctionNode, program: Program, ownership: Ownership): readonly HeldLock[] {
  const { resolver } = program;
  const scope = parentOf(node);
  if (!scope) return [];
  return node.head.decorators.flatMap((decorator) => {
    const entities = resolver.resolve(decorator, scope);
    return entities.flatMap((entity) => {
      const call = entity.kind === "class" || entity.kind === "instance" ? resolver.method(entity.class, "__call__") : undefined;
      if (!call) return [];
      const locks = locksAround(call, (each) => resolver.callees(each, call).some((callee) => callee.function === node));
      const taken = { function: node, range: rangeOf(decorator) };
      return locks.flatMap((lock) =>
        locksOf(lock, ownership.frames.beside(call), program, ownership).map((held) => {
          const isOwn = held.identity === "one-per-object" && held.via !== "";
          return { ...held, key: isOwn ? `${held.key} of ${functionKey(node)}` : held.key, taken };
        }),
      );
    });
  });
}

/** What the functions hold that a decorator of the class puts around each of its methods with `setattr`. */
function locksOfClass(frame: Frame, decorators: readonly Value[], program: Program, ownership: Ownership): readonly HeldLock[] {
  const { resolver } = program;
  const { function: node, parameters } = frame;
  const self = parameters.get(node.head.parameters[0]?.name ?? "");
  const scope = node.file.functionAt(0);
  if (!self || !scope || node.head.name.startsWith("__")) return [];
  return decorators.flatMap((decorator) =>
    resolver.resolve(decorator, scope).flatMap((entity) => {
      if (entity.kind !== "function" || !setsAttributes(entity.function)) return [];
      return wrappersIn(entity.function, resolver).flatMap((wrapper) => {
        const locks = locksAround(wrapper, (call) => isParameterAround(call.callee, wrapper));
        const [receiver] = wrapper.head.parameters;
        const inner: Frame = {
          function: wrapper,
          parameters: new Map(receiver ? [[receiver.name, self]] : []),
          caller: undefined,
          depth: frame.depth,
        };
        return locks.flatMap((lock) => locksOf(lock, inner, program, ownership));
      });
    }),
  );
}

function setsAttributes({ facts }: FunctionNode): boolean {
  let sets = false;
  walkOperations(facts.body, (operation) => {
    sets ||=
      operation.op === "call" &&
      operation.callee.op === "read" &&
      operation.callee.place.kind === "name" &&
      operation.callee.place.name === "setattr";
  });
  return sets;
}

/** The functions that stand in the function or in what it calls. */
function wrappersIn(node: FunctionNode, resolver: Resolver): readonly FunctionNode[] {
  const makers = new Set([node]);
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call") for (const { function: callee } of resolver.callees(operation, node)) makers.add(callee);
  });
  return [...makers].flatMap((maker) => maker.file.functions.filter((each) => parentOf(each) === maker && each.head.kind === "function"));
}

function isParameterAround(callee: Value, wrapper: FunctionNode): boolean {
  if (callee.op !== "read" || callee.place.kind !== "name" || callee.place.owner === wrapper.index) return false;
  const { name, owner } = callee.place;
  return wrapper.file.functionAt(owner)?.head.parameters.some((parameter) => parameter.name === name) ?? false;
}

/** What the function enters, or takes and has not given back, around such a call. */
function locksAround({ facts }: FunctionNode, isMeant: (call: CallOperation) => boolean): readonly Value[] {
  const calls: CallOperation[] = [];
  walkOperations(facts.body, (operation) => {
    if (operation.op === "call" && isMeant(operation)) calls.push(operation);
  });
  const locks: Value[] = [];
  walkOperations(facts.body, (operation) => {
    if (operation.op === "with" && calls.some((call) => contains(operation, call) && !contains(operation.context, call)))
      locks.push(operation.context);
    if (operation.op !== "call" || !isAcquire(operation) || operation.callee.op !== "read") return;
    if (operation.callee.place.kind === "attribute" && calls.some((call) => operation.end <= call.start))
      locks.push(operation.callee.place.object);
  });
  return locks;
}

/**
 * The lock that a decorator named for one, `@locked` or `@synchronized`, takes round a method: the name is believed as long as its code, where the
 * program has it, does not show a lock that every call makes anew.
 */
function lockByName({ function: node, parameters }: Frame, program: Program, ownership: Ownership): HeldLock | undefined {
  const [self] = node.head.parameters;
  const named = node.head.class === undefined ? undefined : decoratorNames(node).find((name) => lockingDecorators.test(name));
  const object = self && parameters.get(self.name);
  if (named === undefined || !object || takesOwnLocks(node, program, ownership)) return undefined;
  const taken = { function: node, range: node.head.nameRange };
  const owner = object.partOf || object.key;
  const family = `${node.file.path}#${node.head.class}`;
  return {
    key: `${decoratorKey}${named} ${family}`,
    owner,
    via: "",
    identity: "one-per-object",
    reentrant: "unknown",
    scope: "threads",
    name: named,
    taken,
  };
}

/** Whether every lock that the decorators' code takes round the function is one that no other call of it can reach. */
function takesOwnLocks(node: FunctionNode, program: Program, ownership: Ownership): boolean {
  const { resolver } = program;
  const scope = parentOf(node);
  if (!scope) return false;
  const around = node.head.decorators.flatMap((decorator) =>
    resolver.resolve(decorator, scope).flatMap((entity) => {
      if (entity.kind !== "function") return [];
      return wrappersIn(entity.function, resolver).flatMap((wrapper) => {
        const inner = ownership.frames.beside(wrapper);
        return locksAround(wrapper, (call) => isParameterAround(call.callee, wrapper)).map((lock) => ({ lock, inner }));
      });
    }),
  );
  return (
    around.length > 0 &&
    around.every(
      ({ lock, inner }) =>
        locksOf(lock, inner, program, ownership).length === 0 && locksOf(lock, inner, program, ownership, "anyone").length > 0,
    )
  );
}

/** What a decorator of a library holds round a function: a lock of its own for each. */
function lockOfLibrary({ function: node }: Frame, { resolver }: Program): HeldLock | undefined {
  const scope = parentOf(node);
  const decorator = node.head.decorators.find((each) => scope !== undefined && isLockingOfLibrary(each, scope, resolver));
  if (!decorator) return undefined;
  const taken = { function: node, range: rangeOf(decorator) };
  const key = `${decoratorKey}${functionKey(node)}`;
  return { key, owner: "", via: "", identity: "one", reentrant: "unknown", scope: "threads", name: writtenName(decorator), taken };
}

/** The locks that a decorator of that kind is given: `@synchronized(lock)`. */
function locksGiven(node: FunctionNode, program: Program, ownership: Ownership): readonly HeldLock[] {
  const scope = parentOf(node);
  if (!scope) return [];
  return node.head.decorators.flatMap((decorator) => {
    if (decorator.op !== "call" || !isLockingOfLibrary(decorator, scope, program.resolver)) return [];
    const taken = { function: node, range: rangeOf(decorator) };
    return decorator.arguments.flatMap(({ value }) =>
      locksOf(value, ownership.frames.beside(scope), program, ownership).map((lock) => ({ ...lock, taken })),
    );
  });
}

/** Whether a decorator that no code of the program defines is named for a lock. */
function isLockingOfLibrary(decorator: Value, scope: FunctionNode, resolver: Resolver): boolean {
  const callee = decorator.op === "call" ? decorator.callee : decorator;
  const isNamed = callee.op === "read" && callee.place.kind !== "element" && lockingDecorators.test(callee.place.name);
  return isNamed && resolver.resolve(callee, scope).every(({ kind }) => kind === "external");
}

const lockingDecorators = /(^|[._])(locked|synchroni[sz]ed|with_lock|exclusive|serialized)$/i;
