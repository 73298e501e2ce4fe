import { append } from "../base/append.js";
import { contains } from "../base/range.js";
import { knownTargets, targetName } from "../base/target.js";
import { switchPossible } from "../knowledge/atomicity.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import { testsBefore } from "../program/link/guards.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { type GuardedState, guardedStates, holdsGuard } from "../program/link/locks/guarded-state.js";
import { commonLocks, type HeldLock, heldThroughout } from "../program/link/locks/locks.js";
import { expressionOf } from "../program/link/locks/same-lock.js";
import { holdsLoop } from "../program/link/loops.js";
import { overviewOf } from "../program/link/memory/overviews.js";
import type { Resolver } from "../program/link/resolution/resolver.js";
import { isDiscard } from "../program/link/state/compound.js";
import { iterationsOf } from "../program/link/state/iteration.js";
import { sameValue } from "../program/link/state/updates.js";
import { listOf, someValue, walkOperations } from "../program/link/walk.js";
import type { Operation, Place } from "../program/operation.js";
import { effectOf } from "./checked-act.js";
import { declaredLockFix, lockFix } from "./fixes/lock-fix.js";
import docs from "./inconsistent-lock.md";
import {
  accessesByLocation,
  isFarFetched,
  isNamedForLifecycle,
  isRealLock,
  ownLocks,
  quoted,
  type Race,
  raceOf,
  racePlaces,
  startOf,
  startText,
} from "./race.js";
import type { Confidence, Match, Rule, RuleContext, TargetVerdict } from "./rule.js";
import { type UpdateRace, updateMatch, updateRaces, whereLost } from "./update-races.js";

type Data =
  | {
      readonly why: "compared";
      readonly race: Race;
      /** The locks under which the other access touches the state. */
      readonly guards: readonly HeldLock[];
    }
  /** An update lacks the lock that all others hold, or is made under another than they; `lock` is theirs. */
  | { readonly why: "update"; readonly update: UpdateRace; readonly lock: HeldLock }
  /** A comment names the lock. */
  | { readonly why: "declared"; readonly access: Access; readonly state: GuardedState };

/** GIL205: the same state guarded by different locks, or guarded in one place and bare in another. */
export const inconsistentLock: Rule<Data> = {
  code: "GIL205",
  name: "inconsistent-lock",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix,
};

function fix(data: Data, context: RuleContext): ReturnType<typeof lockFix> {
  switch (data.why) {
    case "declared":
      return declaredLockFix(data.access, data.state, context);
    case "update":
      return lockFix(data.update.race.first, context);
    case "compared":
      return lockFix(data.race.first, context);
  }
}

function find({ program }: RuleContext): readonly Match<Data>[] {
  const matches = declared(program);
  for (const update of updateRaces(program)) {
    const { missing, other, race } = update;
    const lock = missing ?? other;
    if (!lock) continue;
    const found = updateMatch<Data>(update, { why: "update", update, lock }, program);
    matches.set(`${found.path}:${race.first.statement.start}`, found);
  }
  for (const accesses of accessesByLocation(program).values()) {
    const guarded = accesses.filter((access) => ownLocks(access).length > 0);
    if (guarded.length === 0 || guarded[0]?.location.startsWith("external ")) continue;
    for (const store of accesses) {
      // Updates are compared above, and dependent acts are another rule's business.
      if (store.update || store.check || (store.does !== "assign" && store.does !== "delete" && store.does !== "change")) continue;
      const key = `${store.function.file.path}:${store.statement.start}`;
      if (matches.has(key) || (store.locks.some(isRealLock) && ownLocks(store).length === 0)) continue;
      const minds = minding(store, guarded, program);
      const harmed = minds.filter((other) => doesHarm(store, other, program));
      const race = raceOf(store, store.locks, harmed, program, accesses) ?? raceOf(store, store.locks, minds, program, accesses);
      if (!race || isClaimed(race, accesses) || isFarFetched(race)) continue;
      const confidence = confidenceOf(race, program);
      if (confidence) matches.set(key, match(race, harmed.includes(race.second) && isKnown(race.second) ? confidence : "possible"));
    }
  }
  return [...matches.values()];
}

