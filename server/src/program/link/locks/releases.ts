import { contains, type Range } from "../../../base/range.js";
import type { CallOperation, LoopOperation, Operation, Place, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { receiverOf } from "../last-name.js";
import { samePlace, sameValue } from "../state/updates.js";
import { someValue, walkOperations } from "../walk.js";
import { objectOfMethod } from "./hand-over.js";
import { triedIn } from "./locks.js";

/** A call of `acquire` and a way out of the function on which the lock is not released, though it is on another. */
export interface Leak {
  readonly acquire: CallOperation;
  readonly object: Value;
  readonly release: CallOperation;
  readonly exit: Exit;
}

/** `error`: a call in between may raise. `round`: the next round of the loop takes the lock again. */
export interface Exit {
  readonly how: "return" | "raise" | "end" | "round" | "error";
  readonly range: Range;
}

/**
 * The locks that a function takes with `acquire` and does not release on every way, at most one leak for each call of `acquire`. Any call can
 * lead to a handler; of those for which `mayRaise` holds an error is expected.
 */
export function leaksOf(node: FunctionNode, mayRaise: (call: CallOperation) => boolean): readonly Leak[] {
  const objects: Value[] = [];
  walkOperations(node.facts.body, (operation) => {
    const object = objectOfMethod(operation, "acquire");
    if (object && !objects.some((each) => sameValue(each, object))) objects.push(object);
  });
  return objects.flatMap((object) =>
    isSteady(object, node) && !isLetGoFirst(object, node) ? new LockWays(object, node, mayRaise).leaks() : [],
  );
}

/** Whether the caller has the lock, and the function only lets go of it meanwhile: `release` in the `try`, `acquire` in its `finally`. */
function isLetGoFirst(object: Value, { facts }: FunctionNode): boolean {
  const first = { acquire: Number.POSITIVE_INFINITY, release: Number.POSITIVE_INFINITY };
  walkOperations(facts.body, (operation) => {
    for (const method of ["acquire", "release"] as const) {
      const subject = objectOfMethod(operation, method);
      if (subject && sameValue(subject, object)) first[method] = Math.min(first[method], operation.start);
    }
  });
  return first.release < first.acquire;
}

/** Whether the expression means one lock throughout the function: `node.lock` does not where `node` moves along a list. */
function isSteady(object: Value, node: FunctionNode): boolean {
  return !someValue(object, (value) => {
    if (value.op === "call") return true;
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
    const bound = node.bound(value.place.name)?.length ?? 0;
    const isParameter = node.head.parameters.some(
      (parameter) => value.op === "read" && value.place.kind === "name" && parameter.name === value.place.name,
    );
    return bound + (isParameter ? 1 : 0) > 1 && node.head.kind !== "module";
  });
}

/** What is known on one way through the function. */
interface State {
  /** The call that took the lock, if it is held. */
  readonly held: CallOperation | undefined;
  /** How tests came out on this way, by the text of what they look at. */
  readonly known: ReadonlyMap<string, boolean>;
  /** The `continue`, or end of a round, with which the lock went into the next round. */
  readonly round: Range | undefined;
  readonly exit: Exit | undefined;
}

/** Where ways lead from a list of operations. */
interface Paths {
  readonly next: readonly State[];
  readonly breaks: readonly State[];
  readonly continues: readonly State[];
  /** Returns and raises that nothing in the function catches. */
  readonly leaves: readonly State[];
  /** What an error finds: at calls, and at look-ups that may fail. */
  readonly errors: readonly State[];
}

const nowhere: Paths = { next: [], breaks: [], continues: [], leaves: [], errors: [] };

class TooManyWays extends Error {}

const maximumStates = 64;

/** The operations that run while nothing goes wrong, one after the other. */
function withoutHandlers(operations: readonly Operation[]): readonly Operation[] {
  return operations.flatMap((operation): readonly Operation[] => {
    switch (operation.op) {
      case "attempt":
        return withoutHandlers([...operation.body, ...operation.otherwise, ...operation.final]);
      case "branch":
        return withoutHandlers(operation.arms.flat());
      case "loop":
      case "with":
        return withoutHandlers(operation.body);
      default:
        return [operation];
    }
  });
}

class LockWays {
  private readonly released = new Map<CallOperation, CallOperation>();
  private readonly found = new Map<CallOperation, Exit>();
  /** The calls of `acquire` whose answer a test looks at. */
  private readonly consulted = new Set<string>();

  constructor(
    private readonly object: Value,
    private readonly node: FunctionNode,
    private readonly mayRaise: (call: CallOperation) => boolean,
  ) {}

  leaks(): readonly Leak[] {
    const { facts } = this.node;
    let ways: Paths;
    try {
      ways = this.list(facts.body, [{ held: undefined, known: new Map(), round: undefined, exit: undefined }]);
    } catch (error) {
      if (error instanceof TooManyWays) return [];
      throw error;
    }
    const end = { start: facts.end, end: facts.end };
    const last = ways.next.map((state): State => ({ ...state, exit: { how: "end", range: end } }));
    const heldAtEnd = new Set(ways.next.map((state) => state.held));
    for (const state of [...ways.leaves, ...last, ...ways.errors]) if (state.held && state.exit) this.leak(state.held, state.exit);
    return [...this.found].flatMap(([acquire, exit]): Leak[] => {
      const release = this.released.get(acquire);
      // An attempt whose answer nobody looks at need not have succeeded.
      const isKnown = acquire.arguments.length === 0 || this.consulted.has(factOfCall(acquire));
      if (exit.how !== "error" && this.isNoted(acquire, exit.range)) return [];
      if (this.isMeant(acquire, exit, heldAtEnd) || (release && this.isCounted(acquire, release))) return [];
      return release && isKnown ? [{ acquire, object: this.object, release, exit }] : [];
    });
  }

  /** Whether an attribute says from then on that the lock is held, `self.locked = True`, for whoever is to give it back. */
  private isNoted(acquire: CallOperation, exit: Range): boolean {
    let isNoted = false;
    walkOperations(this.node.facts.body, (operation) => {
      if (operation.op !== "write" || operation.start < acquire.end || operation.end > exit.start) return;
      const { place, value } = operation;
      isNoted ||= place.kind === "attribute" && value?.op === "constant" && value.value === 1 && holding.test(place.name);
    });
    return isNoted;
  }

  /**
   * Whether the lock is meant to be held on: given back only where something goes wrong, and else not at the end of the function either; or taken as often as
   * one loop runs, and given back as often as the next.
   */
  private isMeant(acquire: CallOperation, exit: Exit, heldAtEnd: ReadonlySet<CallOperation | undefined>): boolean {
    const { body } = this.node.facts;
    if (exit.how === "round") return body.some((each) => each.op === "loop" && each.start > acquire.end && this.releases(each.body));
    return heldAtEnd.has(acquire) && this.releases(body) && !this.releases(withoutHandlers(body));
  }

  /**
   * Whether tests of one count decide both, which the function changes: the first one to come takes the lock for all, and the last one to go gives it back, in
   * whichever thread that is.
   */
  private isCounted(acquire: CallOperation, release: CallOperation): boolean {
    const { body } = this.node.facts;
    const taken = this.testedFor(acquire, release);
    const counts = this.testedFor(release, acquire).filter((place) => taken.some((other) => samePlace(place, other)));
    let isChanged = false;
    walkOperations(body, (operation) => {
      const object = receiverOf(operation);
      const place = operation.op === "write" ? operation.place : object?.op === "read" ? object.place : undefined;
      isChanged ||= place !== undefined && counts.some((each) => samePlace(each, place));
    });
    return isChanged;
  }

  /** What others can see of what the tests look at that decide one operation without the other. */
  private testedFor(operation: CallOperation, other: CallOperation): readonly Place[] {
    const places: Place[] = [];
    walkOperations(this.node.facts.body, (around) => {
      if (around.op !== "branch" || !around.test || !contains(around, operation) || contains(around, other)) return;
      someValue(around.test, (value) => {
        if (value.op === "read" && (value.place.kind !== "name" || value.place.owner !== this.node.index)) places.push(value.place);
        return false;
      });
    });
    return places;
  }

  private leak(acquire: CallOperation, exit: Exit): void {
    const known = this.found.get(acquire);
    if (!known || (known.how === "error" && exit.how !== "error")) this.found.set(acquire, exit);
  }

  private list(operations: readonly Operation[], states: readonly State[]): Paths {
    let ways: Paths = { ...nowhere, next: states };
    for (const operation of operations) {
      if (ways.next.length === 0) break;
      const after = this.operation(operation, ways.next);
      ways = { ...joined(ways, after), next: distinct(after.next) };
    }
    return ways;
  }

  private operation(operation: Operation, states: readonly State[]): Paths {
    switch (operation.op) {
      case "call":
        return this.call(operation, states);
      case "yield":
      case "await":
        return { ...nowhere, next: states, errors: operation.op === "yield" ? failing(states, operation) : [] };
      case "read": {
        const isLookup = operation.place.kind === "element";
        return { ...nowhere, next: states, errors: isLookup ? states.map((state) => ({ ...state, exit: undefined })) : [] };
      }
      case "return":
      case "raise": {
        // What a handler raises again is an error from somewhere above it.
        const how = operation.op === "raise" && operation.value === undefined ? "error" : operation.op;
        return { ...nowhere, leaves: states.map((state): State => ({ ...state, exit: { how, range: operation } })) };
      }
      case "break":
        return { ...nowhere, breaks: states };
      case "continue":
        return { ...nowhere, continues: states.map((state) => ({ ...state, round: state.round ?? operation })) };
      case "branch":
        return this.branch(operation, states);
      case "loop":
        return this.loop(operation, states);
      case "attempt":
        return this.attempt(operation, states);
      case "with": {
        const inner = this.list(operation.body, states);
        return sameValue(operation.context, this.object) ? mapped(inner, free) : inner;
      }
      default:
        return { ...nowhere, next: states };
    }
  }

  private call(call: CallOperation, states: readonly State[]): Paths {
    const taken = objectOfMethod(call, "acquire");
    if (taken && sameValue(taken, this.object)) {
      const next = states.flatMap((state) => {
        if (state.held && state.round) this.leak(state.held, { how: "round", range: state.round });
        const has: State = { ...state, held: call, known: withFact(state.known, factOfCall(call), true), round: undefined };
        return call.arguments.length === 0 ? [has] : [has, { ...state, known: withFact(state.known, factOfCall(call), false) }];
      });
      return { ...nowhere, next };
    }
    const freed = objectOfMethod(call, "release");
    if (freed && sameValue(freed, this.object)) {
      for (const { held } of states) if (held && !this.released.has(held)) this.released.set(held, call);
      return { ...nowhere, next: states.map(free) };
    }
    if (isExit(call)) return { ...nowhere, errors: states.map((state) => ({ ...state, exit: undefined })) };
    const errors = this.mayRaise(call) ? failing(states, call) : states.map((state) => ({ ...state, exit: undefined }));
    return { ...nowhere, next: states, errors };
  }

  private branch(operation: Extract<Operation, { op: "branch" }>, states: readonly State[]): Paths {
    const { test, arms } = operation;
    if (!test) {
      const all = arms.map((arm) => this.list(arm, states));
      const isComplete = arms.some((arm) => this.releases(arm));
      return union(isComplete ? all : [...all, { ...nowhere, next: states }]);
    }
    // `a and f()` and `a or f()` look alike: either way `f()` may run or not.
    if (test.start === operation.start) return union([this.list(arms[0] ?? [], states), { ...nowhere, next: states }]);
    return union([0, 1].map((index) => this.list(arms[index] ?? [], this.assumed(test, index === 0, states, arms[1 - index] ?? []))));
  }

  /** The ways on which the test comes out so. `other` is what runs in the opposite case. */
  private assumed(test: Value, outcome: boolean, states: readonly State[], other: readonly Operation[]): readonly State[] {
    if (test.op === "constant") return (test.value !== 0 && test.value !== "") === outcome && test.type !== "none" ? states : [];
    if (test.op === "compute" && test.operator === "not" && test.operands[0])
      return this.assumed(test.operands[0], !outcome, states, other);
    const tried = triedIn(test, this.node);
    if (tried) this.consulted.add(factOfCall(tried.call));
    const isOwn = tried && sameValue(objectOfMethod(tried.call, "acquire") as Value, this.object);
    if (tried && isOwn && test.op === "choice") {
      const hasIt = (tried.arm === "first") === outcome;
      return hasIt ? states.filter((state) => state.held) : distinct(states.map(free));
    }
    if (!tried && this.releases(other) && tellsWhoHolds(test, this.node)) return distinct(states.map(free));
    if (test.op === "choice" && (test.by === "and" || test.by === "or")) {
      const isAll = (test.by === "and") === outcome;
      if (isAll) return test.values.reduce((left, value) => this.assumed(value, outcome, left, other), states);
      return distinct(test.values.flatMap((value) => this.assumed(value, outcome, states, other)));
    }
    const fact = tried ? factOfCall(tried.call) : factOf(test);
    const value = tried ? (tried.arm === "first") === outcome : outcome;
    if (fact === undefined) return states;
    return states.flatMap((state) => {
      const known = state.known.get(fact);
      if (known !== undefined) return known === value ? [state] : [];
      return [{ ...state, known: withFact(state.known, fact, value) }];
    });
  }

  private releases(operations: readonly Operation[]): boolean {
    let found = false;
    walkOperations(operations, (operation) => {
      const object = objectOfMethod(operation, "release");
      found ||= object !== undefined && sameValue(object, this.object);
    });
    return found;
  }

  private loop(loop: LoopOperation, states: readonly State[]): Paths {
    const { test } = loop;
    const header = test ? loop.body.filter((each) => contains(loop.header, each)) : [];
    const body = loop.body.slice(header.length);
    let entering = states;
    const rounds: Paths[] = [];
    let leaving: readonly State[] = [];
    for (let round = 0; round < 2; round++) {
      const tested = this.list(header, entering);
      const inside = test ? this.assumed(test, true, tested.next, []) : tested.next;
      leaving = [...leaving, ...(test ? this.assumed(test, false, tested.next, []) : tested.next)];
      const ways = this.list(body, inside);
      rounds.push({ ...tested, next: [] }, { ...ways, next: ways.breaks, breaks: [], continues: [] });
      const end = { start: loop.header.start, end: loop.header.end };
      // What tests told in one round need not hold in the next.
      const again = [...ways.next.map((state) => ({ ...state, round: state.round ?? end })), ...ways.continues];
      entering = distinct(again.map((state) => ({ ...state, known: new Map(), round: state.held ? state.round : undefined })));
      if (!test) leaving = [...leaving, ...entering];
      if (entering.length === 0) break;
    }
    if (test) leaving = [...leaving, ...this.assumed(test, false, this.list(header, entering).next, [])];
    return union([...rounds, { ...nowhere, next: leaving.map((state) => ({ ...state, round: undefined })) }]);
  }

  private attempt(operation: Extract<Operation, { op: "attempt" }>, states: readonly State[]): Paths {
    const body = this.list(operation.body, states);
    const isRaised = ({ exit }: State): boolean => exit?.how === "raise" || exit?.how === "error";
    const raised = body.leaves.filter(isRaised);
    const isCaught = operation.handlers.length > 0;
    const failed = distinct([...body.errors, ...raised].map((state) => ({ ...state, exit: undefined })));
    const handled = operation.handlers.map((handler) => this.list(handler, failed));
    const otherwise = this.list(operation.otherwise, body.next);
    const left = isCaught ? body.leaves.filter((state) => !isRaised(state)) : body.leaves;
    const all = union([{ ...body, next: [], leaves: left, errors: isCaught ? [] : body.errors }, ...handled, otherwise]);
    if (operation.final.length === 0) return all;
    return this.final(operation.final, all);
  }

  /** `finally` runs on every way, and each goes on afterwards where it was going. */
  private final(operations: readonly Operation[], ways: Paths): Paths {
    const after = (states: readonly State[]): Paths => this.list(operations, distinct(states));
    const all = {
      next: after(ways.next),
      breaks: after(ways.breaks),
      continues: after(ways.continues),
      leaves: after(ways.leaves),
      errors: after(ways.errors),
    };
    const others = Object.values(all).map((each) => ({ ...each, next: [] }));
    return union([
      ...others,
      {
        next: all.next.next,
        breaks: all.breaks.next,
        continues: all.continues.next,
        leaves: all.leaves.next,
        errors: all.errors.next,
      },
    ]);
  }
}

function free(state: State): State {
  return { ...state, held: undefined, round: undefined };
}

function failing(states: readonly State[], at: Range): readonly State[] {
  return states.map((state) => ({ ...state, exit: { how: "error", range: { start: at.start, end: at.end } } }));
}

function mapped(ways: Paths, change: (state: State) => State): Paths {
  return {
    next: ways.next.map(change),
    breaks: ways.breaks.map(change),
    continues: ways.continues.map(change),
    leaves: ways.leaves.map(change),
    errors: ways.errors.map(change),
  };
}

function joined(a: Paths, b: Paths): Paths {
  return {
    next: [...a.next, ...b.next],
    breaks: [...a.breaks, ...b.breaks],
    continues: [...a.continues, ...b.continues],
    leaves: distinct([...a.leaves, ...b.leaves]),
    errors: distinct([...a.errors, ...b.errors]),
  };
}

function union(ways: readonly Paths[]): Paths {
  const all = ways.reduce(joined, nowhere);
  return { ...all, next: distinct(all.next), breaks: distinct(all.breaks), continues: distinct(all.continues) };
}

function distinct(states: readonly State[]): readonly State[] {
  if (states.length < 2) return states;
  const byKey = new Map<string, State>();
  for (const state of states) {
    const known = [...state.known].map(([fact, value]) => `${fact}=${value}`).sort();
    const key = `${state.held?.start} ${state.round?.start} ${state.exit?.how} ${state.exit?.range.start} ${known.join(";")}`;
    if (!byKey.has(key)) byKey.set(key, state);
  }
  if (byKey.size > maximumStates) throw new TooManyWays();
  return [...byKey.values()];
}

function withFact(known: ReadonlyMap<string, boolean>, fact: string, value: boolean): ReadonlyMap<string, boolean> {
  return new Map([...known, [fact, value]]);
}

function factOfCall(call: CallOperation): string {
  return `call ${call.start}`;
}

/** What a test looks at, as text; undefined for tests that ask anew each time. */
function factOf(test: Value): string | undefined {
  if (someValue(test, (value) => value.op === "call" || value.op === "await" || value.op === "yield")) return undefined;
  return textOf(test);
}

function textOf(value: Value): string | undefined {
  switch (value.op) {
    case "constant":
      return `${value.type} ${value.value}`;
    case "read": {
      const { place } = value;
      if (place.kind === "name") return `${place.owner} ${place.name}`;
      const object = textOf(place.object);
      if (place.kind === "attribute") return object && `${object}.${place.name}`;
      const index = textOf(place.index);
      return object && index && `${object}[${index}]`;
    }
    case "compute": {
      const operands = value.operands.map(textOf);
      return operands.includes(undefined) ? undefined : `(${value.operator} ${operands.join(" ")})`;
    }
    default:
      return undefined;
  }
}

/** `if acquired:` tells whether the lock is held, however it came to know. */
function tellsWhoHolds(test: Value, node: FunctionNode): boolean {
  if (test.op === "choice") return test.values.some((value) => tellsWhoHolds(value, node));
  if (test.op === "compute") return test.operands.some((operand) => tellsWhoHolds(operand, node));
  if (test.op === "call")
    return test.callee.op === "read" && test.callee.place.kind === "attribute" && /locked|owned/.test(test.callee.place.name);
  if (test.op !== "read" || test.place.kind === "element") return false;
  if (holding.test(test.place.name)) return true;
  if (test.place.kind !== "name" || test.place.owner !== node.index) return false;
  // A variable that is set beside the call: `taken = False … lock.acquire(); taken = True`.
  const bound = node.bound(test.place.name) ?? [];
  return bound.length > 1 && bound.some((value) => value.op === "constant" && value.type === "bool");
}

const holding = /(^|_)(r?lock(ed)?|acquired?|held|hold(s|ing)?|own(s|ed|er)?|got|has)($|_)/i;

/** Whether the call ends the process or the thread. */
function isExit({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind !== "element" && /^(_exit|exit|abort|fail|skipTest|skip)$/.test(callee.place.name);
}
