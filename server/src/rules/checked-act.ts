import { knownTargets, targetName } from "../base/target.js";
import type { GapStep } from "../knowledge/atomicity.js";
import { checkThenActVerdict } from "../knowledge/check-then-act.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { functionView } from "../program/link/linked-file.js";
import { commonLocks, type HeldLock, takesLock, writtenName } from "../program/link/locks/locks.js";
import { isFilledBefore } from "../program/link/sharing/filled-before.js";
import { addingMethods, type Check, type CheckThenAct, isNone, takesFrom } from "../program/link/state/compound.js";
import { samePlace, sameValue, stepsBetween, stepsOfStore } from "../program/link/state/updates.js";
import { joinsText } from "../program/link/text-joins.js";
import { isAwaitedAtOnce } from "../program/link/threads/joined-at-once.js";
import { listOf, someValue, walkBeside, walkOperations } from "../program/link/walk.js";
import type { CallOperation, Operation, Value } from "../program/operation.js";
import { isNamedForLifecycle, isRealLock, lockText, type Race, raceOf, racePlaces } from "./race.js";
import type { RelatedLocation, RuleContext, TargetVerdict } from "./rule.js";

/** Something that is done because of an earlier look at the same shared state, and an access that can come between the two. */
export interface CheckedAct {
  readonly race: Race;
  readonly pattern: CheckThenAct;
}

/** The access of `others` that makes the check untrue before the act, if one can come between; `undoes` tells which would. */
export function checkedActOf(
  access: Access,
  accesses: readonly Access[],
  undoes: (other: Access) => boolean,
  program: Program,
): CheckedAct | undefined {
  const { check } = access;
  if (!check || !isRepeatable(access) || isFilledFirst(access, check.pattern, accesses, program)) return undefined;
  const others = accesses.filter(
    (other) => undoes(other) && !isAlone(other) && !hasWaited(other, access, program) && sameKey(check.pattern, other),
  );
  const { pattern } = check;
  const locks = pattern.check.waitsFor ? keptWhileWaiting(pattern.check.waitsFor, access, program) : check.locks;
  const race = locks && raceOf(access, locks, others, program, accesses);
  if (!race || ((pattern.byCall || pattern.check.isAsked) && !isMeant(race, pattern))) return undefined;
  return { race: isWeak(race, pattern, program) ? { ...race, confidence: "possible" } : race, pattern };
}

/**
 * Whether a look or an act in another function is one that threads make at the same time, and not a guess upon a guess: the program starts them, or who
 * promises to be shared takes a lock for the act.
 */
function isMeant({ first, second, concurrency }: Race, { byCall }: CheckThenAct): boolean {
  // A coroutine that waits for the work goes on when that is over.
  if (isAwaited(first) || isAwaited(second)) return false;
  if (concurrency === "promised") return locksAfterLook(first).length > 0 || (byCall !== undefined && takesLock(byCall.function));
  // That other code calls a public method meanwhile is a guess as well.
  return concurrency === "seen" && [first, second].every(({ root }) => root.kind !== "caller" || root.within !== undefined);
}

/** The locks that are held while the condition is waited for, whose own is let go of; undefined where it is none of a held lock. */
function keptWhileWaiting(condition: Value, { function: node, check }: Access, { resolver, knowledge }: Program) {
  const names = new Set([writtenName(condition)]);
  for (const entity of resolver.resolve(condition, node)) {
    const is = entity.kind === "object" ? knowledge.type(entity.type)?.is : undefined;
    if (is?.role !== "condition" || is.scope !== "threads") return undefined;
    // `Condition(self._lock)` is held by whoever holds that lock.
    const given = entity.kind === "object" ? entity.origin?.call.arguments[0]?.value : undefined;
    if (given) names.add(writtenName(given));
  }
  const kept = check?.locks.filter((lock) => lock.taken.function !== node || !names.has(lock.name));
  return kept && kept.length < (check?.locks.length ?? 0) ? kept : undefined;
}

/** Whether what is filled on demand is there before the thread is started, and nobody takes it away again. */
function isFilledFirst(
  { root, function: node }: Access,
  { does, check }: CheckThenAct,
  accesses: readonly Access[],
  program: Program,
): boolean {
  if (does !== "fill" || check.place.kind === "element" || accesses.some((other) => effectOf(other, check) === "takes" && !isAlone(other)))
    return false;
  return isFilledBefore(root, node, check.place, program);
}

