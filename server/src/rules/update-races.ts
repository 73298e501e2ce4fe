import { indexed } from "../base/indexed.js";
import { knownTargets, type Target, targetName } from "../base/target.js";
import { type GapStep, switchPossible } from "../knowledge/atomicity.js";
import { throughNoOther } from "../program/link/activity/meetings.js";
import type { Access } from "../program/link/activity/moments.js";
import type { Program } from "../program/link/link.js";
import { commonLocks, type HeldLock, heldBothTimes, takesLock } from "../program/link/locks/locks.js";
import { overviewOf } from "../program/link/memory/overviews.js";
import { ByMaker } from "../program/link/sharing/one-object.js";
import { addingMethods } from "../program/link/state/compound.js";
import { walkOperations } from "../program/link/walk.js";
import { evidenceOf, lengthOfWays, locked } from "./evidence.js";
import { fetches } from "./made-value.js";
import { accessesByLocation, actsByLocation, isNamedForLifecycle, isRealLock, ownLocks, type Race, raceOf, racePlaces } from "./race.js";
import type { Match, TargetVerdict } from "./rule.js";
import { countsStreak } from "./streak.js";
import { countsWhatIsTold, isStatistic } from "./told-count.js";

/** A read-modify-write that another thread can come between. */
export interface UpdateRace {
  readonly race: Race;
  readonly gap: readonly GapStep[];
  /** The lock under which all other code changes the state, where there is one and this update is made under none. */
  readonly missing: HeldLock | undefined;
  /** The lock under which the other update of the race is made, where this one is made under another: each side keeps out only its own. */
  readonly other: HeldLock | undefined;
}

/** The racing updates of the program, one for a statement. */
export function updateRaces(program: Program): readonly UpdateRace[] {
  return overviewOf(program, "racing updates", (now) => [
    ...findUpdateRaces(now),
    ...findEmptyingRaces(now),
    ...findRacesOfStoresByCall(now),
  ]);
}

function findUpdateRaces(program: Program): readonly UpdateRace[] {
  const found = new Map<string, UpdateRace>();
  for (const accesses of accessesByLocation(program).values()) {
    const stores = accesses.filter(
      ({ does, update }) => does === "assign" || does === "update" || does === "delete" || (does === "change" && update),
    );
    if (haveCommonLock(stores)) continue;
    const rivals = new Rivals(stores, program);
    for (const update of stores) {
      if (!update.update) continue;
      const key = `${update.function.file.path}:${update.statement.start}`;
      const known = found.get(key);
      if (known && confidenceOf(known, program) !== "possible") continue;
      const { others, guarded, areAllUpdates } = rivals.of(update);
      const near = rivals.near(update, guarded);
      const best = raceOf(update, update.locks, otherThan(update, near), program, accesses);
      // Else several threads in one statement say most; of races that are equally sure the first is taken.
      const isGuardedElsewhere = guarded.some((other) => other.operation !== update.operation);
      const own = areAllUpdates && !isGuardedElsewhere ? others.filter((other) => other.operation === update.operation) : [];
      const race =
        best?.confidence === "likely" ? best : raceOf(update, update.locks, [...own, ...rivals.near(update, others)], program, accesses);
      if (race && (!known || race.confidence !== "possible"))
        found.set(key, { race, gap: update.update.gap, missing: missingLock(race, stores), other: otherLock(race) });
    }
  }
  return [...found.values()];
}

interface RivalStores {
  readonly others: readonly Access[];
  /** Those of them that are made under a lock. */
  readonly guarded: readonly Access[];
  readonly areAllUpdates: boolean;
}

/** The stores that can undo an update, each list made once: there can be thousands of both. */
class Rivals {
  private readonly known = new Map<string, RivalStores>();

  private readonly byMaker = indexed((stores: readonly Access[]) => new ByMaker(stores, this.program));

  constructor(
    private readonly stores: readonly Access[],
    private readonly program: Program,
  ) {}

  /** Those of the stores that may be to the same object. */
  near(update: Access, stores: readonly Access[]): Iterable<Access> {
    if (stores.length <= mostPairwise) return stores;
    // Who comes by `self` is told apart by its class.
    return update.through.startsWith("self ") ? throughNoOther(stores, update.through) : this.byMaker(stores).notOther(update);
  }

  of({ locks, update }: Access): RivalStores {
    // An update under a lock is right; a store that comes in between without the lock is wrong, and is reported there.
    const isGuarded = locks.some(isRealLock);
    const isStored = update?.form === "stores";
    const key = `${isGuarded} ${isStored}`;
    let found = this.known.get(key);
    if (!found) {
      const others = (isGuarded ? this.stores.filter((store) => store.update && ownLocks(store).length > 0) : this.stores).filter(
        // What changes in place stays the same object, so that only who stores another one is undone.
        (store) => isStored || store.update?.form !== "changes-in-place",
      );
      // Who takes a lock for the same count shows best that this one lacks it.
      const guarded = others.filter((other) => ownLocks(other).some(isRealLock));
      found = { others, guarded, areAllUpdates: others.every((other) => other.update) };
      this.known.set(key, found);
    }
    return found;
  }
}

