import { compare } from "../base/compare.js";
import { contains } from "../base/range.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import { testsBefore } from "../program/link/guards.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Program } from "../program/link/link.js";
import { decoratorNames } from "../program/link/resolution/resolver.js";
import { type CheckThenAct, isDiscard, isNone } from "../program/link/state/compound.js";
import { samePlace, sameValue } from "../program/link/state/updates.js";
import { listOf, someValue, walkBeside, walkOperations } from "../program/link/walk.js";
import type { CallOperation, Place, Value, WriteOperation } from "../program/operation.js";
import { catches, isCaughtOnTheWay } from "./caught.js";
import docs from "./check-then-act.md";
import {
  accidentText,
  actPlaces,
  actTargets,
  type CheckedAct,
  checkedActOf,
  effectOf,
  guardsMore,
  guardText,
  isEmpty,
  isHarmless,
  isMemo,
  locksAfterLook,
} from "./checked-act.js";
import { evidenceOf, lengthOfWays, locked } from "./evidence.js";
import { withSetDefault } from "./fixes/lock-fix.js";
import { type MadeValue, madeValue } from "./made-value.js";
import { checkedAccesses, isNamedForEnd, quoted, raceOf, whoText } from "./race.js";
import { type Match, noFix, type Rule, type RuleContext } from "./rule.js";
import { isStatistic } from "./told-count.js";
import { updateRaces } from "./update-races.js";

/** What goes wrong when somebody comes between. */
type Harm =
  | { readonly goes: "error"; readonly errors: readonly string[] }
  | { readonly goes: "past-limit" | "twice" | "noted-twice" | "overwritten" | "stale" | "reset" | "blocks" | "full" };

interface Data {
  readonly act: CheckedAct;
  readonly harm: Harm;
}

/** GIL202: a test and a dependent update of shared state that another thread can come between. */
export const checkThenAct: Rule<Data> = {
  code: "GIL202",
  name: "check-then-act",
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
    const check = access.check?.pattern.check;
    if (!check) continue;
    // A test is wrong once, however much is done because of it; what changes the state tells most.
    const key = `${access.function.file.path}:${check.range.start} ${location.replace(/\[\]$/, "")}`;
    const known = matches.get(key);
    if (known && rank(known) === 0) continue;
    const found = actOf(access, accesses, inside, program);
    const next = found && match(found, program);
    if (next && (!known || rank(next) < rank(known))) matches.set(key, next);
  }
  return [...matches.values()];
}

function rank({ confidence, data }: Match<Data>): number {
  return (confidence === "possible" ? 2 : 0) + (data.act.pattern.act.op === "read" ? 1 : 0);
}

function match(data: Data, program: Program): Match<Data> {
  const { first, confidence } = data.act.race;
  const { check } = data.act.pattern;
  return {
    path: first.function.file.path,
    range: check.waitsFor ? check.range : first.statement,
    confidence: isMild(data, program) ? "possible" : confidence,
    related: actPlaces(data.act),
    targets: actTargets(data.act, program),
    prediction: undefined,
    data,
  };
}

/** Whether coming second does little harm, as far as the text tells. */
function isMild({ harm, act }: Data, program: Program): boolean {
  // Who promises to be shared need not mean this; who starts threads has them.
  if (act.race.concurrency === "promised") return true;
  switch (harm.goes) {
    case "error":
      return isKeptInOrder(act) || isCaughtOnTheWay(act.race.first, harm.errors);
    case "stale":
    case "noted-twice":
    case "full":
      return true;
    case "overwritten":
      return !keepsBetter(act, program);
    // A pool or a cache may hold one more than it should; what is taken from a balance may not.
    case "past-limit":
      return act.pattern.act.op !== "write" || !countsOn(act.pattern.act);
    case "reset":
      return !isDirect(act);
    case "twice":
      return (
        !isDirect(act) ||
        (setsEvent(act.pattern) && !startsBeside(act, program)) ||
        endsTwice(act) ||
        guardsAgainstMisuse(act.pattern) ||
        !multiplies(act, program)
      );
    default:
      return false;
  }
}