/** Whether it is known which lock guards it, and not only by what name. */
function isKnown(access: Access): boolean {
  return ownLocks(access).some(({ identity }) => identity !== "by-name");
}

/** Every access without the lock that a comment demands, by place; who writes such a comment wants to know. */
function declared(program: Program): Map<string, Match<Data>> {
  const matches = new Map<string, Match<Data>>();
  for (const state of guardedStates(program)) {
    for (const accesses of [state.location, `${state.location}[]`].map((location) => accessesByLocation(program).get(location) ?? [])) {
      for (const access of accesses) {
        const { function: node, statement } = access;
        const key = `${node.file.path}:${statement.start}`;
        if (holdsGuard(state, access.locks) || matches.has(key) || notShared(node)) continue;
        // One finding for a statement: an update reads, too, and where it races that is what matters.
        if (access.does === "read" && accesses.some((store) => store.does !== "read" && isIn(access, store))) continue;
        if (
          access.update &&
          raceOf(
            access,
            access.locks,
            accesses.filter((other) => other.update),
            program,
            accesses,
          )
        )
          continue;
        const start = startOf(access.root);
        matches.set(key, {
          path: node.file.path,
          range: statement,
          confidence: "likely",
          related: [
            { path: state.file.path, range: state.range, message: `this comment says that \`${state.lock}\` guards it` },
            ...(start ? [{ ...start, message: startText(access.root) }] : []),
          ],
          targets: [],
          prediction: undefined,
          data: { why: "declared", access, state },
        });
      }
    }
  }
  return matches;
}

function isIn(read: Access, store: Access): boolean {
  return read.function === store.function && contains(store.statement, read.range);
}

/** A constructor has the object to itself, and a module's body runs before its functions are called. */
function notShared({ facts }: FunctionNode): boolean {
  return facts.kind === "module" || facts.kind === "class-body" || facts.name === "__init__" || facts.name === "__post_init__";
}

/**
 * The guarded accesses that go wrong when the store comes in between. A plain store is one step by itself: it does harm only to code that counts
 * on the value for longer than a step. A change of a container is compared with what other code thinks necessary.
 */
function minding(store: Access, guarded: readonly Access[], program: Program): readonly Access[] {
  if (store.does === "change") {
    const elsewhere = guarded.filter((each) => each.function !== store.function && changes(each));
    return new Set(elsewhere.map((each) => each.operation)).size >= 2 ? elsewhere.filter((each) => takesSteps(each, guarded)) : [];
  }
  const others = guarded.filter((other) => other.operation !== store.operation && !makesGuardOf(other, store, program));
  if (isSweep(store, program.resolver)) return others.filter((other) => other.function !== store.function && fillsElement(other));
  // A plain store under each of two locks is one step each.
  if (store.locks.some(isRealLock))
    return others.filter((other) => changes(other) && (other.does !== "assign" || other.check?.locks.some(isRealLock)));
  return others.filter((other) => other.update !== undefined || other.check?.locks.some(isRealLock) === true);
}

/**
 * Whether the function has moved the state on under the lock before, so that who compares it there finds that it is not their turn: `with lock: if
 * self.state == READY: self.state = RUNNING`, then `self.state = DONE`.
 */
function isClaimed({ first, second }: Race, accesses: readonly Access[]): boolean {
  if (second.check?.pattern.check.form !== "comparison") return false;
  return accesses.some(
    ({ function: node, does, statement, locks }) =>
      node === first.function &&
      does === "assign" &&
      statement.end <= first.statement.start &&
      commonLocks(locks, second.locks).some(isRealLock),
  );
}

/**
 * Whether something goes wrong because of the store. What is combined with the old value overwrites it; what is called or taken out after a look raises
 * when it is taken away; a flag that is cleared just after others saw it set leaves them without the thread that they would have started. Whoever only
 * decides by a plain store, decides by the old value or by the new one, and would with the lock, too.
 */
