import type { FunctionNode } from "../../program/link/entity.js";
import { looksLikeLock } from "../../program/link/locks/locks.js";
import { decoratorNames, type Resolver } from "../../program/link/resolution/resolver.js";
import { samePlace } from "../../program/link/state/updates.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Operation, Value, WithOperation } from "../../program/operation.js";
import { putInto } from "../rounds/while-rounds.js";
import { type Activation, activationOfCall } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import { semaphorePlaces } from "./room.js";

/** A section that no `with` says, as the `with` statement that would say it, and which operation of the list is its last. */
export interface WrittenOut {
  readonly section: WithOperation;
  readonly last: number;
}

/**
 * A section that begins at this operation of a list: `lock.acquire()`, with `lock.release()` later in the list or in the `finally` of a `try` there; or
 * `one = free.get()` of a queue, with `free.put(one)`.
 */
export function writtenOut(list: readonly Operation[], first: number): WrittenOut | undefined {
  const taking = list[first];
  if (taking?.op !== "call" || taking.callee.op !== "read" || taking.callee.place.kind !== "attribute") return undefined;
  const { name, object } = taking.callee.place;
  if ((name !== "acquire" && name !== "get") || taking.arguments.length > 0 || object.op !== "read") return undefined;
  const { place } = object;
  const gives = (operation: Operation): boolean => {
    if (operation.op === "attempt") return operation.final.some(gives);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return false;
    const { name: method, object: given } = operation.callee.place;
    if (given.op !== "read" || !samePlace(given.place, place)) return false;
    return name === "acquire" ? method === "release" : method === "put" && isName(operation.arguments[0]?.value);
  };
  for (let last = first + 1; last < list.length; last++) {
    const operation = list[last] as Operation;
    if (!gives(operation)) continue;
    const body = list.slice(first + 1, last + 1);
    return { section: { op: "with", context: object, isAsync: false, body, start: taking.start, end: operation.end }, last };
  }
  return undefined;
}

function isName(value: Value | undefined): boolean {
  return value?.op === "read" && value.place.kind === "name";
}

/** Which sections let how many threads in at a time. */
export class GuardedSections {
  constructor(
    private readonly resolver: Resolver,
    private readonly evaluator: Evaluator,
  ) {}

  /**
   * How many threads may be inside at a time: one under a lock, under a semaphore as many as it has places, as many as a queue was filled with; the same
   * for what a context manager of the program takes as it is entered. Undefined for everything else.
   */
  placesOf(context: Value, at: Activation): Amount {
    return this.placesAtDepth(context, at, 0);
  }

  private placesAtDepth(context: Value, at: Activation, depth: number): Amount {
    if (depth > deepest) return undefined;
    for (const entity of this.resolver.resolve(context, at.function)) {
      if (entity.kind === "instance") return this.placesInEnter(this.resolver.method(entity.class, "__enter__"), context, at, depth);
      if (entity.kind !== "object") continue;
      if (/^queue\.(Simple|Lifo|Priority)?Queue$/.test(entity.type)) return putInto(context, at, this.evaluator, "by-module");
      if (this.resolver.knowledge.type(entity.type)?.is.role !== "lock") continue;
      if (!/Semaphore$/.test(entity.type)) return one;
      const count = semaphorePlaces(entity, this.evaluator);
      return count === "not said" ? one : count;
    }
    if (context.op === "call") return this.placesInGenerator(context, at, depth);
    return this.isLockAround(context, at) ? one : undefined;
  }

  /** Whether it is named as a lock, and of the function around or of the module, so that all tasks take the one: nobody knows where it was made. */
  private isLockAround(context: Value, { function: node }: Activation): boolean {
    if (context.op !== "read" || context.place.kind !== "name" || !looksLikeLock(context) || /semaphore/i.test(context.place.name))
      return false;
    const { owner } = context.place;
    return owner >= 0 && owner !== node.index && this.resolver.resolve(context, node).length === 0;
  }

  /** Of `with exclusive():`, where that is a generator under `contextlib.contextmanager`: of the section in which it yields. */
  private placesInGenerator(call: CallOperation, at: Activation, depth: number): Amount {
    const [callee] = this.resolver.callees(call, at.function);
    if (!callee || !decoratorNames(callee.function).includes("contextmanager")) return undefined;
    const inner = activationOfCall(callee.function, call, at, callee.receiver !== undefined);
    return this.placesAroundYield(callee.function.facts.body, inner, depth + 1);
  }