/**
 * Whether threads that get here are kept in order as a rule, if not by a lock that one of them holds. What is used after the look is taken away by whoever
 * ends it; what is taken out itself is the taker's, or the key's, unless several threads of one kind take from the front.
 */
function isKeptInOrder({ race, pattern }: CheckedAct): boolean {
  const { first, second } = race;
  if (pattern.does === "change" && second.operation !== first.operation) return true;
  // Who takes it away under a lock expects others to do so under theirs; a lock on one side only may be there for something else.
  const locks = locked(race);
  if (locks !== "neither")
    return (
      lengthOfWays(race) > longestWithLock || (pattern.does === "remove" ? locks === "one" : pattern.does === "use" && locks === "both")
    );
  if (pattern.does === "remove") return true;
  return lengthOfWays(race) > 1;
}

const longestWithLock = 3;

/**
 * Whether a worse value surely can take the place of a better one: code is run to tell which of the two to keep, on which every interpreter may switch, and the
 * threads do nothing but offer what they found.
 */
function keepsBetter(act: CheckedAct, program: Program): boolean {
  const { check, act: store } = act.pattern;
  if (check.form !== "comparison" || !check.isOrder || store.op !== "write" || !store.value || isStatistic(act.race.first)) return false;
  const { value } = store;
  const compared = check.rivals ?? (check.at.op === "branch" && check.at.test?.op === "compute" ? check.at.test.operands : []);
  if (!compared.some((each) => sameValue(each, value))) return false;
  return isDirect(act) && actTargets(act, program).every(({ verdict }) => verdict === "breaks");
}

/** Whether a function of the program that the test calls asks for more or less: `differs(new, self.current)` does not. */
function ranks({ range }: CheckThenAct["check"], within: FunctionNode, { resolver }: Program): boolean {
  let found = false;
  walkOperations(within.facts.body, (operation) => {
    if (found || operation.op !== "call" || !contains(range, operation)) return;
    for (const { function: callee } of resolver.callees(operation, within))
      walkOperations(callee.facts.body, (each) => {
        found ||= each.op === "compute" && /^[<>]=?$/.test(each.operator);
      });
  });
  return found;
}

/** Whether both are threads or requests of the program that come to it by a short way, and not a thread and whoever has started it, who know of each other. */
function isDirect({ race }: CheckedAct): boolean {
  const evidence = evidenceOf(race);
  return evidence !== "caller" && evidence !== "beside" && lengthOfWays(race) <= longestWhenDirect;
}

const longestWhenDirect = 2;

/** An event that is set twice is set, whatever a thread that is started twice does; who has waited for it to be cleared and then sets it means to be alone. */
function setsEvent({ act, check }: CheckThenAct): boolean {
  return act.op === "call" && lastNameOf(act.callee) === "set" && (check.at.op !== "loop" || act.end <= check.at.end);
}

/**
 * Whether what is done twice is the end of something: `if not self.alive: return`, `self.alive = False`, `self.sock.close()`. Two threads that end, fail or
 * close at once close what is closed, which is written to be harmless; what is taken out or given back a second time is not there any more.
 */
function endsTwice({ race, pattern }: CheckedAct): boolean {
  const { act, check } = pattern;
  const { function: node } = race.first;
  if (act.op !== "write" || act.value?.op !== "constant") return false;
  const isEnd = isNamedForEnd(node);
  let mild = true;
  walkOperations(check.dependent, (operation) => {
    if (operation.op === "write") mild &&= operation.form !== "delete" && (isEnd || isPlainStore(operation));
    if (operation.op === "yield") mild = false;
    if (operation.op !== "call" || isHarmless(operation.callee)) return;
    const name = lastNameOf(operation.callee);
    mild &&= isEnd ? !onlyOnce.test(name) : closing.test(name);
  });
  return mild;
}