/**
 * Whether the evidence is too thin for a warning: code that merely promises to be shared and does not show by a lock taken too late that it means
 * this, or that sets something up or clears what it closes; the callback of a future, which runs once for each; work that starts itself anew when it is done; a way so long that it rests on many guesses.
 */
function isWeak({ first, second, concurrency }: Race, { check, does }: CheckThenAct, program: Program): boolean {
  if (isAwaited(first) && isAwaited(second) && first.root.key !== second.root.key) return true;
  if (concurrency === "promised") {
    if (!commonLocks(first.locks, second.locks).some(isRealLock)) return true;
    if (does !== "use" && isNamedForLifecycle(first.function)) return true;
    if (check.place.kind !== "element" && (does === "remove" || does === "replace")) return true;
  }
  if (first.path.length > longestPath || second.path.length > longestPath) return true;
  if (first.root.key !== second.root.key || first.root.kind !== "spawn") return false;
  const { spawn, function: start } = first.root;
  return spawn.worker === "callback-in-caller" || (!first.location.startsWith("global ") && reaches(start, spawn.in, program));
}

/** Whether the code that hands the work to a thread waits for it at once. */
function isAwaited({ root }: Access): boolean {
  return root.kind === "spawn" && isAwaitedAtOnce(root.spawn.call, root.spawn.in);
}

/** Calls between the start of a thread and what it does there. */
const longestPath = 3;

function reaches(from: FunctionNode, to: FunctionNode, { resolver }: Program): boolean {
  const seen = new Set([from]);
  const visit = (node: FunctionNode, depth: number): boolean => {
    if (node === to) return true;
    let found = false;
    if (depth > 0)
      walkOperations(node.facts.body, (operation) => {
        if (found || operation.op !== "call") return;
        for (const { function: callee } of resolver.callees(operation, node)) {
          if (found || seen.has(callee)) continue;
          seen.add(callee);
          found = visit(callee, depth - 1);
        }
      });
    return found;
  };
  return visit(from, 3);
}

/** How an access leaves what a check looked at: with something there, with nothing there, with another value, or as it was. */
export function effectOf({ operation }: Pick<Access, "operation">, check: Check): "adds" | "takes" | "stores" | "nothing" {
  switch (operation.op) {
    case "write":
      if (operation.form === "delete") return "takes";
      if (operation.form === "update") return "stores";
      // None under a key is still something that is there.
      if (isNone(operation.value) && check.place.kind === "element" && check.form === "membership") return "adds";
      return isNone(operation.value) || (check.form === "truth" && isEmpty(operation.value)) ? "takes" : "adds";
    case "call": {
      const { callee } = operation;
      const name = callee.op === "read" && callee.place.kind !== "element" ? callee.place.name : "";
      // Functions that change the list which they are given: `heapq.heappop(self.due)`.
      if (/^(heappush|insort(_left|_right)?)$/.test(name)) return "adds";
      if (name === "heappop") return "takes";
      if (callee.op !== "read" || callee.place.kind !== "attribute") return "nothing";
      return addingMethods.has(name) ? "adds" : takesFrom(operation) ? "takes" : "nothing";
    }
    default:
      return "nothing";
  }
}

/** None, False, 0, an empty text or an empty container that is written out. */
export function isEmpty(value: Value | undefined): boolean {
  if (value?.op === "constant") return value.type === "none" || value.value === 0 || value.value === "";
  return value?.op === "display" && value.elements.length === 0 && !value.isOpen;
}

/** Code that runs once while a module or class is being set up, or before anybody else has the object. */
function isRepeatable({ function: node, operation, check }: Access): boolean {
  const { kind, name } = node.facts;
  if (kind === "class-body") return false;
  const fills = check?.pattern.does === "fill" || check?.pattern.does === "replace";
  if (kind === "module") return !fills;
  return (
    name !== "__init__" || operation.op !== "write" || operation.place.kind !== "attribute" || !isReceiver(operation.place.object, node)
  );
}

