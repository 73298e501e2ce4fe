import { knownTargets, targetName } from "../base/target.js";
import { checkThenActVerdict, lazyInitialisationVerdict } from "../knowledge/check-then-act.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import { asksModuleName, testsBefore } from "../program/link/guards.js";
import type { Program } from "../program/link/link.js";
import type { HeldLock } from "../program/link/locks/locks.js";
import { callOf } from "../program/link/locks/same-lock.js";
import type { CheckThenAct } from "../program/link/state/compound.js";
import { samePlace } from "../program/link/state/updates.js";
import { someValue } from "../program/link/walk.js";
import type { Value } from "../program/operation.js";
import { accidentText, actPlaces, actTargets, type CheckedAct, checkedActOf, effectOf, guardText, locksAfterLook } from "./checked-act.js";
import { evidenceOf, lengthOfWays } from "./evidence.js";
import { withSetDefault } from "./fixes/lock-fix.js";
import { fillingAfterStore, type MadeValue, madeValue } from "./made-value.js";
import { checkedAccesses, isRealLock, quoted, type Race, raceOf, whoText } from "./race.js";
import { type Match, noFix, type Rule, type RuleContext, type TargetVerdict } from "./rule.js";
import docs from "./unsafe-lazy-init.md";

interface Data {
  readonly act: CheckedAct;
  readonly made: MadeValue;
  /** Whether it is filled after it has been stored where others look for it, and a switch may come before it is full. */
  readonly isSeenEarly: boolean;
}

/** GIL204: lazy initialisation that two threads can both perform. */
export const unsafeLazyInit: Rule<Data> = {
  code: "GIL204",
  name: "unsafe-lazy-init",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  fix: ({ act }, context) => (act.pattern.byCall ? noFix : withSetDefault(act.race.first, context)),
};

function find({ program }: RuleContext): readonly Match<Data>[] {
  const matches = new Map<string, Match<Data>>();
  for (const { location, access, accesses, inside } of checkedAccesses(program)) {
    // A module that looks in many places is wrong once; elements of one container may be of different kinds.
    const key = location.endsWith("[]") ? `${access.function.file.path}:${access.statement.start}` : location;
    const known = matches.get(key);
    if (known && known.confidence !== "possible") continue;
    const found = initOf(access, accesses, inside, program);
    if (found && (!known || found.act.race.confidence !== "possible")) matches.set(key, match(found, program));
  }
  return [...matches.values()];
}

function initOf(access: Access, accesses: readonly Access[], inside: readonly Access[], program: Program): Data | undefined {
  const pattern = access.check?.pattern;
  if (pattern?.does !== "fill" || pattern.act.op !== "write") return undefined;
  const { check } = pattern;
  if (check.waitsFor || check.form === "comparison" || (check.form === "error" && check.place.kind === "element")) return undefined;
  const found = madeValue(pattern.act, access, inside, program);
  // A lock was taken so that it is done once.
  const made: MadeValue =
    found.kind === "same" && pattern.act.value?.op !== "constant" && isLockedLate(access) ? { ...found, kind: "work" } : found;
  if (made.kind === "same" || made.kind === "given") return undefined;
  // Who sets another object on purpose, without a look, wants the first to be replaced.
  const fills = (other: Access): boolean => effectOf(other, check) === "adds" && other.check?.pattern.does === "fill";
  const isFilledLate = made.kind === "container" && isSeenEarly(pattern, access, program);
  const act =
    checkedActOf(access, accesses, fills, program) ?? (isFilledLate ? lookedAtBefore(access, accesses, pattern, program) : undefined);
  if (!act) return undefined;
  // Work that is done once more matters to who took a lock to do it once, too late; else where the program shows the threads.
  if (made.kind === "work" && act.race.concurrency !== "seen" && !isLockedLate(access)) return undefined;
  return { act, made, isSeenEarly: isFilledLate };
}