function doesHarm(first: Access, second: Access, program: Program): boolean {
  const { resolver } = program;
  if (second.update || (isSweep(first, resolver) && fillsElement(second))) return true;
  const pattern = second.check?.pattern;
  if (!pattern || first.does === "change") return false;
  const takes = effectOf(first, pattern.check) === "takes";
  switch (pattern.does) {
    case "use":
    case "remove":
      // Who takes it away under another lock has some order of its own in mind.
      return takes && !first.locks.some(isRealLock) && !isDiscard(pattern.act);
    case "fill":
    case "replace":
      return (
        takes &&
        first.root.kind === "spawn" &&
        startsThread(pattern.check.dependent, second.function, resolver) &&
        takesWork(first, program)
      );
    case "change":
      return false;
  }
}

/**
 * Whether the store gives a first value in one go with the lock that guards it from then on, and where there is none yet: `if key not in self.files:
 * self.files[key] = …; self.locks[key] = Lock(); self.offsets[key] = 0`. Nobody holds that lock before.
 */
function makesGuardOf(other: Access, { function: node, operation: store }: Access, { resolver }: Program): boolean {
  const list = listOf(node.facts.body, store) ?? [];
  const tests = testsBefore(node, store);
  const isFilled = (place: Place): boolean =>
    place.kind === "element" && tests.some((test) => someValue(test, (value) => sameValue(value, place.object)));
  if (!list.some((each) => each.op === "write" && isFilled(each.place))) return false;
  return ownLocks(other).some((lock) => {
    const written = expressionOf(lock);
    const made = written ? resolver.resolve(written, lock.taken.function) : [];
    return made.some((each) => each.kind === "object" && list.some((step) => step.op === "write" && step.value === each.origin?.call));
  });
}

/**
 * Whether it deletes, without a lock, an element that a loop over the container has found and a test has chosen: `for key, stamp in d.items(): if old(stamp): del d[key]`.
 * What is put there between the look and the deletion is deleted with it.
 */
function isSweep({ operation: deletion, function: node, does, locks }: Access, resolver: Resolver): boolean {
  if (does !== "delete" || deletion.op !== "write" || deletion.place.kind !== "element" || locks.some(isRealLock)) return false;
  const { object } = deletion.place;
  let isChosen = false;
  walkOperations(node.facts.body, (operation) => {
    if (isChosen || operation.op !== "loop" || operation.form !== "for" || !contains(operation, deletion)) return;
    const copied = operation.iterable?.op === "call" ? iterationsOf(operation.iterable, node, resolver) : [];
    if (![...iterationsOf(operation, node, resolver), ...copied].some(({ source }) => sameValue(source, object))) return;
    walkOperations(operation.body, (inner) => {
      isChosen ||= inner.op === "branch" && contains(inner, deletion);
    });
  });
  return isChosen;
}

/** Whether an element is stored. */
function fillsElement({ operation }: Access): boolean {
  return operation.op === "write" && operation.form === "assign" && operation.place.kind === "element";
}

function startsThread(operations: readonly Operation[], within: FunctionNode, resolver: Resolver): boolean {
  let starts = false;
  walkOperations(operations, (operation) => {
    if (operation.op !== "call" || starts) return;
    starts = lastNameOf(operation.callee) === "start" || resolver.externalCallees(operation, within).some((name) => threads.test(name));
  });
  return starts;
}

/**
 * Whether the thread does what others leave for it: it goes on in a loop, or touches state that is changed elsewhere, too. Who finds a thread at work that does
 * one thing and ends has lost nothing by not starting another.
 */
function takesWork({ root, function: node, path, location }: Access, program: Program): boolean {
  if ([root.function, node, ...path.map((step) => step.function)].some(({ facts }) => holdsLoop(facts.body))) return true;
  return [...(locationsLeftFor(program).get(root.key) ?? [])].some((left) => left !== location);
}

/** By thread, the state that it takes up and other code fills, but for constructors. */
function locationsLeftFor(program: Program): ReadonlyMap<string, ReadonlySet<string>> {
  return overviewOf(program, "state that is left for threads", (now) => {
    const byState = new Map<string, Access[]>();
    for (const [location, accesses] of accessesByLocation(now)) {
      for (const access of accesses) append(byState, location.replace(/\[\]$/, ""), access);
    }
    const left = new Map<string, Set<string>>();
    for (const [location, accesses] of byState) {
      const changing = new Set(accesses.flatMap((each) => (changes(each) && !notShared(each.function) ? [each.root.key] : [])));
      for (const { root, operation } of accesses) {
        // To store an answer is not to take anything.
        if (operation.op === "write" && operation.value?.op === "constant") continue;
        if (changing.size > (changing.has(root.key) ? 1 : 0)) left.set(root.key, (left.get(root.key) ?? new Set()).add(location));
      }
    }
    return left;
  });
}

