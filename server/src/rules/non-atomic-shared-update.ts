import { isSizeFor, updateRead } from "../program/link/updates.js";
import { lockFix } from "./fixes/lock-fix.js";
import docs from "./non-atomic-shared-update.md";
import { lockText, quoted, type Race, whoText } from "./race.js";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";
import { type UpdateRace, updateMatch, updateRaces, whereLost } from "./update-races.js";

/** GIL201: a read-modify-write of state shared between threads with no common lock. */
export const nonAtomicSharedUpdate: Rule<UpdateRace> = {
  code: "GIL201",
  name: "non-atomic-shared-update",
  since: "0.1.0",
  group: "races",
  severity: "warning",
  docs,
  find,
  message,
  // A lock has to be held from the read on, which for what is emptied may hold up whoever adds for as long as what was read is sent.
  fix: ({ race }, context) => (race.first.emptied ? noFix : lockFix(race.first, context)),
};

/** Where everybody else takes one lock, or each side takes another, inconsistent-lock says so. */
function find({ program }: RuleContext): readonly Match<UpdateRace>[] {
  return updateRaces(program)
    .filter(({ missing, other }) => !missing && !other)
    .map((update) => updateMatch(update, update, program));
}

function message({ race, gap }: UpdateRace, context: RuleContext): string {
  const { first } = race;
  const text = quoted(first.function.file.path, first.statement, context);
  const guard = lockText(race, context);
  const where = whereLost(gap);
  if (first.emptied)
    return `\`${text}\` throws away what was added since \`${quoted(first.function.file.path, first.emptied.read, context)}\` was read: ${whoText(race)} and ${guard}. ${where}`;
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