/** So few are all looked at; where their objects are made is asked only of more. */
const mostPairwise = 50;

function* otherThan({ operation }: Access, accesses: Iterable<Access>): Iterable<Access> {
  for (const access of accesses) if (access.operation !== operation) yield access;
}

/** Whether one lock is surely held at all of them, so that no two can come at the same time; there can be thousands. Of `locks[i]` each may hold another. */
function haveCommonLock([first, ...others]: readonly Access[]): boolean {
  let common: readonly HeldLock[] = first?.locks.filter(({ name }) => !name.endsWith("]")) ?? [];
  for (const { locks } of others) if (common.length > 0) common = heldBothTimes(common, locks);
  return commonLocks(common, common).length > 0;
}

/**
 * What is emptied after it was read, while another thread adds to it, and neither takes a lock for it. Where one of them does, another rule says that the other
 * does not. What is emptied as an object's life ends, or is set up anew, is done with.
 */
function findEmptyingRaces(program: Program): readonly UpdateRace[] {
  const found = new Map<string, UpdateRace>();
  const byLocation = accessesByLocation(program);
  for (const [location, accesses] of byLocation) {
    for (const access of accesses) {
      const { emptied, does, function: node } = access;
      if (!emptied || access.locks.some(isRealLock) || isNamedForLifecycle(node)) continue;
      const all = does === "assign" ? (byLocation.get(`${location}[]`) ?? []) : accesses;
      const race = raceOf(access, access.locks, all.filter(addsBare), program, all);
      const key = `${node.file.path}:${access.statement.start}`;
      const known = found.get(key);
      if (race && (!known || (confidenceOf(known, program) === "possible" && race.confidence !== "possible")))
        found.set(key, { race, gap: emptied.gap, missing: undefined, other: undefined });
    }
  }
  return [...found.values()];
}

/**
 * What is read, counted on and stored by calls of two functions, each of which may take the lock by itself. Only another who counts on what is there can lose by it,
 * and one that the program starts or that takes the lock to store: the object alone need not be meant for several threads.
 */
function findRacesOfStoresByCall(program: Program): readonly UpdateRace[] {
  const found = new Map<string, UpdateRace>();
  const byLocation = accessesByLocation(program);
  for (const [location, acts] of actsByLocation(program)) {
    const updates = acts.filter(({ update }) => update?.storedBy);
    const all = byLocation.get(location) ?? [];
    const others = [...updates, ...all.filter(({ update }) => update?.form === "stores" && update.result === "counted")];
    for (const access of updates) {
      const { update, function: node } = access;
      const key = `${node.file.path}:${access.statement.start}`;
      const known = found.get(key);
      if (!update?.storedBy || (known && confidenceOf(known, program) !== "possible")) continue;
      // Several threads that do this very thing say most.
      const race = raceOf(access, access.locks, [access, ...others], program, all);
      if (!race || !isBetweenThreads(race, takesLock(update.storedBy))) continue;
      const next: UpdateRace = { race, gap: update.gap, missing: undefined, other: undefined };
      if (!known || confidenceOf(next, program) !== "possible") found.set(key, next);
    }
  }
  return [...found.values()];
}

/** Whether the program starts both threads; or who promises to be shared takes a lock for the store. */
function isBetweenThreads({ first, second, concurrency }: Race, takesLock: boolean): boolean {
  if (concurrency === "promised") return takesLock;
  return concurrency === "seen" && [first, second].every(({ root }) => root.kind !== "caller" || root.within !== undefined);
}

/** Whether the access puts an element into a container, and no lock is held meanwhile. */
function addsBare({ does, operation, locks, emptied }: Access): boolean {
  if (emptied || locks.some(isRealLock)) return false;
  if (operation.op === "write")
    return does === "insert" || ((does === "assign" || does === "update") && operation.place.kind === "element");
  if (does !== "change" || operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind === "element")
    return false;
  return addingMethods.has(operation.callee.place.name);
}

/** The lock under which all other code changes the state, and the other update of the race is made, where the first holds none. */
function missingLock({ first, second }: Race, stores: readonly Access[]): HeldLock | undefined {
  if (first.locks.some(isRealLock) || !second.update || second.operation === first.operation) return undefined;
  const holds = (store: Access, lock: HeldLock): boolean =>
    store.operation === first.operation || isFirstStore(store) || commonLocks([lock], store.locks).length > 0;
  return ownLocks(second).find((lock) => isRealLock(lock) && stores.every((store) => holds(store, lock)));
}

/** The lock of the second update, where both are made under locks that stand close to them, and those are two by their names. */
function otherLock({ first, second }: Race): HeldLock | undefined {
  const held = ownLocks(first).filter(isRealLock);
  const others = second.update ? ownLocks(second).filter(isRealLock) : [];
  return held.length > 0 ? others.find((lock) => held.every(({ key, name }) => key !== lock.key && name !== lock.name)) : undefined;
}

/** Whether the store belongs to what makes the object or module, before anybody else comes by. */
function isFirstStore({ function: { head } }: Access): boolean {
  return head.kind === "module" || head.kind === "class-body" || head.name === "__init__" || head.name === "__post_init__";
}

