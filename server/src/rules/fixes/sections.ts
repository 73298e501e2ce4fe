import type { FileEdit, TextEdit } from "../../base/edit.js";
import type { Range } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { writtenName } from "../../program/link/locks/locks.js";
import type { Check } from "../../program/link/state/compound.js";
import { samePlace } from "../../program/link/state/updates.js";
import { someValue } from "../../program/link/walk.js";
import type { Place } from "../../program/operation.js";
import type { Statement, Stretch } from "../../syntax/layout.js";
import type { RuleContext, Safety } from "../rule.js";
import { type Change, placeText } from "./changes.js";
import { type Code, codeOf, indented, isBroken, lineStart, occurrences, placesOf, statementsAt, unitBehind, wrapped } from "./code.js";
import { hoisted, hoistOf } from "./hoist.js";
import { type Conduct, conductName, conductOf } from "./locked-code.js";
import { placeOf } from "./shared-state.js";

/** Statements of one function that no other thread may come between. */
export interface Section {
  readonly function: FunctionNode;
  readonly code: Code;
  readonly stretch: Stretch;
  /** The lock as it is written here. */
  readonly lock: string;
  readonly conduct: Conduct;
  /** The edits that hold the lock, where that takes more than a line before the statements. */
  readonly edits: readonly TextEdit[] | undefined;
  readonly safety: Safety;
}

/** Why a lock cannot be held somewhere. */
export class Refusal {
  constructor(readonly reason: string) {}
}

/**
 * The fewest statements that hold a change and the look that it rests on, to run with the lock that is written so. `touching`: every function
 * that touches the state.
 */
export function sectionOf(access: Change, written: string, touching: ReadonlySet<FunctionNode>, context: RuleContext): Section | Refusal {
  const { program } = context;
  const { function: node } = access;
  if (node.head.kind === "lambda" || node.head.kind === "class-body")
    return new Refusal(`${placeText(access, context)} stands where no statement can`);
  if (isBroken(node.file)) return new Refusal("the file has a syntax error");
  const code = codeOf(node.file.path, context);
  if (access.check?.pattern.check.at.op === "loop") return loopSection(access, written, code, context);
  const range = rangeToGuard(access, code);
  const narrow = range && statementsAt(code, placesOf(code, range));
  if (!narrow) return new Refusal(`it is not clear which statements belong to ${placeText(access, context)}`);
  if (narrow.statements.some(({ form }) => form === "several on one line"))
    return new Refusal(`${placeText(access, context)} shares its line with other statements`);
  const hoisted = hoistedSection(access, narrow, written, touching, code, context);
  if (hoisted) return hoisted;
  const stretch = withReadsBehind(narrow, access, code, context);
  const conduct = conductOf(node, placesOf(code, rangeOfStretch(stretch)), program);
  const objection = objectionTo(conduct, access);
  if (objection) return new Refusal(objection);
  return {
    function: node,
    code,
    stretch,
    lock: written,
    conduct,
    edits: undefined,
    safety: conduct.does === "quiet" ? "safe" : "unsafe",
  };
}

/** Why a lock must not be held round what the code does. */
function objectionTo(conduct: Conduct, access: Change): string | undefined {
  const where = access.function.head.kind === "module" ? "" : ` in \`${access.function.head.name}\``;
  switch (conduct.does) {
    case "suspends":
      return `${conductName(conduct)}${where} would give others the floor while the lock is held`;
    case "waits":
      return `${conductName(conduct)}${where} would wait while the lock is held; do that before or after`;
    case "locks":
      return `${conductName(conduct)}${where} takes a lock, and two locks held together can be taken in both orders`;
    case "calls out":
    case "quiet":
      return undefined;
  }
}

/** From the look that the access rests on to the end of its statement, in offsets of the text. */
export function rangeToGuard(access: Change, { source }: Code): Range | undefined {
  const { function: node, statement, update, check } = access;
  const parts = [statement];
  const isOwn = (range: Range): boolean => node.head.start <= range.start && range.end <= node.head.end;
  if (update && isOwn(update.read)) parts.push(update.read);
  if (check && isOwn(check.pattern.check.range)) parts.push(check.pattern.check.range, ...looksBefore(check.pattern.check, node));
  const ranges = parts.map((part) => source.range(part));
  return { start: Math.min(...ranges.map((range) => range.start)), end: Math.max(...ranges.map((range) => range.end)) };
}