/**
 * Whether what comes of doing it twice is more than of doing it once: another thread or process, another element, a number that is counted again, an error
 * as nothing is left to take. What else is called then may well do the same again.
 */
function multiplies({ race, pattern }: CheckedAct, program: Program): boolean {
  const { act, byCall, check } = pattern;
  const node = race.first.function;
  // Who waits for a turn and then takes it means to be alone.
  if (check.at.op === "loop" || (act.op === "call" && addsTwice.test(lastNameOf(act.callee)))) return true;
  if (act.op === "write" && countsOn(act)) return true;
  const beside = listOf(node.facts.body, act) ?? [];
  const seen = new Set([node]);
  let more = false;
  walkBeside(check.dependent, byCall?.call ?? act, (operation) => {
    // What comes before the act hangs on it only where it stands beside it.
    if (more || operation === act || operation === byCall?.call || (operation.start < act.start && !beside.includes(operation))) return;
    if (operation.op === "write") more = operation.form === "delete" || (countsOn(operation) && !isLocalPlace(operation.place, node));
    if (operation.op !== "call") return;
    const name = lastNameOf(operation.callee);
    more = onlyOnce.test(name) || (addsTwice.test(name) && !isLocalObject(operation, node)) || starts(operation, node, program, seen);
  });
  return more;
}

/** Whether what is stored is made of what was there: `balance -= amount`, `balance = balance - amount`. */
function countsOn({ form, place, value }: WriteOperation): boolean {
  if (form === "update") return true;
  return value !== undefined && someValue(value, (each) => each.op === "read" && samePlace(each.place, place));
}

/** Whether a thread, a process or a task is started because of the look, besides the act. */
function startsBeside({ race, pattern }: CheckedAct, program: Program): boolean {
  const node = race.first.function;
  let found = false;
  walkBeside(pattern.check.dependent, pattern.byCall?.call ?? pattern.act, (operation) => {
    found ||= operation.op === "call" && starts(operation, node, program, new Set([node]));
  });
  return found;
}

/** Whether the call starts a thread, a process or a task, by itself or in what it calls. */
function starts(call: CallOperation, within: FunctionNode, program: Program, seen: Set<FunctionNode>): boolean {
  if (starting.test(lastNameOf(call.callee)) || program.spawnsIn(within).some((spawn) => spawn.call === call)) return true;
  for (const { function: callee } of seen.size > maximumSeen ? [] : program.resolver.callees(call, within)) {
    if (seen.has(callee)) continue;
    seen.add(callee);
    let found = false;
    walkOperations(callee.facts.body, (operation) => {
      found ||= operation.op === "call" && starts(operation, callee, program, seen);
    });
    if (found) return true;
  }
  return false;
}

const maximumSeen = 12;
const starting = /^_*(start|launch|spawn|fork|submit|popen|create_task|start_new_thread|run_in_executor)([_A-Z]|$)/;
const addsTwice = /^(append|appendleft|insert|extend)$/;

function isLocalPlace(place: Place, { facts }: FunctionNode): boolean {
  return place.kind === "name" && place.owner === facts.index && !facts.rebound.has(place.name);
}

/** Whether the method is one of an object that the function made for itself. */
function isLocalObject({ callee }: CallOperation, within: FunctionNode): boolean {
  if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.object.op !== "read") return false;
  const { place } = callee.place.object;
  if (!isLocalPlace(place, within) || place.kind !== "name") return false;
  const bound = within.bound(place.name) ?? [];
  return bound.length > 0 && bound.every(({ op }) => op === "display" || op === "call" || op === "comprehension");
}

/** Calls that end something, and do nothing where it has ended already. */
const closing =
  /^_*(a?close|stop|shut_?down|terminate|kill|cancel|disconnect|quit|abort|end|finish|tear_?down|clean_?up|dispose|join|wait|set|clear|notify|notify_all|wakeup|wake|interrupt|flush|exit|on_?(close|error|disconnect)(ed)?)([_A-Z]|$)/;