function confidenceOf({ race }: UpdateRace, program: Program): Race["confidence"] {
  return isMild(race, program) ? "possible" : race.confidence;
}

/** The finding that a rule makes of a racing update. */
export function updateMatch<Data>(update: UpdateRace, data: Data, program: Program): Match<Data> {
  const { race, gap } = update;
  return {
    path: race.first.function.file.path,
    range: race.first.statement,
    confidence: confidenceOf(update, program),
    related: racePlaces(race),
    targets: knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: switchPossible(gap, target).verdict })),
    prediction: undefined,
    data,
  };
}

/**
 * Whether nobody may notice what is lost, or too little speaks for it. Where one side takes a lock for it, somebody wants the count to be right. Where neither
 * does, a promise to be shared need not be about it, and two threads that do different things to an object, or get there through many calls, have an order of
 * their own as a rule.
 */
function isMild(race: Race, program: Program): boolean {
  const { first, second } = race;
  const length = lengthOfWays(race);
  const evidence = evidenceOf(race);
  // Others are seldom about to add just then, unless they are threads that do so all the time.
  if (first.emptied && waitsMeanwhile(first, program)) return evidence === "promise" || length > shortWay;
  if (first.emptied) return !(evidence === "alike" || evidence === "apart" || evidence === "requests") || length > 0;
  if (countsStreak(first) || first.update?.result === "kept") return true;
  if (isStatistic(first)) return true;
  if (locked(race) !== "neither") {
    // A plain store under the lock sets it back, which need not go with the count.
    if (second.update === undefined) return true;
    // What others are only said to do, or do in their own time, has to be as near as what the lock is taken for.
    return (
      (evidence === "promise" && length > 0) || ((evidence === "caller" || evidence === "beside") && locked(race) === "one" && length > 1)
    );
  }
  if (countsWhatIsTold(first)) return true;
  switch (evidence) {
    case "promise":
      return ![first.root, second.root].some((root) => root.kind === "promised" && root.promise.by === "docstring");
    case "requests":
      // Two requests at once seldom mean the same entry of what is kept for each of many.
      return length > longestForRequests || first.location.endsWith("[][]");
    case "alike":
      return second.operation === first.operation ? first.path.length > 1 : first.location.startsWith("attribute ") || length > 0;
    case "apart":
    case "beside":
    case "caller":
      return first.location.startsWith("attribute ") || length > 0;
  }
}

/** Whether the network, a disk or another program is waited for between the look at what is emptied and the emptying, so that others do come in between. */
function waitsMeanwhile({ emptied, range, function: node }: Access, program: Program): boolean {
  let waits = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call" && emptied && operation.start >= emptied.read.start && operation.end <= range.start)
      waits ||= fetches(operation, node, program);
  });
  return waits;
}

/** Calls on the two ways together. */
const shortWay = 2;

/** Calls on the ways of two requests together; more of them rest on too many guesses. */
const longestForRequests = 2;

/** Where updates are really lost, as a sentence. */
export function whereLost(gap: readonly GapStep[]): string {
  let told = lost.get(gap);
  if (told === undefined) {
    told = lostOn(gap);
    lost.set(gap, told);
  }
  return told;
}

/** What was told of each: a race that an edit leaves alone is told of again after each. */
const lost = new WeakMap<readonly GapStep[], string>();

function lostOn(gap: readonly GapStep[]): string {
  const breaking = knownTargets.filter((target) => switchPossible(gap, target).verdict === "breaks");
  return breaking.length === knownTargets.length
    ? `Loses updates on every interpreter: ${everywhere(gap)}.`
    : `Loses on ${breakingText(breaking)}; ${accidentText(gap)}.`;
}

/** Why a switch is possible on every interpreter. */
function everywhere(gap: readonly GapStep[]): string {
  const current = switchPossible(gap, { implementation: "cpython", major: 3, minor: 13, freeThreaded: false });
  const clause = current.because.replace(/^CPython 3\.13 may switch threads /, "");
  return `threads may switch ${clause}`;
}

/** CPython versions as ranges, builds without a GIL as one group. */
function breakingText(targets: readonly Target[]): string {
  const versions = targets.filter((target) => target.implementation === "cpython" && !target.freeThreaded).map((target) => target.minor);
  const parts: string[] = [];
  const newest = versions[versions.length - 1];
  if (newest !== undefined) parts.push(`CPython ≤ 3.${newest}`);
  if (targets.some((target) => target.freeThreaded)) parts.push("free-threaded builds");
  if (targets.some((target) => target.implementation === "pypy")) parts.push("PyPy");
  return parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts[parts.length - 1]}` : (parts[0] ?? "");
}

function accidentText(gap: readonly GapStep[]): string {
  const safe = knownTargets.filter((target) => switchPossible(gap, target).verdict !== "breaks" && target.implementation === "cpython");
  const first = safe[0]?.minor;
  const last = safe[safe.length - 1]?.minor;
  return `CPython 3.${first}–3.${last} with the GIL happen not to switch here`;
}
