import { indexed } from "../../base/indexed.js";
import { partOfActivity } from "../../program/link/activity/activity.js";
import type { Access, Acquisition, Wait } from "../../program/link/activity/moments.js";
import { classKey, type FunctionNode } from "../../program/link/entity.js";
import type { GuardedState } from "../../program/link/locks/guarded-state.js";
import { type HeldLock, writtenName } from "../../program/link/locks/locks.js";
import { walkOperations } from "../../program/link/walk.js";
import { isRealLock } from "../race.js";
import { type FixOffer, type RuleContext, refusedFix } from "../rule.js";
import { accessesTo, type Change, changesOf, otherChanges, placeText } from "./changes.js";
import { setDefaultFix } from "./container-fix.js";
import { lateLockSection } from "./late-lock.js";
import { type Lock, lockFor, writtenLock } from "./lock-choice.js";
import { conductName } from "./locked-code.js";
import { editsOf, mergedSections, Refusal, type Section, sectionOf } from "./sections.js";
import { type SharedState, stateAt } from "./shared-state.js";

/**
 * Holds a lock where state is changed and where other threads change it: the lock that other code holds for it, else the only one of its class,
 * else a new one beside the state. Refused where a lock would be held while the code waits, or could lock itself out.
 */
export function lockFix(access: Access, context: RuleContext): FixOffer {
  return guardedBy(access, undefined, context);
}

/** Holds the lock at the access that a comment names for the state. */
export function declaredLockFix(access: Access, state: GuardedState, context: RuleContext): FixOffer {
  const name = state.lock.slice(state.lock.lastIndexOf(".") + 1);
  const owner: SharedState = state.class ? { of: "object", class: state.class, name } : { of: "module", path: state.file.path, name };
  const key = state.class ? `attribute ${classKey(state.class)} ${name}` : `global ${state.file.path} ${name}`;
  return guardedBy(access, { state: owner, key, reentrant: "unknown", made: undefined }, context);
}

function guardedBy(access: Access, declared: Lock | undefined, context: RuleContext): FixOffer {
  const state = stateAt(access.location, context.program);
  const name = state?.name ?? "it";
  if (!state) return refusedFix("Hold a lock", "the state is reached in a way that tells no place for a lock");
  const all = accessesTo(access, context);
  const changing = declared ? changesOf(access, all).slice(0, 1) : changesOf(access, all);
  const title = `Guard \`${name}\` with a lock`;
  const found = declared ?? lockFor(state, all, changing, context);
  if ("refused" in found) return refusedFix(title, found.refused);
  const sections = sectionsOf(found, state, changing, all, context);
  if (sections instanceof Refusal) return refusedFix(title, sections.reason);
  const [first] = sections;
  if (!first) return refusedFix(title, "every place holds it already");
  const own = sections.find((section) => section.function === access.function) ?? first;
  const isSafe =
    found.made?.safety !== "unsafe" &&
    !isHeldForLong(found, context) &&
    sections.every((section) => section.safety === "safe") &&
    sections.length <= mostSafePlaces;
  const places = sections.length === 1 ? "" : `, here and in ${sections.length - 1} other place${sections.length === 2 ? "" : "s"}`;
  const what = found.made ? `Guard \`${name}\` with a new lock, \`${own.lock}\`` : `Hold \`${own.lock}\` while \`${name}\` is changed`;
  return {
    fixes: [
      {
        title: `${what}${places}`,
        safety: isSafe ? "safe" : "unsafe",
        caution: "While one thread holds the lock, all others that want it wait, for what is called under it as well.",
        edits: editsOf(sections, found.made?.edits ?? []),
      },
    ],
    refused: [],
  };
}

/** Whether code waits for something with the lock held, so that whoever takes it may have to wait as long. */
function isHeldForLong({ key }: Lock, { program }: RuleContext): boolean {
  return key !== undefined && locksAtWaits(partOfActivity(program, "waits")).has(key);
}

const locksAtWaits = indexed(
  (waits: readonly Wait[]): ReadonlySet<string> => new Set(waits.flatMap(({ locks }) => locks.map((lock) => lock.key))),
);

/** The same, and before it the one step that does without a lock, where there is one. */
export function withSetDefault(access: Access, context: RuleContext): FixOffer {
  const oneStep = setDefaultFix(access, context);
  const offer = lockFix(access, context);
  return oneStep ? { fixes: [oneStep, ...offer.fixes], refused: [] } : offer;
}

/** A change in more places than these is for a reader. */
const mostSafePlaces = 6;
/** And one in more than these is for nobody. */
const mostPlaces = 12;