/** The look before a lock is taken, to save taking it, which finds what another thread has stored under the lock and goes on to fill. */
function lookedAtBefore(access: Access, accesses: readonly Access[], pattern: CheckThenAct, program: Program): CheckedAct | undefined {
  const { function: node, locks } = access;
  const lock = locks.find((each) => isRealLock(each) && each.taken.function === node);
  const look = lock && (lookInFunction(access, lock, pattern) ?? lookOfCaller(access, lock, pattern));
  if (!look) return undefined;
  // What is held around the call is held at the look as well.
  const around = locks.filter((each) => each.taken.function !== node);
  const { range } = look;
  const second: Access = { ...access, ...look, does: "read", statement: range, locks: around, check: undefined, update: undefined };
  const race = raceOf(access, locks, [second], program, accesses);
  return race?.concurrency === "seen" ? { race, pattern } : undefined;
}

type Look = Pick<Access, "function" | "path" | "range">;

function lookInFunction({ function: node, path }: Access, { taken }: HeldLock, { check }: CheckThenAct): Look | undefined {
  const isLook = (value: Value): boolean => value.op === "read" && samePlace(value.place, check.place);
  const range = testsBefore(node, taken.range).find((test) => test.end <= taken.range.start && someValue(test, isLook));
  return range && { function: node, path, range };
}

/** `if self._rows is None: self._load()`, of the same object, where `_load` takes the lock. */
function lookOfCaller({ function: node, path }: Access, { taken }: HeldLock, { check }: CheckThenAct): Look | undefined {
  const step = path[path.length - 1];
  // What the called function did before it took the lock may have changed what there is to see.
  if (!step || testsBefore(node, taken.range).length > 0) return undefined;
  const { function: caller, call } = step;
  const callee = callOf(step)?.callee;
  const isOwnCall = callee?.op === "read" && callee.place.kind === "attribute" && isReceiver(callee.place.object, caller);
  const isLook = (value: Value): boolean => {
    if (value.op !== "read") return false;
    if (check.place.kind === "name") return caller.file === node.file && samePlace(value.place, check.place);
    if (check.place.kind !== "attribute" || value.place.kind !== "attribute" || value.place.name !== check.place.name) return false;
    return isOwnCall && isReceiver(value.place.object, caller) && isReceiver(check.place.object, node);
  };
  const range = testsBefore(caller, call).find((test) => test.end <= call.start && someValue(test, isLook));
  return range && { function: caller, path: path.slice(0, -1), range };
}

/** Whether the value is the object or class that the method is called on. */
function isReceiver(value: Value, { head, index }: FunctionNode): boolean {
  if (head.class === undefined || value.op !== "read" || value.place.kind !== "name" || value.place.owner !== index) return false;
  return value.place.name === head.parameters[0]?.name;
}

/** Whether a container is stored and then filled, and every interpreter may switch threads meanwhile: others find a part of it, and take that for all. */
function isSeenEarly(pattern: CheckThenAct, { function: node }: Access, program: Program): boolean {
  if (pattern.check.place.kind === "element") return false;
  const steps = fillingAfterStore(pattern, node, program);
  return steps !== undefined && knownTargets.every((target) => checkThenActVerdict(steps, target).verdict === "breaks");
}

/** Whether a lock is taken, but after the look. */
function isLockedLate(access: Access): boolean {
  return locksAfterLook(access).length > 0;
}

function match(data: Data, program: Program): Match<Data> {
  const { first, confidence } = data.act.race;
  return {
    path: first.function.file.path,
    range: first.statement,
    confidence: isMild(data, program) ? "possible" : confidence,
    related: actPlaces(data.act),
    targets: targetsOf(data, program),
    prediction: undefined,
    data,
  };
}

/**
 * Whether nobody may notice: of two objects with the same content one is used, whichever it is, most are made before the threads are, and a container gets
 * the same again from whoever fills it. Two locks keep nobody apart, two threads run, and of a container that is seen before it is full something is missing.
 */