/** Calls that fail, or hit something else, where they are made a second time. */
const onlyOnce = /^_*(pop|popleft|popitem|remove|release|unlink|rmdir|rmtree|unregister|submit|start|task_done)$/;

function isPlainStore({ form, value }: WriteOperation): boolean {
  return form !== "update" && value !== undefined && (value.op === "constant" || value.op === "read" || isEmpty(value));
}

/** `if self.current: raise RuntimeError`: whoever comes second has made a mistake, which then goes unseen. */
function guardsAgainstMisuse({ check, act }: CheckThenAct): boolean {
  return act.op === "write" && check.place.kind !== "element" && check.instead.some((operation) => operation.op === "raise");
}

function actOf(access: Access, accesses: readonly Access[], inside: readonly Access[], program: Program): Data | undefined {
  const pattern = access.check?.pattern;
  if (!pattern) return undefined;
  const kind = harmOf(access, pattern, accesses, inside, program);
  if (!kind) return undefined;
  const { harm, undoes } = kind;
  if (harm.goes === "error" && pattern.caught.some((name) => catches(name, harm.errors))) return undefined;
  const act = checkedActOf(access, accesses, undoes, program);
  if (!act || isReportedAsUpdate(access, accesses, program)) return undefined;
  return { act, harm };
}

/** What can go wrong with an act, and what another thread has to do for it. */
function harmOf(
  access: Access,
  pattern: CheckThenAct,
  accesses: readonly Access[],
  inside: readonly Access[],
  program: Program,
): { readonly harm: Harm; readonly undoes: (other: Access) => boolean } | undefined {
  const { check, act, does } = pattern;
  const takes = (other: Access): boolean => effectOf(other, check) === "takes";
  const adds = (other: Access): boolean => effectOf(other, check) === "adds" || effectOf(other, check) === "stores";
  // Only who tests as well can take something for not done that is being done.
  const addsToo = (other: Access): boolean => adds(other) && other.check !== undefined;
  const takesToo = (other: Access): boolean => takes(other) && other.check !== undefined;
  switch (does) {
    case "use":
      if (access.does !== "use" || isCopyOf(check.place, access.location)) return undefined;
      return { harm: { goes: "error", errors: useErrors(pattern) }, undoes: access.location.endsWith("[]") ? takes : unsets };
    case "remove": {
      const isStore = act.op === "write" && act.form !== "delete";
      // Whoever finds nothing left to discard goes on as if it had.
      if (isDiscard(act)) return resetHarm(pattern, takesToo);
      if (check.place.kind === "element" && !isStore) return { harm: { goes: "error", errors: removalErrors(pattern) }, undoes: takes };
      if (act.op === "write" && act.form === "delete")
        return { harm: { goes: "error", errors: ["AttributeError", "NameError"] }, undoes: takes };
      // Storing None twice harms nobody, but what goes with it is done twice.
      return isLoop(pattern) ? undefined : resetHarm(pattern, takesToo);
    }
    case "change":
      return access.does === "use" ? undefined : changeHarm(access, pattern);
    case "replace":
    case "fill": {
      if (act.op === "call") {
        // A set takes the same element twice; what matters is what else is done for an element that is new.
        const isSet = act.callee.op === "read" && act.callee.place.kind === "attribute" && act.callee.place.name === "add";
        const more = guardsMore(pattern);
        if (isSet && more === "no") return undefined;
        return { harm: { goes: isSet && more === "late" ? "noted-twice" : "twice" }, undoes: addsToo };
      }
      if (act.op !== "write" || isLoop(pattern)) return undefined;
      if (check.rivals && !ranks(check, access.function, program)) return undefined;
      const made = madeValue(act, access, inside, program);
      if (check.form === "comparison") return comparisonHarm(pattern, act.value);
      if (does === "replace") return replaceHarm(pattern, act.value, takes, takesToo, made);
      return fillHarm(access, pattern, made, accesses, adds);
    }
  }
}