/** The start of an object and what follows a fork are no time at which others are about; None that is stored only until the next statement is no end. */
function isAlone(access: Access): boolean {
  const { function: node, operation } = access;
  if (operation.op === "write" && isNone(operation.value)) {
    const list = listOf(node.facts.body, operation) ?? [];
    const next = list.slice(list.indexOf(operation) + 1).find((each) => each.op === "write");
    if (next?.op === "write" && samePlace(next.place, operation.place) && !isNone(next.value)) return true;
  }
  return node.head.name === "__init__" || /(^|_)fork(ed)?(_|$)/.test(node.head.name) || isFirstOfThread(access);
}

/** Whether a thread, which runs once, begins with it on itself: `def run(self): self.player = None`, where the constructor leaves it out. */
function isFirstOfThread({ function: node, operation, root, path, of }: Access): boolean {
  if (root.kind !== "spawn" || root.function !== node || path.length > 0 || of !== "thread's object" || node.head.name !== "run")
    return false;
  if (operation.op !== "write" || !isNone(operation.value) || operation.place.kind !== "attribute") return false;
  const { facts, file, head } = node;
  const { place } = operation;
  if (!facts.body.includes(operation)) return false;
  const owner = head.class === undefined ? undefined : file.classAt(head.class);
  const stores = owner?.facts.instanceAttributes.get(place.name) ?? [];
  return stores.every((store) => {
    const isBefore = store.write.start < operation.start && file.functionAt(store.function) === node;
    return !isBefore && (isNone(store.write.value) || file.functionAt(store.function)?.head.name !== "__init__");
  });
}

function isReceiver(value: Value, { facts }: Access["function"]): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.name === facts.parameters[0]?.name;
}

const joins: ReadonlySet<string> = new Set(["join", "shutdown"]);

/** Whether the access stands where the other's thread has not started yet, or after a wait for its end. */
function hasWaited(access: Access, other: Access, program: Program): boolean {
  return isOutside(access, other, program) || isOutside(other, access, program);
}

function isOutside(access: Access, { root: thread }: Access, program: Program): boolean {
  if (access.root.kind !== "caller" || thread.kind !== "spawn") return false;
  const { function: node, range, path } = access;
  if (node === thread.spawn.in && range.end <= thread.spawn.call.start) return true;
  return [...path.map((step) => ({ node: step.function, before: step.call.start })), { node, before: range.start }].some((step) =>
    hasWaitedIn(step.node, step.before, program),
  );
}

function hasWaitedIn(node: FunctionNode, before: number, { resolver }: Program): boolean {
  let waited = false;
  walkOperations(node.facts.body, (operation) => {
    if (waited || operation.op !== "call" || operation.end > before || operation.callee.op !== "read") return;
    waited = waits(operation) || resolver.callees(operation, node).some(({ function: helper }) => helper.view(waitsIn));
  });
  return waited;
}

function waits({ callee }: CallOperation): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && joins.has(callee.place.name) && !joinsText(callee.place.object);
}

const waitsIn = functionView(({ body }) => {
  let waited = false;
  walkOperations(body, (operation) => {
    waited ||= operation.op === "call" && waits(operation);
  });
  return waited;
});

/** Whether both can mean the same element: two different constants are different keys. */
function sameKey({ check }: CheckThenAct, { operation }: Access): boolean {
  if (check.place.kind !== "element") return true;
  const { index } = check.place;
  const other = keyOf(operation);
  return index.op !== "constant" || other?.op !== "constant" || sameValue(index, other);
}

function keyOf(operation: Access["operation"]): Value | undefined {
  if (operation.op === "write") return operation.place.kind === "element" ? operation.place.index : undefined;
  if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return undefined;
  return /^(pop|add|remove|discard|setdefault)$/.test(operation.callee.place.name) ? operation.arguments[0]?.value : undefined;
}

/**
 * Whether anything but the act itself hangs on the check: work that is done twice, or an answer that two callers get. `late`: only what was done
 * before the act, as where work is done and then noted as done.
 */
export function guardsMore({ act, check, byCall }: CheckThenAct): "yes" | "late" | "no" {
  let more: "yes" | "late" | "no" = check.instead.some((operation) => operation.op === "raise") ? "yes" : "no";
  const quiet = new Set<Value>();
  const visit = (operation: Operation): void => {
    if (operation === act || operation === byCall?.call || more === "yes" || !isEffect(operation, act)) return;
    if (operation.op === "call" && quiet.has(operation)) return;
    more = operation.start > act.start ? "yes" : "late";
  };
  walkOperations(check.dependent, (operation) => {
    // What is only computed to be logged is as harmless as the log.
    if (operation.op === "call" && isHarmless(operation.callee))
      for (const { value } of operation.arguments) someValue(value, (inner) => quiet.add(inner) === undefined);
  });
  walkBeside(check.dependent, byCall?.call ?? act, visit);
  return more;
}

