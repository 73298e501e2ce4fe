import { knownTargets, targetName } from "../base/target.js";
import { switchPossible } from "../knowledge/atomicity.js";
import type { Access } from "../program/link/activity.js";
import { addingMethods, type CheckThenAct, takingMethods } from "../program/link/compound.js";
import type { Program } from "../program/link/link.js";
import { commonLocks } from "../program/link/locks.js";
import { sameValue, stepsBetween } from "../program/link/updates.js";
import { walkOperations } from "../program/link/walk.js";
import type { Operation, Value } from "../program/operation.js";
import { isRealLock, type Race, raceOf, racePlaces } from "./race.js";
import type { RelatedLocation, TargetVerdict } from "./rule.js";

/** Something that is done because of an earlier look at the same shared state, and an access that can come between the two. */
export interface CheckedAct {
  readonly race: Race;
  readonly pattern: CheckThenAct;
}

/** The access of `others` that makes the check untrue before the act, if one can come between; `undoes` tells which would. */
export function checkedActOf(access: Access, accesses: readonly Access[], undoes: (other: Access) => boolean): CheckedAct | undefined {
  const { check } = access;
  if (!check || !isRepeatable(access)) return undefined;
  const others = accesses.filter((other) => undoes(other) && !hasWaited(other, access) && sameKey(check.pattern, other));
  const race = raceOf(access, check.locks, others, accesses);
  return race && { race, pattern: check.pattern };
}

/** How an access leaves what was looked at: with something there, with nothing there, with another value, or as it was. */
export function effectOf({ operation }: Pick<Access, "operation">): "adds" | "takes" | "stores" | "nothing" {
  switch (operation.op) {
    case "write":
      if (operation.form === "delete") return "takes";
      if (operation.form === "update") return "stores";
      return isEmpty(operation.value) ? "takes" : "adds";
    case "call": {
      const { callee } = operation;
      const name = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.name : "";
      return addingMethods.has(name) ? "adds" : takingMethods.has(name) ? "takes" : "nothing";
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

function isReceiver(value: Value, { facts }: Access["function"]): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.name === facts.parameters[0]?.name;
}

const joins: ReadonlySet<string> = new Set(["join", "shutdown"]);

/** Whether the access stands where the other's thread has not started yet, or after a wait for its end. */
function hasWaited(access: Access, other: Access): boolean {
  return isOutside(access, other) || isOutside(other, access);
}

function isOutside(access: Access, { root: thread }: Access): boolean {
  if (access.root.kind !== "caller" || thread.kind !== "spawn") return false;
  const { function: node, range } = access;
  if (node === thread.spawn.in && range.end <= thread.spawn.call.start) return true;
  let waited = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "call" || operation.end > range.start || operation.callee.op !== "read") return;
    const { place } = operation.callee;
    if (place.kind === "attribute" && joins.has(place.name) && place.object.op === "read") waited = true;
  });
  return waited;
}

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

/** Whether anything but the act itself hangs on the check: work that is done twice, or an answer that two callers get. */
export function guardsMore({ act, check }: CheckThenAct): boolean {
  let more = false;
  walkOperations(check.dependent, (operation) => {
    if (operation !== act && isEffect(operation, act)) more = true;
  });
  return more || check.instead.some((operation) => operation.op === "raise");
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

function isHarmless(callee: Value): boolean {
  return callee.op === "read" && callee.place.kind !== "element" && harmlessCalls.test(callee.place.name);
}

/** On which interpreters another thread can come between. */
export function actTargets({ race, pattern }: CheckedAct, { resolver }: Program): readonly TargetVerdict[] {
  const { first } = race;
  const steps = stepsBetween(
    { start: pattern.check.range.start, end: first.statement.end },
    first.function,
    resolver,
    pattern.act as Operation,
  );
  return knownTargets.map((target): TargetVerdict => ({ target: targetName(target), verdict: switchPossible(steps, target).verdict }));
}

/** The check, then what a race is explained with. */
export function actPlaces({ race, pattern }: CheckedAct): readonly RelatedLocation[] {
  const { first } = race;
  const check: RelatedLocation = {
    path: first.function.file.path,
    range: pattern.check.range,
    message: "what it relies on is tested here",
  };
  return [check, ...racePlaces(race)];
}

/** What is held and does not help, as a clause. */
export function guardText({ race }: CheckedAct): string {
  const { first, second } = race;
  const [broken] = commonLocks(first.locks, second.locks).filter(isRealLock);
  if (broken) return `\`${broken.name}\` is not held from the test to here`;
  const [other] = second.locks.filter(isRealLock);
  if (other) return `\`${other.name}\`, which it holds, is not held here`;
  return [...first.locks, ...second.locks].some(isRealLock) ? "no common lock is held" : "no lock is held";
}