function changeHarm(access: Access, { check, act, caught }: CheckThenAct): { harm: Harm; undoes: (other: Access) => boolean } | undefined {
  const effect = effectOf(access, check);
  const isForPresence = check.found === "present" && (check.form === "truth" || check.form === "size");
  // Two that make room by taking away what comes first take away the same.
  const makesRoom = check.found === "present" && check.form === "bound" && isKeyOfContainer(act, access.function);
  if (effect === "takes" && (isForPresence || makesRoom)) {
    const name = act.op === "call" && act.callee.op === "read" && act.callee.place.kind !== "element" ? act.callee.place.name : "del";
    if (name === "clear" || takesByKey(act, access.function)) return undefined;
    const takes = (other: Access): boolean => effectOf(other, check) === "takes";
    // What is asked for with a value to have instead waits for nothing.
    if (name === "get" && act.op === "call" && isNone(act.arguments[0]?.value)) return undefined;
    // A queue is true whether or not anything is in it: what is only looked at as it is, is something else.
    if (name === "get" && check.form === "truth") return undefined;
    if (name === "get" && !caught.some((each) => catches(each, ["Empty"]))) return { harm: { goes: "blocks" }, undoes: takes };
    return { harm: { goes: "error", errors: [makesRoom ? "KeyError" : errorOf(name), "LookupError"] }, undoes: takes };
  }
  if (effect !== "adds") return undefined;
  // A queue with a limit lets nobody past it.
  if (check.found === "absent" && asksForRoom(check, act)) {
    if (caught.some((each) => catches(each, ["Full"]))) return undefined;
    return { harm: { goes: "full" }, undoes: (other) => effectOf(other, check) === "adds" };
  }
  const adds = (other: Access): boolean => effectOf(other, check) === "adds";
  const isEvent = act.op === "call" && act.callee.op === "read" && act.callee.place.kind === "attribute" && act.callee.place.name === "set";
  if (isEvent) return check.found === "absent" ? { harm: { goes: "twice" }, undoes: adds } : undefined;
  if (check.found === "absent" || check.form === "bound" || check.form === "comparison")
    return { harm: { goes: check.form === "bound" || check.form === "comparison" ? "past-limit" : "twice" }, undoes: adds };
  return undefined;
}

/** `if not queue.full()` … `queue.put(item)`, or without waiting. */
function asksForRoom({ at }: CheckThenAct["check"], act: CheckThenAct["act"]): boolean {
  if (act.op !== "call" || !/^put(_nowait)?$/.test(lastNameOf(act.callee))) return false;
  const test = at.op === "branch" || at.op === "loop" ? at.test : undefined;
  return test !== undefined && someValue(test, (each) => each.op === "call" && lastNameOf(each.callee) === "full");
}

/** `if not d: return` … `d.pop(key)`: the key comes from elsewhere, and so does the trust in it; not so where it was looked up there, `next(iter(d))`. */
function takesByKey(act: CheckThenAct["act"], node: FunctionNode): boolean {
  const [key, container] = keyTaken(act);
  if (!key || !container) return false;
  if (key.op !== "read") return act.op === "call" && lastNameOf(act.callee) === "remove";
  return !isKeyOfContainer(act, node);
}

/** Whether the key that is taken away was looked up in the container itself: `oldest = next(iter(d))`, `del d[oldest]`. */
function isKeyOfContainer(act: CheckThenAct["act"], node: FunctionNode): boolean {
  const [key, container] = keyTaken(act);
  if (!key || !container) return false;
  const isName = key.op === "read" && key.place.kind === "name" && key.place.owner === node.index;
  const values = isName && key.place.kind === "name" ? (node.bound(key.place.name) ?? []) : [key];
  return (
    values.length > 0 &&
    values.every((value) => value.op === "call" && someValue(value, (inner) => inner !== value && sameValue(inner, container)))
  );
}

