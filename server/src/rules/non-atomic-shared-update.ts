import { knownTargets, type Target, targetName } from "../base/target.js";
import { type GapStep, switchPossible } from "../knowledge/atomicity.js";
import { isSizeFor, updateRead } from "../program/link/updates.js";
import { evidenceOf, lengthOfWays, locked } from "./evidence.js";
import { lockFix } from "./fixes/lock-fix.js";
import docs from "./non-atomic-shared-update.md";
import { accessesByLocation, isRealLock, lockText, ownLocks, quoted, type Race, raceOf, racePlaces, whoText } from "./race.js";
import type { Match, Rule, RuleContext, TargetVerdict } from "./rule.js";
import { countsStreak } from "./streak.js";
import { countsWhatIsTold, isStatistic } from "./told-count.js";

interface Data {
  readonly race: Race;
  readonly gap: readonly GapStep[];
}

/** GIL201: a read-modify-write of state shared between threads with no common lock. */
export const nonAtomicSharedUpdate: Rule<Data> = {
  code: "GIL201",
  name: "non-atomic-shared-update",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: ({ race }, context) => lockFix(race.first, context),
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  const matches = new Map<string, Match<Data>>();
  for (const accesses of accessesByLocation(program).values()) {
    const stores = accesses.filter(
      ({ does, update }) => does === "assign" || does === "update" || does === "delete" || (does === "change" && update),
    );
    for (const update of stores) {
      if (!update.update) continue;
      const key = `${update.function.file.path}:${update.statement.start}`;
      const known = matches.get(key);
      if (known && known.confidence !== "possible") continue;
      // An update under a lock is right; a store that comes in between without the lock is wrong, and is reported there.
      const isGuarded = update.locks.some(isRealLock);
      const others = (isGuarded ? stores.filter((store) => store.update && ownLocks(store).length > 0) : stores).filter(
        // What changes in place stays the same object, so that only who stores another one is undone.
        (store) => update.update?.form === "stores" || store.update?.form !== "changes-in-place",
      );
      // Who takes a lock for the same count shows best that this one lacks it.
      const guarded = others.filter((other) => other.operation !== update.operation && ownLocks(other).some(isRealLock));
      const best = guarded.length > 0 ? raceOf(update, update.locks, guarded, program, accesses) : undefined;
      const race = best?.confidence === "likely" ? best : raceOf(update, update.locks, others, program, accesses);
      if (race && (!known || race.confidence !== "possible")) matches.set(key, match(race, update.update.gap));
    }
  }
  return [...matches.values()];
}

function match(race: Race, gap: readonly GapStep[]): Match<Data> {
  return {
    path: race.first.function.file.path,
    range: race.first.statement,
    confidence: isMild(race) ? "possible" : race.confidence,
    related: racePlaces(race),
    targets: knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: switchPossible(gap, target).verdict })),
    prediction: undefined,
    data: { race, gap },
  };
}

/**
 * Whether nobody may notice what is lost, or too little speaks for it. Where one side takes a lock for it, somebody wants the count to be right. Where neither
 * does, a promise to be shared need not be about it, and two threads that do different things to an object, or get there through many calls, have an order of
 * their own as a rule.
 */
function isMild(race: Race): boolean {
  const { first, second } = race;
  if (countsStreak(first) || first.update?.result === "kept") return true;
  if (isStatistic(first)) return true;
  const length = lengthOfWays(race);
  const evidence = evidenceOf(race);
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

/** Calls on the ways of two requests together; more of them rest on too many guesses. */
const longestForRequests = 2;

function message({ race, gap }: Data, context: RuleContext): string {
  const { first } = race;
  const text = quoted(first.function.file.path, first.statement, context);
  const guard = lockText(race, context);
  const breaking = knownTargets.filter((target) => switchPossible(gap, target).verdict === "breaks");
  const where =
    breaking.length === knownTargets.length
      ? `Loses updates on every interpreter: ${everywhere(gap)}.`
      : `Loses on ${breakingText(breaking)}; ${accidentText(gap)}.`;
  if (countsOnRow(first))
    return `\`${text}\` counts on what may have changed: ${whoText(race)} and ${guard}. Two threads can read the same length or last element before either adds its own. ${where.replace(/^Loses( updates)? on/, "Goes wrong on")}`;
  return `\`${text}\` can lose updates: ${whoText(race)} and ${guard}. ${where}`;
}

/** Whether an element is added whose place or content follows from those that are there. */
function countsOnRow({ does, operation, update, function: node }: Race["first"]): boolean {
  if (does === "change") return true;
  if (operation.op !== "write" || operation.place.kind !== "element" || !update) return false;
  const read = updateRead(operation, node);
  return read !== undefined && isSizeFor(operation, read);
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