/** Whether the function also reads what it stores in the element, so that it is a result to be had again, and no mark. */
export function isMemo({ act }: CheckThenAct, node: FunctionNode): boolean {
  if (act.op !== "write") return false;
  let reads = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "read" && samePlace(operation.place, act.place) && operation.start !== act.start) reads = true;
  });
  return reads;
}

function isEffect(operation: Operation, act: Operation): boolean {
  switch (operation.op) {
    case "call":
      return !isHarmless(operation.callee);
    case "write":
      return operation.statement.start !== (act.op === "write" ? act.statement.start : -1);
    case "return":
      return operation.value?.op === "constant" && operation.value.type === "bool";
    case "yield":
      return true;
    default:
      return false;
  }
}

const harmlessCalls =
  /^(debug|info|warn|warning|error|exception|critical|log|print|format|join|len|str|repr|int|float|bool|isinstance|getattr|hasattr|type|id|min|max|sorted|get|items|keys|values|copy|is_set|notify|notify_all|time|monotonic|perf_counter|startswith|endswith|strip|lower|upper|[A-Z]\w*(Error|Exception|Warning))$/;

/** Whether a call of it tells or says something, and changes nothing that matters. */
export function isHarmless(callee: Value): boolean {
  return callee.op === "read" && callee.place.kind !== "element" && harmlessCalls.test(callee.place.name);
}

/** On which interpreters another thread can come between. */
export function actTargets(act: CheckedAct, program: Program): readonly TargetVerdict[] {
  const steps = stepsOfAct(act, program);
  return knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: checkThenActVerdict(steps, target).verdict }));
}

/** Where the reader's interpreter happens not to come between, a sentence that says so; empty where it does. */
export function accidentText(act: CheckedAct, { program, target }: RuleContext): string {
  const { verdict, because } = checkThenActVerdict(stepsOfAct(act, program), target);
  return verdict === "holds-by-accident" ? ` ${because}, which nothing promises.` : "";
}

/** What runs from the test to where the act takes effect. */
function stepsOfAct({ race, pattern }: CheckedAct, { resolver }: Program): readonly GapStep[] {
  const { first } = race;
  const act: Operation = pattern.act;
  const before = stepsBetween({ start: pattern.check.range.start, end: first.statement.end }, first.function, resolver, act);
  return ["jump-forward", ...before, ...(act.op === "write" ? stepsOfStore(act.place, first.function, resolver) : [])];
}

/** The locks that the function takes between its look and what it does because of it. */
export function locksAfterLook({ locks, function: node, check }: Access): readonly HeldLock[] {
  return locks.filter((lock) => isRealLock(lock) && lock.taken.function === node && !check?.locks.includes(lock));
}

/** The check, then what a race is explained with. */
export function actPlaces({ race, pattern }: CheckedAct): readonly RelatedLocation[] {
  const { first } = race;
  const { path } = first.function.file;
  // What is waited for once is told of at the test.
  const check: RelatedLocation = pattern.check.waitsFor
    ? { path, range: first.statement, message: "this relies on the test" }
    : { path, range: pattern.check.range, message: "what it relies on is tested here", part: "look" };
  return [check, ...racePlaces(race)];
}

/** What is held and does not help, as a clause. */
export function guardText({ race, pattern }: CheckedAct, context: RuleContext): string {
  const { first, second } = race;
  const { waitsFor } = pattern.check;
  if (waitsFor) return `\`${writtenName(waitsFor)}.wait()\` lets them in between`;
  const [broken] = commonLocks(first.locks, second.locks).filter(isRealLock);
  if (broken) return `\`${broken.name}\` is not held from the test to here`;
  const [other] = second.locks.filter(isRealLock);
  if (other) return `\`${other.name}\`, which it holds, is not held here`;
  // What is called may well hold one, for itself.
  return pattern.byCall ? "no lock is held from the test to here" : lockText(race, context);
}