/** The key that is taken away, and what it is taken from. */
function keyTaken(act: CheckThenAct["act"]): readonly [key: Value | undefined, container: Value | undefined] {
  if (act.op === "write") return act.place.kind === "element" ? [act.place.index, act.place.object] : [undefined, undefined];
  if (act.op !== "call" || act.callee.op !== "read" || act.callee.place.kind !== "attribute") return [undefined, undefined];
  const { name, object } = act.callee.place;
  return name === "remove" || name === "pop" ? [act.arguments[0]?.value, object] : [undefined, undefined];
}

function errorOf(name: string): string {
  if (name === "get_nowait" || name === "get") return "Empty";
  return name === "popitem" || name === "remove" || name === "discard" ? "KeyError" : "IndexError";
}

/** `if value > self.highest: self.highest = value` lowers it again; `if self.state == "idle": self.state = "busy"; start()` starts twice. */
function comparisonHarm(
  pattern: CheckThenAct,
  value: Value | undefined,
): { readonly harm: Harm; readonly undoes: (other: Access) => boolean } | undefined {
  const stores = (other: Access): boolean => effectOf(other, pattern.check) !== "nothing";
  if (pattern.act.op === "write" && pattern.act.form === "update") return { harm: { goes: "past-limit" }, undoes: stores };
  const isOrder = pattern.check.isOrder;
  const more = guardsMore(pattern);
  if (value?.op !== "constant" && isOrder && more === "no") return { harm: { goes: "overwritten" }, undoes: stores };
  const isSameAct = (other: Access): boolean => other.operation === pattern.act;
  if (leavesOpen(pattern, value)) return undefined;
  return more !== "no" ? { harm: { goes: "twice" }, undoes: isSameAct } : undefined;
}

/** Whether the test comes out as before once the act is done, `if self.failures >= 3: return` … `self.failures = 0`: then it lets nobody through but once. */
function leavesOpen({ check }: CheckThenAct, value: Value | undefined): boolean {
  const test = check.at.op === "branch" ? check.at.test : undefined;
  if (value?.op !== "constant" || typeof value.value !== "number" || test?.op !== "compute" || test.operands.length !== 2) return false;
  const [left, right] = test.operands;
  if (left?.op !== "read" || !samePlace(left.place, check.place)) return false;
  const limit = right?.op === "constant" && typeof right.value === "number" ? right.value : undefined;
  const holds =
    limit === undefined
      ? value.value === 0 && /^>=?$/.test(test.operator)
        ? false
        : undefined
      : compare(value.value, test.operator, limit);
  return holds === (check.found === "present");
}

/** Clearing a flag or an attribute again harms nobody; what is done once it is cleared is done twice. */
function resetHarm(
  pattern: CheckThenAct,
  takesToo: (other: Access) => boolean,
): { readonly harm: Harm; readonly undoes: (other: Access) => boolean } | undefined {
  const more = guardsMore(pattern);
  return more === "no" ? undefined : { harm: { goes: more === "late" ? "noted-twice" : "twice" }, undoes: takesToo };
}

function replaceHarm(
  pattern: CheckThenAct,
  value: Value | undefined,
  takes: (other: Access) => boolean,
  takesToo: (other: Access) => boolean,
  made: MadeValue,
): { readonly harm: Harm; readonly undoes: (other: Access) => boolean } | undefined {
  if (isEmpty(value)) return resetHarm(pattern, takesToo);
  return pattern.check.place.kind === "element" && made.kind !== "same" ? { harm: { goes: "stale" }, undoes: takes } : undefined;
}