  private placesAroundYield(list: readonly Operation[], at: Activation, depth: number): Amount {
    for (const [index, operation] of list.entries()) {
      const section = operation.op === "with" ? operation : writtenOut(list, index)?.section;
      if (section && yields(section.body)) {
        const found = this.placesAtDepth(section.context, at, depth) ?? this.placesAroundYield(section.body, at, depth);
        if (found) return found;
      } else if (operation.op === "attempt" && yields(operation.body)) {
        return this.placesAroundYield(operation.body, at, depth) ?? this.countedPlaces(list.slice(0, index), at);
      } else if (operation.op === "yield") return this.countedPlaces(list.slice(0, index), at);
    }
    return undefined;
  }

  /** Of an object of a class of the program: of what its `__enter__` takes and leaves taken. */
  private placesInEnter(enter: FunctionNode | undefined, object: Value, at: Activation, depth: number): Amount {
    if (!enter) return undefined;
    const inner: Activation = { function: enter, arguments: new Map(), caller: at, receiver: { value: object, in: at, how: "whole" } };
    const { body } = enter.facts;
    for (const [index, operation] of body.entries()) {
      const taken = operation.op === "call" ? takenBy(operation) : undefined;
      const places = taken && !writtenOut(body, index) ? this.placesAtDepth(taken, inner, depth + 1) : undefined;
      if (places) return places;
    }
    return this.countedPlaces(body, inner);
  }

  /**
   * Of a semaphore that is made by hand, of a condition and a count of who is inside: `while self.inside >= self.most: condition.wait()`, or
   * `condition.wait_for(lambda: self.inside < self.most)`, and then `self.inside += 1`.
   */
  private countedPlaces(list: readonly Operation[], at: Activation): Amount {
    let most: Amount;
    let counts = false;
    walkOperations(list, (operation) => {
      if (operation.op === "loop" && operation.form === "while" && operation.test && waits(operation.body))
        most ??= this.limitOf(operation.test, /^(>=|==)$/, at);
      else if (operation.op === "call" && methodOf(operation) === "wait_for") most ??= this.limitWaitedFor(operation, at);
      else counts ||= operation.op === "write" && operation.form === "update" && operation.place.kind === "attribute";
    });
    return counts && most && most.low >= 1 ? most : undefined;
  }

  private limitWaitedFor({ arguments: [condition] }: CallOperation, at: Activation): Amount {
    const found = condition && this.resolver.resolve(condition.value, at.function).find((entity) => entity.kind === "function");
    const told = found?.kind === "function" ? found.function.returned[0] : undefined;
    if (found?.kind !== "function" || !told) return undefined;
    return this.limitOf(told, /^<$/, { ...at, function: found.function }) ?? this.limitOf(told, /^<$/, at);
  }

  private limitOf(test: Value, operator: RegExp, at: Activation): Amount {
    if (test.op !== "compute" || !operator.test(test.operator)) return undefined;
    const [count, limit] = test.operands;
    return count?.op === "read" && limit ? this.evaluator.number(limit, at) : undefined;
  }
}

const one = { low: 1, likely: 1, high: 1 } as const;
const deepest = 4;

function methodOf({ callee }: CallOperation): string | undefined {
  return callee.op === "read" && callee.place.kind === "attribute" ? callee.place.name : undefined;
}

/** What is taken by `lock.acquire()`, or `lock.__enter__()`. */
function takenBy({ callee }: CallOperation): Value | undefined {
  const isTaking = callee.op === "read" && callee.place.kind === "attribute" && /^(acquire|__enter__)$/.test(callee.place.name);
  return isTaking ? callee.place.object : undefined;
}

function yields(list: readonly Operation[]): boolean {
  let found = false;
  walkOperations(list, ({ op }) => {
    found ||= op === "yield";
  });
  return found;
}

function waits(list: readonly Operation[]): boolean {
  return list.some((operation) => operation.op === "call" && methodOf(operation) === "wait");
}