/** Whether the lock is held at the access and, where it rests on a look, since the look. */
function isHeldAt({ locks, check }: Access, key: string): boolean {
  const holds = (held: readonly HeldLock[]): boolean => held.some((lock) => lock.key === key);
  return holds(locks) && (check === undefined || holds(check.locks));
}

function sectionsOf(
  lock: Lock,
  state: SharedState,
  changing: readonly (readonly Access[])[],
  all: readonly Access[],
  context: RuleContext,
): readonly Section[] | Refusal {
  const touching = functionsOf(all);
  const sections: Section[] = [];
  for (const group of changing) {
    const [access] = group;
    const { key } = lock;
    if (!access || (key !== undefined && group.every((each) => isHeldAt(each, key)))) continue;
    const held = group.filter(({ locks }) => locks.some((each) => each.key === key)).length;
    if (key !== undefined && lock.reentrant !== "yes" && held > 0 && held < group.length)
      return new Refusal(`\`${lock.state.name}\` is held on some ways to ${placeText(access, context)} already`);
    const section = sectionAt(access, lock, state, touching, held > 0 ? "late" : "never", context);
    if (section instanceof Refusal) return section;
    sections.push(section);
    if (sections.length > mostPlaces)
      return new Refusal(`it is changed in more than ${mostPlaces} places that would have to hold the lock`);
  }
  if (lock.made && sections.length > 0) {
    const known = new Set<unknown>(changing.map(([access]) => access?.operation));
    for (const other of otherChanges(state, known, context)) {
      const section = sectionAt(other, lock, state, touching, "never", context);
      if (!(section instanceof Refusal)) sections.push(section);
    }
  }
  const merged = mergedSections(sections, context);
  for (const section of merged) {
    const inner = merged.find((other) => section.conduct.runs.has(other.function));
    if (inner)
      return new Refusal(`${conductName(section.conduct)} runs \`${inner.function.head.name}\`, which would have to take the lock again`);
  }
  return merged;
}

const functionsOf = indexed((accesses: readonly Access[]): ReadonlySet<FunctionNode> => new Set(accesses.map((access) => access.function)));

function sectionAt(
  access: Change,
  lock: Lock,
  state: SharedState,
  touching: ReadonlySet<FunctionNode>,
  held: "late" | "never",
  context: RuleContext,
): Section | Refusal {
  const written = writtenLock(lock, state, access, context.program);
  if (written === undefined) return new Refusal(`the lock has no name at ${placeText(access, context)}`);
  if (held === "late") return lateLockSection(access, written, context);
  const objection = lockObjection(access, lock, context);
  return objection === undefined ? sectionOf(access, written, touching, context) : new Refusal(objection);
}

/** Why this lock must not be taken there. */
function lockObjection(access: Change, lock: Lock, context: RuleContext): string | undefined {
  if (lock.key === undefined) return undefined;
  const { key } = lock;
  const caller = lock.reentrant === "yes" ? undefined : callerThatHolds(access.function, lock.state.name, context);
  if (caller) return `\`${caller.head.name}\` calls \`${access.function.head.name}\` with \`${lock.state.name}\` held already`;
  const around = access.locks.filter(isRealLock);
  if (around.length === 0) return undefined;
  const within = locksTakenWithin(partOfActivity(context.program, "acquisitions")).get(key);
  const isTakenInOtherOrder = around.some((held) => within?.has(held.key));
  return isTakenInOtherOrder
    ? `other code takes \`${around[0]?.name}\` while it holds \`${lock.state.name}\`: the two would deadlock`
    : undefined;
}

/** The locks that are taken while one is held, by the key of that. */
const locksTakenWithin = indexed((acquisitions: readonly Acquisition[]) => {
  const taken = new Map<string, Set<string>>();
  for (const { lock, locks } of acquisitions)
    for (const { key } of locks) {
      const within = taken.get(key) ?? new Set();
      taken.set(key, within.add(lock.key));
    }
  return taken;
});

const callersAway = 3;

/** A function that calls this one, through others perhaps, in a `with` of a lock of that name. */
function callerThatHolds(
  node: FunctionNode,
  lock: string,
  context: RuleContext,
  depth = 0,
  seen: Set<FunctionNode> = new Set(),
): FunctionNode | undefined {
  if (depth >= callersAway || seen.has(node)) return undefined;
  seen.add(node);
  for (const { call, within } of context.program.resolver.callersOf(node)) {
    let holds = false;
    walkOperations(within.facts.body, (operation) => {
      if (operation.op !== "with" || operation.start > call.start || operation.end < call.end) return;
      const name = writtenName(operation.context);
      holds ||= name.slice(name.lastIndexOf(".") + 1) === lock;
    });
    if (holds) return within;
    const further = callerThatHolds(within, lock, context, depth + 1, seen);
    if (further) return further;
  }
  return undefined;
}