/** Where the test is of a variable that was bound to what was found there before: `found = cache`, `size = len(pool)`. */
export function looksBefore({ at, place, range }: Check, node: FunctionNode): readonly Range[] {
  const test = at.op === "branch" || at.op === "loop" ? at.test : undefined;
  const looks: Range[] = [];
  if (!test) return looks;
  someValue(test, (value) => {
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
    for (const bound of node.bound(value.place.name) ?? []) {
      if (bound.start < range.start && someValue(bound, (inner) => inner.op === "read" && isPlaceOf(inner.place, place))) looks.push(bound);
    }
    return false;
  });
  return looks;
}

function isPlaceOf(read: Place, place: Place): boolean {
  return samePlace(read, place) || (place.kind === "element" && place.object.op === "read" && samePlace(read, place.object.place));
}

function rangeOfStretch({ statements }: Stretch): Range {
  const [first, last] = [statements[0] as Statement, statements[statements.length - 1] as Statement];
  return { start: first.start, end: last.end };
}

function linesOfStretch({ statements }: Stretch): Range {
  const [first, last] = [statements[0] as Statement, statements[statements.length - 1] as Statement];
  return { start: first.lines.start, end: last.lines.end };
}

/** Takes in the statement behind an update that uses what was stored: `self.last += 1` and `return self.last` hand out a number once. */
function withReadsBehind(stretch: Stretch, access: Change, code: Code, { program }: RuleContext): Stretch {
  const place = placeOf(access);
  if (!access.update || !place || place.kind === "element") return stretch;
  const last = stretch.statements[stretch.statements.length - 1] as Statement;
  const next = stretch.siblings[stretch.siblings.indexOf(last) + 1];
  if (next?.form !== "simple") return stretch;
  const text = code.source.slice(access.operation).trim();
  const name = place.kind === "name" ? place.name : `${writtenName(place.object)}.${place.name}`;
  const isRead = text !== "" && occurrences({ text: code.text.slice(next.start, next.end) }, name).length > 0;
  const isQuiet = conductOf(access.function, placesOf(code, next), program).does === "quiet";
  return isRead && isQuiet ? { ...stretch, statements: [...stretch.statements, next] } : stretch;
}

/**
 * `total += fetch(url)` becomes a call without the lock and an update under it: what is added does not depend on the state, and nobody has to wait
 * for it with the lock held.
 */
function hoistedSection(
  access: Change,
  stretch: Stretch,
  lock: string,
  touching: ReadonlySet<FunctionNode>,
  code: Code,
  { program }: RuleContext,
): Section | undefined {
  const { operation, function: node, update } = access;
  const [statement] = stretch.statements;
  if (operation.op !== "write" || operation.form !== "update" || !update || !statement || stretch.statements.length !== 1) return undefined;
  const hoist = hoistOf(statement, code);
  if (!hoist) return undefined;
  const conduct = conductOf(node, placesOf(code, hoist.value), program);
  if (conduct.does === "quiet" || conduct.does === "locks" || [...conduct.runs].some((inner) => touching.has(inner))) return undefined;
  const whole = conductOf(node, placesOf(code, statement), program);
  return {
    function: node,
    code,
    stretch,
    lock,
    conduct: { ...whole, does: "quiet", runs: new Set() },
    edits: hoisted(hoist, statement, code, `with ${lock}:`),
    safety: conduct.callsOut === "yes" ? "unsafe" : "safe",
  };
}

/**
 * `while queue: item = queue.pop()` becomes a loop that looks and takes under the lock, and works without it. Only where the act is at the start of
 * the body.
 */
function loopSection(access: Change, lock: string, code: Code, context: RuleContext): Section | Refusal {
  const { function: node, check, statement } = access;
  const refusal = new Refusal(
    `the test is that of a loop, round which the lock would be held all the while, at ${placeText(access, context)}`,
  );
  const loop = check && statementsAt(code, check.pattern.check.range)?.statements[0];
  const [block, ...others] = loop?.blocks ?? [];
  const test = check?.pattern.check.at.op === "loop" ? check.pattern.check.at.test : undefined;
  if (!loop || !block || loop.keyword !== "while" || others.length > 0 || !test) return refusal;
  const act = code.source.range(statement);
  const index = block.statements.findIndex((each) => each.start <= act.start && act.end <= each.end);
  const first = block.statements[0];
  const taken = block.statements.slice(0, index + 1);
  if (index < 0 || index > 1 || !first || taken.some(({ form }) => form !== "simple")) return refusal;
  const last = taken[taken.length - 1] as Statement;
  const conduct = conductOf(node, placesOf(code, { start: first.start, end: last.end }), context.program);
  if (conduct.does !== "quiet") return refusal;
  const header = code.text.slice(loop.start, block.header.end);
  const written = /^while\s+([\s\S]*?)\s*:$/.exec(header)?.[1];
  if (written === undefined || /[\r\n]|:=/.test(written)) return refusal;
  const inner = `${first.indent}${unitBehind(first.indent, code)}`;
  const end = `${first.indent}with ${lock}:\n${inner}if ${negated(written)}:\n${inner}${unitBehind(first.indent, code)}break\n`;
  const lines = { start: lineStart(first), end: last.lines.end };
  const testStart = loop.start + header.indexOf(written);
  return {
    function: node,
    code,
    stretch: { statements: [loop], siblings: [loop], around: [] },
    lock,
    conduct,
    edits: [
      { range: { start: testStart, end: testStart + written.length }, newText: "True" },
      { range: { start: lines.start, end: lines.start }, newText: end },
      ...indented(code, lines),
    ],
    safety: "safe",
  };
}