function fillHarm(
  access: Access,
  pattern: CheckThenAct,
  made: MadeValue,
  accesses: readonly Access[],
  adds: (other: Access) => boolean,
): { readonly harm: Harm; readonly undoes: (other: Access) => boolean } | undefined {
  const { check } = pattern;
  switch (made.kind) {
    case "same": {
      const value = pattern.act.op === "write" ? pattern.act.value : undefined;
      if (value?.op !== "constant") return undefined;
      // A count that starts at 0 loses what was counted before the second start.
      if (accesses.some((other) => other.update !== undefined && other.operation !== pattern.act))
        return { harm: { goes: "reset" }, undoes: (other) => adds(other) || other.operation === pattern.act };
      const more = guardsMore(pattern);
      if (more === "no" || isEmpty(value) || isNotice(check.place)) return undefined;
      const isElement = check.place.kind === "element";
      if (isElement && isMemo(pattern, access.function)) return undefined;
      if (answersSame(pattern, access.function) || looksAgain(access) || onlyTakesOut(pattern, access.function)) return undefined;
      const addsToo = (other: Access): boolean => adds(other) && other.check !== undefined;
      return { harm: { goes: isElement && more === "late" ? "noted-twice" : "twice" }, undoes: addsToo };
    }
    case "given":
      return guardsMore(pattern) === "yes" ? { harm: { goes: "overwritten" }, undoes: adds } : undefined;
    default:
      // Making an object twice is another rule's business, but where an error is waited for.
      return check.form === "error" && check.place.kind === "element" ? { harm: { goes: "overwritten" }, undoes: adds } : undefined;
  }
}

/** A question whose answer is kept, `if self._ready: return True … self._ready = True`: who finds it out twice gets it twice. */
function answersSame({ check, act }: CheckThenAct, node: FunctionNode): boolean {
  if (!/^_*(is|has|can)_/.test(node.head.name) && !decoratorNames(node).includes("property")) return false;
  const value = act.op === "write" ? act.value : undefined;
  return check.instead.some(
    (each) => each.op === "return" && each.value !== undefined && value !== undefined && sameValue(each.value, value),
  );
}

/** Whether a lock that was taken after the look covers a second look, at something else, on which the act depends. */
function looksAgain(access: Access): boolean {
  const { function: node, operation } = access;
  const late = locksAfterLook(access);
  return testsBefore(node, operation).some(
    (test) =>
      late.some((lock) => lock.taken.range.end <= test.start) &&
      someValue(test, (value) => value.op === "read" && value.place.kind === "attribute"),
  );
}

/** Whether all that is done because of the look is done with what was taken out of state that is left empty: who comes second finds nothing. */
function onlyTakesOut({ check, act }: CheckThenAct, node: FunctionNode): boolean {
  const left: Value[] = [];
  const calls: CallOperation[] = [];
  walkOperations(check.dependent, (operation) => {
    if (operation.op === "call" && !isHarmless(operation.callee)) calls.push(operation);
    if (operation.op === "write" && operation !== act && isEmpty(operation.value) && operation.place.kind === "attribute")
      left.push({ op: "read", place: operation.place, start: operation.start, end: operation.end });
  });
  const isTakenOut = (value: Value, depth = 0): boolean => {
    if (depth > 3) return false;
    if (left.some((each) => sameValue(each, value))) return true;
    if (value.op === "element-of") return isTakenOut(value.iterable, depth + 1);
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return false;
    const bound = node.bound(value.place.name) ?? [];
    return bound.length > 0 && bound.every((each) => (each.op === "constant" && each.type === "none") || isTakenOut(each, depth + 1));
  };
  return (
    left.length > 0 &&
    calls.length > 0 &&
    calls.every(({ callee }) => callee.op === "read" && callee.place.kind === "attribute" && isTakenOut(callee.place.object))
  );
}

/** `warned`, `already_logged`: a message that comes twice is no harm. */
function isNotice(place: Place): boolean {
  return place.kind !== "element" && /warned|logged|notified/i.test(place.name);
}

