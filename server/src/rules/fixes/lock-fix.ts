import type { FileEdit, TextEdit } from "../../base/edit.js";
import type { Range } from "../../base/range.js";
import { type Access, activityOf } from "../../program/link/activity.js";
import { type ClassNode, classKey, type FunctionNode } from "../../program/link/entity.js";
import { type HeldLock, writtenName } from "../../program/link/locks.js";
import { concurrency } from "../../program/link/parallel.js";
import { parentOf } from "../../program/link/resolver.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Statement, Stretch } from "../../syntax/layout.js";
import { isRealLock, quoted } from "../race.js";
import type { FixOffer, RuleContext, Safety } from "../rule.js";
import { type Code, codeOf, indented, occurrences, statementsAt, unusedName, wrapped } from "./code.js";
import { type Conduct, conductName, conductOf } from "./locked-code.js";
import { type NewLock, newLock } from "./new-lock.js";
import { isDotted, pathTo, placeOf, type SharedState, stateAt } from "./shared-state.js";

/** A lock to hold: one that the program has, or one that is made beside the state. */
interface Lock {
  readonly state: SharedState;
  /** As in `HeldLock`; undefined for one that is made. */
  readonly key: string | undefined;
  readonly reentrant: HeldLock["reentrant"];
  readonly made: NewLock | undefined;
}