/** The opposite of a test, as one would write it. */
function negated(test: string): string {
  const opposite = /^not\s+([\w.]+(?:\([\w., ]*\))?)$/.exec(test);
  if (opposite) return opposite[1] as string;
  const [, left, operator = "", right] = /^([\w.[\]]+) (is not|is|not in|in) ([\w.[\]"']+)$/.exec(test) ?? [];
  const other = opposites.get(operator);
  if (other !== undefined) return `${left} ${other} ${right}`;
  return /\b(and|or|if|lambda)\b/.test(test) ? `not (${test})` : `not ${test}`;
}

const opposites: ReadonlyMap<string, string> = new Map([
  ["is", "is not"],
  ["is not", "is"],
  ["in", "not in"],
  ["not in", "in"],
]);

/** Sections of one block that touch become one; those inside others go. */
export function mergedSections(sections: readonly Section[], { program }: RuleContext): readonly Section[] {
  const result: Section[] = [];
  for (const section of sections) {
    const range = linesOfStretch(section.stretch);
    const index = result.findIndex((other) => {
      const { start, end } = linesOfStretch(other.stretch);
      if (other.code !== section.code) return false;
      const isApart = section.edits !== undefined || other.edits !== undefined;
      return isApart ? start < range.end && range.start < end : start <= range.end && range.start <= end;
    });
    const other = result[index];
    if (!other) {
      result.push(section);
      continue;
    }
    const known = linesOfStretch(other.stretch);
    if (other.stretch.siblings !== section.stretch.siblings) {
      // One stands inside the other.
      if (range.start <= known.start && known.end <= range.end) result[index] = section;
      continue;
    }
    const statements = section.stretch.siblings.filter(
      ({ lines }) => lines.start >= Math.min(range.start, known.start) && lines.end <= Math.max(range.end, known.end),
    );
    const stretch = { ...other.stretch, statements };
    result[index] = {
      ...other,
      stretch,
      conduct: conductOf(other.function, placesOf(other.code, rangeOfStretch(stretch)), program),
      edits: section.edits && other.edits ? other.edits : (section.edits ?? other.edits),
      safety: section.safety === "safe" && other.safety === "safe" ? "safe" : "unsafe",
    };
  }
  return result;
}

/** What has to be edited to hold the locks, besides other edits. */
export function editsOf(sections: readonly Section[], others: readonly FileEdit[]): readonly FileEdit[] {
  const edits = new Map<string, TextEdit[]>();
  const add = (path: string, added: readonly TextEdit[]): void => {
    edits.set(path, [...(edits.get(path) ?? []), ...added]);
  };
  for (const file of others) add(file.path, file.edits);
  for (const section of sections)
    add(section.code.path, section.edits ?? joined(section) ?? wrapped(section.code, section.stretch, `with ${section.lock}:`));
  return [...edits].map(([path, list]) => ({ path, edits: list }));
}

/** Where the statement before is a `with` of the same lock, the statements join it. */
function joined({ code, stretch, lock, conduct }: Section): readonly TextEdit[] | undefined {
  const first = stretch.statements[0] as Statement;
  const last = stretch.statements[stretch.statements.length - 1] as Statement;
  const previous = stretch.siblings[stretch.siblings.indexOf(first) - 1];
  const [block] = previous?.blocks ?? [];
  const inner = block?.statements[0];
  if (!previous || !block || !inner || previous.keyword !== "with" || conduct.does !== "quiet") return undefined;
  const isSame = code.text.slice(block.header.start, block.header.end) === `with ${lock}:`;
  const isNext = previous.lines.end === lineStart(first);
  if (!isSame || !isNext || inner.indent !== `${first.indent}${unitBehind(first.indent, code)}`) return undefined;
  return indented(code, { start: lineStart(first), end: last.lines.end });
}