function isMild({ act, made, isSeenEarly: isPartial }: Data, program: Program): boolean {
  // An answer that is kept under a key is found out anew by whoever comes first, and is the same.
  const isLate = made.kind === "work" && isLockedLate(act.race.first) && !act.race.first.location.endsWith("[]");
  const isTold = made.kind === "lock" || made.kind === "thread" || isPartial || isLate;
  // What requests load from files or the network is loaded once for each of those that come in before the first is done.
  if (made.kind === "work" && evidenceOf(act.race) === "requests" && lengthOfWays(act.race) <= longestWay) return false;
  // Opening something takes time, in which threads that all begin with it do come by.
  const isOpened = made.kind === "resource" && !act.race.first.location.endsWith("[]") && lengthOfWays(act.race) <= longestWay;
  if (!(isTold || isOpened) || isFilledAtImport(act.race, program)) return true;
  // Work that is locked too late shows that somebody else was thought of.
  if (made.kind === "work") return false;
  // Who starts a thread and then asks for the same object has asked for it before, as a rule.
  const evidence = evidenceOf(act.race);
  return evidence === "caller" || evidence === "beside" || evidence === "promise";
}

/** Calls on the ways of the two threads together. */
const longestWay = 2;

/** Whether a module calls what fills the place while it is imported, by itself or by making an object: when threads start it is filled. */
function isFilledAtImport({ first }: Race, { resolver }: Program): boolean {
  if (first.root.kind !== "spawn" || first.root.function === first.function) return false;
  const { spawn } = first.root;
  const seen = new Set([first.function]);
  for (const node of seen) {
    for (const { call, within } of resolver.callersOf(node)) {
      if (within.head.kind === "module" && within !== spawn.in && (node === first.function || node.head.name === "__init__"))
        if (!testsBefore(within, call).some(asksModuleName)) return true;
      if (seen.size < maximumWays && within.head.kind === "function" && within !== spawn.in && within !== first.root.function)
        seen.add(within);
    }
  }
  return false;
}

const maximumWays = 12;

/** Making an object takes a call, so that others come in everywhere; an empty container that is written out takes none. */
function targetsOf({ act, made, isSeenEarly: isPartial }: Data, program: Program): readonly TargetVerdict[] {
  const { first } = act.race;
  const isWrittenOut = !isPartial && made.kind === "container" && act.pattern.act.op === "write" && act.pattern.act.value?.op === "display";
  if (isWrittenOut) return actTargets(act, program);
  const way = first.locks.some(isRealLock) ? "test-outside-lock" : "test-then-assign";
  return knownTargets.map(
    (target): TargetVerdict => ({ target: targetName(target), verdict: lazyInitialisationVerdict(way, target).verdict }),
  );
}

function message({ act, made, isSeenEarly: isPartial }: Data, context: RuleContext): string {
  const { first } = act.race;
  const text = quoted(first.function.file.path, first.statement, context);
  const [lock] = first.locks.filter(isRealLock);
  if (isPartial && lock && act.race.second.does === "read")
    return `\`${text}\` is seen by others before it is filled: ${whoText({ ...act.race, second: first })} and the look before \`${lock.name}\` is taken finds it. Who looks meanwhile takes a part for all. Fill a local variable, and store that last.`;
  if (isPartial)
    return `\`${text}\` is seen by others before it is filled: ${whoText(act.race)} and ${guardText(act, context)}. Who looks meanwhile takes a part for all. Fill a local variable, and store that last.`;
  return `\`${text}\` can run twice: ${whoText(act.race)} and ${guardText(act, context)}. ${harmText(made)}${accidentText(act, context)}`;
}

function harmText({ kind, name }: MadeValue): string {
  const each = name === "" ? "object" : `\`${name}\``;
  switch (kind) {
    case "container":
      return "Two threads then fill containers of their own, and what one of them put into the first is lost.";
    case "lock":
      return `Two threads then hold ${each}s of their own, which do not keep them apart.`;
    case "thread":
      return `Two ${each}s are started, and nobody knows the first any more.`;
    case "resource":
      return `Two ${each}s are opened, and the first is leaked while a thread still uses it.`;
    case "work":
      return "Two threads then do the same work.";
    default:
      return `Two ${each}s are made, and what a thread stored in the first is lost.`;
  }
}