/** Statements of one function that no other thread may come between. */
interface Section {
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

class Refusal {
  constructor(readonly reason: string) {}
}

/**
 * Holds a lock where state is changed and where other threads change it: the lock that other code holds for it, else the only one of its class,
 * else a new one beside the state. Refused where a lock would be held while the code waits, or could lock itself out.
 */
export function lockFix(access: Access, context: RuleContext): FixOffer {
  const state = stateAt(access.location, context.program);
  const name = state?.name ?? "it";
  if (!state) return refused("Hold a lock", "the state is reached in a way that tells no place for a lock");
  const all = accessesTo(access, context);
  const changing = changesOf(access, all);
  const found = lockFor(state, access, all, changing, context);
  if (found instanceof Refusal) return refused(`Guard \`${name}\` with a lock`, found.reason);
  const title = (lock: string): string => `Hold \`${lock}\` while \`${name}\` is changed`;
  const sections = sectionsOf(found, state, changing, all, context);
  if (sections instanceof Refusal) return refused(`Guard \`${name}\` with a lock`, sections.reason);
  const [first] = sections;
  if (!first) return refused(`Guard \`${name}\` with a lock`, "every place holds it already");
  const own = sections.find((section) => section.function === access.function) ?? first;
  const isSafe =
    found.made?.safety !== "unsafe" && sections.every((section) => section.safety === "safe") && sections.length <= mostSafePlaces;
  const places = sections.length === 1 ? "" : `, here and in ${sections.length - 1} other place${sections.length === 2 ? "" : "s"}`;
  const what = found.made ? `Guard \`${name}\` with a new lock, \`${own.lock}\`` : title(own.lock);
  return {
    fixes: [{ title: `${what}${places}`, safety: isSafe ? "safe" : "unsafe", edits: editsOf(sections, found) }],
    refused: [],
  };
}

/** A change in more places than these is for a reader. */
const mostSafePlaces = 6;
/** And one in more than these is for nobody. */
const mostPlaces = 12;

function refused(title: string, reason: string): FixOffer {
  return { fixes: [], refused: [{ title, reason }] };
}

/** Every access to the state, with what is in it. */
function accessesTo(access: Access, { program }: RuleContext): readonly Access[] {
  const base = access.location.replace(/\[\]$/, "");
  return activityOf(program).accesses.filter(({ location }) => location === base || location === `${base}[]`);
}

const changes: ReadonlySet<Access["does"]> = new Set(["assign", "update", "delete", "change", "insert", "advance"]);

/** The accesses that have to hold the lock, by operation, the given one first: it, and the changes that can come at the same time. */
function changesOf(access: Access, all: readonly Access[]): readonly (readonly Access[])[] {
  const groups = new Map<unknown, Access[]>([[access.operation, []]]);
  for (const each of all) {
    const isOwn = each.operation === access.operation;
    if (!isOwn && (!changes.has(each.does) || !concurrency(access, each))) continue;
    const group = groups.get(each.operation);
    if (group) group.push(each);
    else groups.set(each.operation, [each]);
  }
  if (groups.get(access.operation)?.length === 0) groups.set(access.operation, [access]);
  return [...groups.values()];
}

/** Whether the lock is held at the access and, where it rests on a look, since the look. */
function isHeldAt({ locks, check }: Access, key: string): boolean {
  const holds = (held: readonly HeldLock[]): boolean => held.some((lock) => lock.key === key);
  return holds(locks) && (check === undefined || holds(check.locks));
}

function lockFor(
  state: SharedState,
  access: Access,
  all: readonly Access[],
  changing: readonly (readonly Access[])[],
  context: RuleContext,
): Lock | Refusal {
  const held = heldFor(all, context);
  if (held) return held;
  if (state.of === "object") {
    const only = onlyLockOf(state.class, context);
    const isQuiet = changing.every(([each]) => each && conductOf(each.function, each.statement, context.program).does === "quiet");
    if (only && isQuiet) return only;
  }
  const made = newLock(state, { module: "threading", member: "Lock" }, context);
  if ("refused" in made) return new Refusal(made.refused);
  if (access.function.facts.kind === "class-body") return new Refusal("it runs while a class is made");
  return { state, key: undefined, reentrant: "no", made };
}

/** The lock that most of the code holds that touches the state. */
function heldFor(all: readonly Access[], { program }: RuleContext): Lock | undefined {
  const byKey = new Map<string, { readonly lock: HeldLock; readonly operations: Set<unknown> }>();
  for (const access of all) {
    for (const lock of access.locks) {
      if (!isRealLock(lock) || lock.identity === "by-name" || lock.scope !== "threads") continue;
      const known = byKey.get(lock.key);
      if (known) known.operations.add(access.operation);
      else byKey.set(lock.key, { lock, operations: new Set([access.operation]) });
    }
  }
  const best = [...byKey.values()].sort((a, b) => b.operations.size - a.operations.size)[0];
  const state = best && stateAt(best.lock.key, program);
  return state && { state, key: best.lock.key, reentrant: best.lock.reentrant, made: undefined };
}

/** The lock of a class that has one for all it does. */
function onlyLockOf(node: ClassNode, { program }: RuleContext): Lock | undefined {
  const locks = [...node.facts.instanceAttributes].flatMap(([name, writes]): Lock[] => {
    const types = writes.flatMap(({ function: index, write }) => {
      const within = node.file.functions[index];
      return within && write.value ? program.resolver.resolve(write.value, within) : [];
    });
    if (types.length === 0 || !types.every((type) => type.kind === "object" && /^threading\.R?Lock$/.test(type.type))) return [];
    const reentrant = types.every((type) => type.kind === "object" && type.type === "threading.RLock") ? "yes" : "no";
    return [{ state: { of: "object", class: node, name }, key: `attribute ${classKey(node)} ${name}`, reentrant, made: undefined }];
  });
  return locks.length === 1 ? locks[0] : undefined;
}

function sectionsOf(
  lock: Lock,
  state: SharedState,
  changing: readonly (readonly Access[])[],
  all: readonly Access[],
  context: RuleContext,
): readonly Section[] | Refusal {
  const sections: Section[] = [];
  for (const group of changing) {
    const [access] = group;
    const { key } = lock;
    if (!access || (key !== undefined && group.every((each) => isHeldAt(each, key)))) continue;
    if (key !== undefined && lock.reentrant !== "yes" && group.some(({ locks }) => locks.some((each) => each.key === key)))
      return new Refusal(`\`${lock.state.name}\` is held on some ways to ${placeText(access, context)} already`);
    const section = sectionOf(access, lock, state, all, context);
    if (section instanceof Refusal) return section;
    sections.push(section);
    if (sections.length > mostPlaces)
      return new Refusal(`it is changed in more than ${mostPlaces} places that would have to hold the lock`);
  }
  const merged = mergedSections(sections, context);
  for (const section of merged) {
    const inner = merged.find((other) => section.conduct.runs.has(other.function));
    if (inner)
      return new Refusal(`${conductName(section.conduct)} runs \`${inner.function.facts.name}\`, which would have to take the lock again`);
  }
  return merged;
}

function placeText({ function: node, statement }: Access, context: RuleContext): string {
  const text = quoted(node.file.path, statement, context);
  return node.facts.kind === "module" ? `\`${text}\`` : `\`${text}\` in \`${node.facts.name}\``;
}

function sectionOf(access: Access, lock: Lock, state: SharedState, all: readonly Access[], context: RuleContext): Section | Refusal {
  const { program } = context;
  const { function: node } = access;
  if (node.facts.kind === "lambda" || node.facts.kind === "class-body")
    return new Refusal(`${placeText(access, context)} stands where no statement can`);
  const code = codeOf(node.file.path, context);
  const written = writtenLock(lock, state, access, program);
  if (written === undefined) return new Refusal(`the lock has no name at ${placeText(access, context)}`);
  if (access.check?.pattern.check.at.op === "loop") return loopSection(access, written, code, context);
  const range = rangeToGuard(access, code);
  const narrow = range && statementsAt(code, placesOf(code, range));
  if (!narrow) return new Refusal(`it is not clear which statements belong to ${placeText(access, context)}`);
  if (narrow.statements.some(({ form }) => form === "several on one line"))
    return new Refusal(`${placeText(access, context)} shares its line with other statements`);
  const hoisted = hoistedSection(access, narrow, written, all, code, context);
  if (hoisted) return hoisted;
  const stretch = withReadsBehind(narrow, access, code, context);
  const conduct = conductOf(node, placesOf(code, rangeOfStretch(stretch)), program);
  const objection = objectionTo(conduct, access, lock, context);
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
function objectionTo(conduct: Conduct, access: Access, lock: Lock, context: RuleContext): string | undefined {
  const where = access.function.facts.kind === "module" ? "" : ` in \`${access.function.facts.name}\``;
  switch (conduct.does) {
    case "suspends":
      return `${conductName(conduct)}${where} would give others the floor while the lock is held`;
    case "waits":
      return `${conductName(conduct)}${where} would wait while the lock is held; do that before or after`;
    case "locks":
      return `${conductName(conduct)}${where} takes a lock, and two locks held together can be taken in both orders`;
    case "calls out":
    case "quiet":
      break;
  }
  if (lock.key === undefined) return undefined;
  const { key } = lock;
  const caller = lock.reentrant === "yes" ? undefined : callerThatHolds(access.function, lock.state.name, context);
  if (caller) return `\`${caller.facts.name}\` calls \`${access.function.facts.name}\` with \`${lock.state.name}\` held already`;
  const around = access.locks.filter(isRealLock);
  const isTakenInOtherOrder = activityOf(context.program).acquisitions.some(
    (other) => around.some((held) => held.key === other.lock.key) && other.locks.some((held) => held.key === key),
  );
  return isTakenInOtherOrder
    ? `other code takes \`${around[0]?.name}\` while it holds \`${lock.state.name}\`: the two would deadlock`
    : undefined;
}

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

/** The lock as an expression at the access; undefined where it cannot be named. */
function writtenLock(lock: Lock, state: SharedState, access: Access, { resolver }: RuleContext["program"]): string | undefined {
  const { function: node } = access;
  const name = lock.made?.name ?? lock.state.name;
  const place = placeOf(access);
  const base = place && pathTo(state, place, node);
  const through = base !== undefined && base !== "" && isDotted(base) ? writtenName(base) : undefined;
  switch (lock.state.of) {
    case "module":
      if (lock.state.path === node.file.path) return name;
      return through !== undefined && state.of === "module" && state.path === lock.state.path ? `${through}.${name}` : undefined;
    case "function":
      for (let around: FunctionNode | undefined = node; around; around = parentOf(around)) {
        if (around === lock.state.function) return name;
      }
      return undefined;
    case "object": {
      const { class: holder } = lock.state;
      const self = node.facts.class !== undefined ? node.facts.parameters[0]?.name : undefined;
      if (state.of === "object" && isFamily(state.class, holder, resolver)) return through === undefined ? undefined : `${through}.${name}`;
      const owner = resolver.enclosingClass(node);
      return owner && self !== undefined && isFamily(owner, holder, resolver) && state.of !== "module" ? `${self}.${name}` : undefined;
    }
  }
}

function isFamily(a: ClassNode, b: ClassNode, resolver: RuleContext["program"]["resolver"]): boolean {
  return a === b || resolver.classOrder(a).classes.includes(b) || resolver.classOrder(b).classes.includes(a);
}

/** From the look that the access rests on to the end of its statement, in offsets of the text. */
function rangeToGuard(access: Access, { source }: Code): Range | undefined {
  const { function: node, statement, update, check } = access;
  const parts = [statement];
  const isOwn = (range: Range): boolean => node.facts.start <= range.start && range.end <= node.facts.end;
  if (update && isOwn(update.read)) parts.push(update.read);
  if (check && isOwn(check.pattern.check.range)) parts.push(check.pattern.check.range);
  const ranges = parts.map((part) => source.range(part));
  return { start: Math.min(...ranges.map((range) => range.start)), end: Math.max(...ranges.map((range) => range.end)) };
}

function placesOf({ source }: Code, { start, end }: Range): Range {
  return { start: source.place(start), end: source.place(end) };
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
function withReadsBehind(stretch: Stretch, access: Access, code: Code, { program }: RuleContext): Stretch {
  const place = placeOf(access);
  if (!access.update || !place || place.kind === "element") return stretch;
  const last = stretch.statements[stretch.statements.length - 1] as Statement;
  const next = stretch.siblings[stretch.siblings.indexOf(last) + 1];
  if (next?.form !== "simple") return stretch;
  const text = code.source.slice(access.operation).trim();
  const name = place.kind === "name" ? place.name : `${writtenName(place.object)}.${place.name}`;
  const isRead = text !== "" && occurrences({ text: code.text.slice(next.start, next.end) }, escaped(name)).length > 0;
  const isQuiet = conductOf(access.function, placesOf(code, next), program).does === "quiet";
  return isRead && isQuiet ? { ...stretch, statements: [...stretch.statements, next] } : stretch;
}

function escaped(name: string): string {
  return name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/**
 * `total += fetch(url)` becomes a call without the lock and an update under it: what is added does not depend on the state, and nobody has to wait
 * for it with the lock held.
 */
function hoistedSection(
  access: Access,
  stretch: Stretch,
  lock: string,
  all: readonly Access[],
  code: Code,
  { program }: RuleContext,
): Section | undefined {
  const { operation, function: node, update } = access;
  const [statement] = stretch.statements;
  if (operation.op !== "write" || operation.form !== "update" || !update || !statement) return undefined;
  if (stretch.statements.length !== 1 || statement.form !== "simple") return undefined;
  const text = code.text.slice(statement.start, statement.end);
  const [, target, operator = "", value = ""] = /^([\w.[\]"' ]+?)\s*((?:\*\*|\/\/|>>|<<|[-+*/%&|^@])=)\s*([\s\S]+)$/.exec(text) ?? [];
  const place = placeOf(access);
  if (target === undefined || !place || /\byield\b|:=/.test(value) || /^[^([{]*[\r\n]/.test(value)) return undefined;
  const start = statement.end - value.length;
  const conduct = conductOf(node, placesOf(code, { start, end: statement.end }), program);
  if (conduct.does === "quiet" || conduct.does === "locks") return undefined;
  const touches = [...conduct.runs].some((inner) => all.some((other) => other.function === inner));
  if (touches || occurrences({ text: value }, escaped(rootName(target))).length > 0) return undefined;
  const name = unusedName(code, ...(operator === "+=" || operator === "-=" ? ["amount"] : []), "value", "operand");
  const whole = conductOf(node, placesOf(code, statement), program);
  return {
    function: node,
    code,
    stretch,
    lock,
    conduct: { ...whole, does: "quiet", runs: new Set() },
    edits: [
      {
        range: { start: statement.start, end: start },
        newText: `${name} = ${value}\n${statement.indent}with ${lock}:\n${statement.indent}${code.layout.indentUnit}${text.slice(0, -value.length)}`,
      },
      { range: { start, end: statement.end }, newText: name },
    ],
    safety: conduct.callsOut === "yes" ? "unsafe" : "safe",
  };
}

/** The last name of what is updated: of `self.counts["x"]` it is `counts`. */
function rootName(target: string): string {
  const dotted = /^[\w.]+/.exec(target)?.[0] ?? target;
  return dotted.slice(dotted.lastIndexOf(".") + 1);
}

/**
 * `while queue: item = queue.pop()` becomes a loop that looks and takes under the lock, and works without it. Only where the act is at the start of
 * the body.
 */
function loopSection(access: Access, lock: string, code: Code, context: RuleContext): Section | Refusal {
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
  const inner = `${first.indent}${code.layout.indentUnit}`;
  const end = `${first.indent}with ${lock}:\n${inner}if ${negated(written)}:\n${inner}${code.layout.indentUnit}break\n`;
  const lines = { start: first.start - first.indent.length, end: last.lines.end };
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
  if (/^not\s+[\w.]+$/.test(test)) return test.replace(/^not\s+/, "");
  return /^[\w.]+(\([\w., ]*\))?$/.test(test) ? `not ${test}` : `not (${test})`;
}

/** Sections of one block that touch become one; those inside others go. */
function mergedSections(sections: readonly Section[], { program }: RuleContext): readonly Section[] {
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

function editsOf(sections: readonly Section[], lock: Lock): readonly FileEdit[] {
  const edits = new Map<string, TextEdit[]>();
  const add = (path: string, added: readonly TextEdit[]): void => {
    edits.set(path, [...(edits.get(path) ?? []), ...added]);
  };
  for (const file of lock.made?.edits ?? []) add(file.path, file.edits);
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
  const isNext = previous.lines.end === first.start - first.indent.length;
  if (!isSame || !isNext || inner.indent !== `${first.indent}${code.layout.indentUnit}`) return undefined;
  return indented(code, { start: first.start - first.indent.length, end: last.lines.end });
}
