import { rangeOf } from "../base/range.js";
import { lastNameOf } from "../program/link/last-name.js";
import { type ProcessUpdate, processUpdates } from "../program/link/processes/process-updates.js";
import { isSizeFor, updateRead } from "../program/link/state/updates.js";
import { lockFix } from "./fixes/lock-fix.js";
import { ownLockFix } from "./fixes/own-lock-fix.js";
import docs from "./non-atomic-shared-update.md";
import { isRealLock, lockText, quoted, type Race, whoText } from "./race.js";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";
import { type UpdateRace, updateMatch, updateRaces, whereLost } from "./update-races.js";

/** Between threads, or between processes that share memory or a manager. */
type Data = UpdateRace | ProcessUpdate;

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
  // A lock has to be held from the read on, which for what is emptied may hold up whoever adds for as long as what was read is sent. Whoever calls an object for
  // both has no lock that it takes for the store.
  fix: (data, context) => {
    if ("spawn" in data) return hasOwnLock(data) ? ownLockFix(data, context) : noFix;
    return data.race.first.emptied || data.race.first.update?.storedBy ? noFix : lockFix(data.race.first, context);
  },
};

/** Where everybody else takes one lock, or each side takes another, inconsistent-lock says so. */
function find({ program }: RuleContext): readonly Match<Data>[] {
  const ofThreads = updateRaces(program)
    .filter(({ missing, other }) => !missing && !other)
    .map((update) => updateMatch(update, update, program));
  return [...ofThreads, ...processUpdates(program).map(processMatch)];
}

function processMatch(update: ProcessUpdate): Match<Data> {
  const { spawn, in: node, write, made } = update;
  return {
    path: node.file.path,
    range: write.statement,
    confidence: "likely",
    related: [
      { path: made.origin.in.file.path, range: rangeOf(made.origin.call), message: "what the processes share is made here" },
      { path: spawn.in.file.path, range: rangeOf(spawn.call), message: "the code runs in processes started here" },
    ],
    targets: [],
    prediction: undefined,
    data: update,
  };
}

/** Shared memory has a lock that its user can hold for longer; what is made without one, and a manager, have none. */
function hasOwnLock({ made }: ProcessUpdate): boolean {
  return made.type === "multiprocessing.sharedctypes.Synchronized";
}

function message(data: Data, context: RuleContext): string {
  if ("spawn" in data) return processMessage(data, context);
  const { race, gap } = data;
  const { first } = race;
  const text = quoted(first.function.file.path, first.statement, context);
  const guard = first.update?.storedBy ? throughoutText(race, context) : lockText(race, context);
  const where = whereLost(gap);
  if (first.emptied)
    return `\`${text}\` throws away what was added since \`${quoted(first.function.file.path, first.emptied.read, context)}\` was read: ${whoText(race)} and ${guard}. ${where}`;
  if (countsOnRow(first))
    return `\`${text}\` counts on what may have changed: ${whoText(race)} and ${guard}. ${rowText(first)}. ${where.replace(/^Loses( updates)? on/, "Goes wrong on")}`;
  return `\`${text}\` can lose updates: ${whoText(race)} and ${guard}. ${where}`;
}

/** The functions that read and store may well take a lock, each for itself. */
function throughoutText(race: Race, context: RuleContext): string {
  return race.first.locks.some(isRealLock) ? lockText(race, context) : "no lock is held from the read to here";
}

function processMessage(update: ProcessUpdate, context: RuleContext): string {
  const { in: node, write, object, made } = update;
  const text = quoted(node.file.path, write.statement, context);
  const name = quoted(node.file.path, rangeOf(object), context);
  const who = `\`${text}\` can lose updates: several processes run \`${node.head.name}\`, and`;
  if (hasOwnLock(update))
    return `${who} \`${name}\` takes its lock for the read and for the store, each by itself. Use \`with ${name}.get_lock():\`.`;
  if (made.type.endsWith("RawValue")) return `${who} \`${name}\` has no lock. Use a \`Value\`, and hold its \`get_lock()\`.`;
  return `${who} the manager answers the read and the store one by one. Hold a \`multiprocessing.Lock\` that all of them have.`;
}

function rowText({ operation }: Race["first"]): string {
  return operation.op === "call" && lastNameOf(operation.callee) === "insert"
    ? "Another thread can move the place that was found before the element is put there"
    : "Two threads can read the same length or last element before either adds its own";
}

/** Whether an element is added whose place or content follows from those that are there. */
function countsOnRow({ does, operation, update, function: node }: Race["first"]): boolean {
  if (does === "change") return true;
  if (operation.op !== "write" || operation.place.kind !== "element" || !update) return false;
  const read = updateRead(operation, node);
  return read !== undefined && isSizeFor(operation, read);
}