const threads = /^(threading\.(Thread|Timer)|_thread\.start_new_thread)(\.start)?$/;

/** Whether the access is part of what takes several steps under its lock, between which a single step of another thread can come. */
function takesSteps(access: Access, guarded: readonly Access[]): boolean {
  if (access.update || access.check?.locks.some(isRealLock) || access.does === "iterate") return true;
  return guarded.some(
    (other) =>
      other.operation !== access.operation && other.root === access.root && heldThroughout(access.locks, other.locks).some(isRealLock),
  );
}

function changes({ does }: Access): boolean {
  return does !== "read" && does !== "iterate" && does !== "copy";
}

function match(race: Race, confidence: Confidence): Match<Data> {
  const guards = ownLocks(race.second);
  return {
    path: race.first.function.file.path,
    range: race.first.statement,
    confidence,
    related: racePlaces(race),
    targets: knownTargets.map((target): TargetVerdict => {
      const gap = race.second.update?.gap;
      return { target: targetName(target), verdict: gap ? switchPossible(gap, target).verdict : "breaks" };
    }),
    prediction: undefined,
    data: { why: "compared", race, guards },
  };
}

/**
 * Where only a promise speaks for several threads, a bare store may well belong to a time when there is one: it is possible at most, and nothing
 * where the function sets up or winds down, or changes a container by one of its own methods, which are one step each.
 */
function confidenceOf({ first, concurrency, confidence }: Race, { resolver }: Program): Confidence | undefined {
  // What is stored anew under a key that has just been found old is lost; keys that come once, such as times, are as good as any other.
  if (first.root.kind === "spawn" && isSweep(first, resolver)) return "possible";
  const callers = resolver.callersOf(first.function);
  const isOfConstructor = callers.length > 0 && callers.every(({ within }) => within.head.name === "__init__");
  const isLifecycle = isOfConstructor || [first.function, first.root.function].some(isNamedForLifecycle);
  if (concurrency === "seen") return isLifecycle ? "possible" : confidence;
  if (first.locks.some(isRealLock) && !isLifecycle) return confidence;
  return first.does === "change" || isLifecycle ? undefined : "possible";
}

function message(data: Data, context: RuleContext): string {
  if (data.why === "declared") {
    const { access, state } = data;
    const place = quoted(access.function.file.path, access.range, context);
    return `\`${place}\` is ${access.does === "read" ? "read" : "touched"} without \`${state.lock}\`, which the comment \`# gil: guarded-by\` demands for \`${state.name}\`.`;
  }
  if (data.why === "update") {
    const { update, lock } = data;
    const { first, second } = update.race;
    const text = quoted(first.function.file.path, first.statement, context);
    const where = placeText(first, second);
    const here = update.missing ? "without a lock" : `under ${lockNames(ownLocks(first))}`;
    return `\`${text}\` updates shared state ${here}, but ${where} it is guarded by \`${lock.name}\`: either can undo the other's update. ${whereLost(update.gap)}`;
  }
  const { race, guards } = data;
  const { first, second } = race;
  const text = quoted(first.function.file.path, first.statement, context);
  const own = ownLocks(first);
  const guard = lockNames(guards);
  const where = placeText(first, second);
  const here = own.length > 0 ? `under ${lockNames(own)}` : "without a lock";
  const harm = second.update
    ? "an update there can overwrite it"
    : isSweep(first, context.program.resolver)
      ? "what is stored there after the look is deleted, too"
      : second.check
        ? "what was checked there may no longer hold when it acts"
        : "the two can come between each other";
  return `\`${text}\` changes shared state ${here}, but ${where} it is guarded by ${guard}: ${harm}.`;
}

function placeText(first: Access, second: Access): string {
  return second.function === first.function ? "elsewhere in this function" : `in \`${second.function.head.name}\``;
}

function lockNames(locks: readonly HeldLock[]): string {
  return locks.map((lock) => `\`${lock.name}\``).join(" and ");
}