function isLoop({ check }: CheckThenAct): boolean {
  return check.at.op === "loop";
}

/** Whether the place holds what was found elsewhere once: whoever stores None there leaves it alone. */
function isCopyOf(place: Place, location: string): boolean {
  if (place.kind !== "attribute" || location.endsWith("[]")) return false;
  return /^(attribute|cell) /.test(location) && !location.endsWith(` ${place.name}`);
}

/** Stores None, or deletes. */
function unsets({ operation }: Access): boolean {
  if (operation.op !== "write") return false;
  return operation.form === "delete" || (operation.value?.op === "constant" && operation.value.type === "none");
}

function useErrors({ act, check }: CheckThenAct): readonly string[] {
  if (check.place.kind === "element") return ["KeyError", "LookupError"];
  if (act.op === "read" && act.place.kind === "element") return ["IndexError", "LookupError", "TypeError"];
  return act.op === "call" && act.callee.op === "read" && act.callee.place.kind !== "attribute"
    ? ["TypeError"]
    : ["AttributeError", "TypeError"];
}

function removalErrors({ act }: CheckThenAct): readonly string[] {
  const isOfList =
    act.op === "call" && act.callee.op === "read" && act.callee.place.kind === "attribute" && act.callee.place.name === "remove";
  return isOfList ? ["KeyError", "ValueError", "LookupError"] : ["KeyError", "LookupError"];
}

/** The same statement is reported as an update that can be lost. What a function that is called updates is its own affair, but for what it is told to store. */
function isReportedAsUpdate(access: Access, accesses: readonly Access[], program: Program): boolean {
  const { check, function: node, statement } = access;
  if (check?.pattern.byCall)
    return updateRaces(program).some(
      ({ race: { first } }) => first.update?.storedBy && first.function === node && first.statement.start === statement.start,
    );
  if (!access.update) return false;
  const stores = accesses.filter(({ does }) => does === "assign" || does === "update" || does === "delete");
  return raceOf(access, access.locks, stores, program, accesses) !== undefined;
}

function message({ act, harm }: Data, context: RuleContext): string {
  const { first } = act.race;
  const { path } = first.function.file;
  const text = quoted(path, first.statement, context);
  const test = quoted(path, act.pattern.check.range, context);
  return `\`${text}\` relies on an earlier look, \`${test}\`: ${whoText(act.race)} and ${guardText(act, context)}. ${harmText(harm, act)}${act.pattern.check.waitsFor ? ` ${lookAgain}` : accidentText(act, context)}`;
}

const lookAgain = "Look again when the wait is over: `while` in place of `if`, or `wait_for`.";

function harmText(harm: Harm, { pattern, race: { first, second } }: CheckedAct): string {
  const rival = second.operation === first.operation && second.function === first.function ? "another thread" : "the other thread";
  switch (harm.goes) {
    case "error":
      return pattern.does === "use" && !harm.errors.includes("KeyError") && !harm.errors.includes("IndexError")
        ? `If ${rival} stores None or deletes it in between, this raises ${harm.errors[0]}.`
        : `If ${rival} takes it away in between, this raises ${harm.errors[0]}.`;
    case "blocks":
      return `If ${rival} takes the last item in between, this waits for ever.`;
    case "full":
      return pattern.act.op === "call" && lastNameOf(pattern.act.callee) === "put_nowait"
        ? `If ${rival} takes the last free place in between, this raises Full.`
        : `If ${rival} takes the last free place in between, this waits until there is room.`;
    case "past-limit":
      return "Both can pass the test before either acts, and go past what it allows.";
    case "twice":
    case "noted-twice":
      return "Both can pass the test before either acts, and what is meant to happen once happens twice.";
    case "overwritten":
      return "Both can pass the test before either acts, and one overwrites what the other stored.";
    case "reset":
      return `What ${rival} has counted in between is set back.`;
    case "stale":
      return `If ${rival} removes it in between, this brings it back.`;
  }
}
