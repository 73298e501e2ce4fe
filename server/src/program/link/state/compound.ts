import type { Range } from "../../../base/range.js";
import type { FunctionFacts } from "../../facts.js";
import {
  type AttemptOperation,
  type CallOperation,
  type LoopOperation,
  type Operation,
  type Place,
  type ReadOperation,
  unbound,
  type Value,
  type WriteOperation,
} from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { lastNameOf, receiverOf } from "../last-name.js";
import { walkOperations } from "../walk.js";
import { samePlace, sameValue } from "./updates.js";

/** A look at state that decides whether something is done to that state. */
export interface Check {
  /** The operation that decides: a branch, a `while`, a `try` that waits for the error, or a write that chooses what it stores. */
  readonly at: Operation;
  /** The test as it is written. */
  readonly range: Range;
  /** What is looked at. For `k in d`, `d.get(k)` and `d[k]` it is the element. */
  readonly place: Place;
  /** `size`: whether there is anything in it. `bound`: its length against a limit. `comparison`: its value against another. */
  readonly form: "none" | "truth" | "membership" | "attribute" | "size" | "bound" | "comparison" | "error";
  /** How the state is when the dependent code runs: `absent` for `is None`, `not x`, `k not in d`, an empty queue. */
  readonly found: "present" | "absent";
  /** Whether the state surely is so, or only in one of the ways that the test can come out. */
  readonly holds: "surely" | "in-some-cases";
  /** Whether it asks for more or less, and not just for the same. */
  readonly isOrder: boolean;
  /** Whether it is a function or property that looks, and the test asks that. */
  readonly isAsked?: true;
  /** What a call compares it with, `lap.beats(self.best)`, as far as its text tells: the look is one only for who then stores one of these. */
  readonly rivals?: readonly Value[];
  /** The condition that is waited for where it comes out the other way, once: `if not jobs: ready.wait()`. Its lock is let go of meanwhile. */
  readonly waitsFor?: Value;
  /** Whether the `with` block is over that it was made in, and so is the lock that the block held: who has looked no longer keeps others out. */
  readonly isReleased?: true;
  /** What runs because of it. */
  readonly dependent: readonly Operation[];
  /** What runs in its place where the check comes out the other way. */
  readonly instead: readonly Operation[];
}

/** A check and what is done because of it. */
export interface CheckThenAct {
  readonly check: Check;
  readonly act: WriteOperation | CallOperation | ReadOperation;
  /**
   * `fill`: what was absent is put in. `replace`: what is there is stored over. `change`: an element is added or taken, a method is called that
   * changes it. `remove`: `del`, or storing None. `use`: an attribute, element or method of what was found there.
   */
  readonly does: "fill" | "replace" | "change" | "remove" | "use";
  /** The last names of the errors that are caught round the act; beyond the check, only those that are named for what they are. */
  readonly caught: readonly string[];
  /** For what a function does that is called because of the check: the call, and there the act as it is written. */
  readonly byCall?: ActOfCall;
}

/** What a call does on every way through the function that it runs. */
export interface ActOfCall {
  readonly call: CallOperation;
  readonly function: FunctionNode;
  readonly operation: WriteOperation | CallOperation;
  /** The same in terms of the calling function. */
  readonly act: WriteOperation | CallOperation;
}

/** What the functions say and do that a function calls, in its own terms. */
export interface Through {
  /** What a call or a property gives back, where it does nothing but look. */
  answer(value: Value): Value | undefined;
  acts(call: CallOperation): readonly ActOfCall[];
  /** Whether what is called raises or ends the thread, each time. */
  neverReturns(call: CallOperation): boolean;
}

const known = new WeakMap<FunctionFacts, ReadonlyMap<Operation, CheckThenAct>>();

/**
 * The checks of a function with what depends on them, by the acting operation. The nearest check counts: what is looked at again right before
 * acting, as in double-checked locking, depends on the second look. Order and nesting are those of the text.
 */
export function checksThenActs(node: FunctionNode): ReadonlyMap<Operation, CheckThenAct> {
  const before = known.get(node.facts);
  if (before) return before;
  const found = findChecks(node, undefined);
  known.set(node.facts, found);
  return found;
}

/** The same, and through what the function calls: looks that a call or a property makes, and what a call does because of a look. */
export function findChecks(node: FunctionNode, through: Through | undefined): ReadonlyMap<Operation, CheckThenAct> {
  const found = new Map<Operation, CheckThenAct>();
  scan(node.facts.body, { checks: [], caught: [] }, { node, through, found });
  return found;
}

interface Scan {
  readonly node: FunctionNode;
  readonly through: Through | undefined;
  readonly found: Map<Operation, CheckThenAct>;
}

/** What holds where a list of operations starts: the checks that came before it, each with the number of errors caught round it, and those errors. */
interface Surroundings {
  readonly checks: readonly { readonly check: Check; readonly caughtOutside: number }[];
  readonly caught: readonly string[];
}

/** Returns what holds where the list ends. */
function scan(list: readonly Operation[], outer: Surroundings, how: Scan): Surroundings {
  const { node, found } = how;
  // What an arm that leaves the list tested holds, turned round, for the rest of the list.
  let around = outer;
  const after = (checks: readonly Check[]): Surroundings => ({
    ...around,
    checks: [...around.checks, ...checks.map((check) => ({ check, caughtOutside: around.caught.length }))],
  });
  list.forEach((operation, position) => {
    switch (operation.op) {
      case "write": {
        const own = operation.value?.op === "choice" ? testedBy(operation.value.values[0], "absent", operation, operation.value, how) : [];
        const same = own.filter((check) => samePlace(check.place, operation.place));
        record(operation, after(same.map((check) => ({ ...check, dependent: [operation], instead: [] }))), found);
        break;
      }
      case "call":
        record(operation, around, found);
        if (around.checks.length > 0) for (const each of how.through?.acts(operation) ?? []) record(each.act, around, found, each);
        break;
      case "read":
        record(operation, around, found);
        break;
      case "branch": {
        const { test, arms } = operation;
        if (!test) {
          for (const arm of arms) scan(arm, around, how);
          break;
        }
        const holds = testedBy(test, "present", operation, test, how);
        const fails = testedBy(test, "absent", operation, test, how);
        const [first, second] = [withExit(arms[0] ?? [], how), withExit(arms[1] ?? [], how)];
        const rest = list.slice(position + 1);
        scan(
          first,
          after(holds.map((check) => ({ ...check, dependent: leaves(second) ? [...first, ...rest] : first, instead: second }))),
          how,
        );
        scan(
          second,
          after(fails.map((check) => ({ ...check, dependent: leaves(first) ? [...second, ...rest] : second, instead: first }))),
          how,
        );
        if (leaves(first)) around = after(fails.map((check) => ({ ...check, dependent: [...second, ...rest], instead: first })));
        else if (leaves(second)) around = after(holds.map((check) => ({ ...check, dependent: [...first, ...rest], instead: second })));
        else if (second.length === 0) {
          const waitsFor = awaitedIn(first, node);
          const taken = waitsFor ? fails.filter(({ form }) => form !== "comparison" && form !== "attribute") : [];
          if (waitsFor) around = after(taken.map((check) => ({ ...check, waitsFor, dependent: rest, instead: first })));
        }
        break;
      }
      case "loop": {
        const inner =
          operation.form === "while" && operation.test ? testedBy(operation.test, "present", operation, operation.test, how) : [];
        scan(operation.body, after(inner.map((check) => ({ ...check, dependent: operation.body, instead: [] }))), how);
        if (operation.form === "while" && operation.test && !operation.endsEarly) {
          // What comes after `while busy.is_set(): sleep()` counts on the last look.
          const rest = list.slice(position + 1);
          const ended = testedBy(operation.test, "absent", operation, operation.test, how).filter(
            ({ place }) => !isEmptiedBy(operation, place),
          );
          around = after(ended.map((check) => ({ ...check, dependent: rest, instead: [] })));
        }
        break;
      }
      case "with": {
        const errors = suppressed(operation.context);
        const inside = scan(operation.body, { ...around, caught: [...around.caught, ...errors] }, how);
        // After an error that is suppressed it goes on without them.
        if (errors.length > 0) break;
        const rest = list.slice(position + 1);
        const left = inside.checks.slice(around.checks.length);
        around = after(left.map(({ check }) => ({ ...check, isReleased: true as const, dependent: [...check.dependent, ...rest] })));
        break;
      }
      case "attempt": {
        scan(operation.body, { ...around, caught: [...around.caught, ...operation.caught.flatMap(namesOf)] }, how);
        operation.handlers.forEach((handler, index) => {
          const failed = missed(operation, index).map((check) => ({ ...check, dependent: handler }));
          scan(handler, after(failed), how);
        });
        scan(operation.otherwise, around, how);
        scan(operation.final, around, how);
        break;
      }
      default:
        break;
    }
  });
  return around;
}

/** `while jobs: jobs.pop()` brings about itself what it ends with, whatever others do: nothing behind it was waited for. */
function isEmptiedBy({ body }: LoopOperation, place: Place): boolean {
  let isEmptied = false;
  walkOperations(body, (operation) => {
    const object = operation.op === "call" && takesFrom(operation) ? receiverOf(operation) : undefined;
    isEmptied ||= object?.op === "read" && samePlace(object.place, place);
  });
  return isEmptied;
}

/** The list, and the error that its last call surely raises: `abort(409)`, `sys.exit(1)`. */
function withExit(list: readonly Operation[], { through }: Scan): readonly Operation[] {
  const last = list[list.length - 1];
  if (last?.op !== "call" || !through?.neverReturns(last)) return list;
  return [...list, { op: "raise", value: last, start: last.end, end: last.end }];
}

/** What a list waits for once; whoever waits in a loop, or by `wait_for`, looks again. */
function awaitedIn(list: readonly Operation[], { head }: FunctionNode): Value | undefined {
  if (head.isAsync) return undefined;
  for (const operation of list) {
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") continue;
    if (operation.callee.place.name === "wait") return operation.callee.place.object;
  }
  return undefined;
}

/** What `contextlib.suppress(…)` catches. */
function suppressed(context: Value): readonly string[] {
  if (context.op !== "call" || context.callee.op !== "read" || context.callee.place.kind === "element") return [];
  if (context.callee.place.name !== "suppress") return [];
  return context.arguments.flatMap(({ value }) => (value.op === "read" && value.place.kind !== "element" ? [value.place.name] : []));
}

/** The looks of a `try` that a handler learns to have failed: `d[k]` for a KeyError, `self.x` for an AttributeError. */
function missed(attempt: AttemptOperation, handler: number): readonly Check[] {
  const names = namesOf(attempt.caught[handler] ?? []);
  const kinds: Place["kind"][] = [];
  if (names.some((name) => name === "KeyError" || name === "LookupError" || name === "IndexError")) kinds.push("element");
  if (names.includes("AttributeError")) kinds.push("attribute");
  return readsIn(attempt.body)
    .filter((read) => kinds.includes(read.place.kind))
    .map((read) => ({
      at: attempt,
      range: { start: read.start, end: read.end },
      place: read.place,
      form: "error",
      found: "absent",
      holds: "surely",
      isOrder: false,
      dependent: [],
      instead: [],
    }));
}

/** Whether the list surely ends by leaving what is around it. */
export function leaves(list: readonly Operation[]): boolean {
  return endsIn(list, leaving, "may match nothing");
}

/** What ends the block that it stands in. */
export const leaving: ReadonlySet<Operation["op"]> = new Set(["return", "raise", "break", "continue"]);

/** Whether the list ends in one of these, by every way through its last statement; a `match` may have a case for everything, which is not looked at. */
export function endsIn(
  list: readonly Operation[],
  ends: ReadonlySet<Operation["op"]>,
  match: "may match nothing" | "has a case for everything",
): boolean {
  const last = list[list.length - 1];
  if (last?.op === "with") return endsIn(last.body, ends, match);
  if (last?.op !== "branch") return last !== undefined && ends.has(last.op);
  const isWhole = last.arms.length > 1 && (last.test !== undefined || match === "has a case for everything");
  return isWhole && last.arms.every((arm) => endsIn(arm, ends, match));
}

const broadErrors: ReadonlySet<string> = new Set(["", "Exception", "BaseException"]);

function record(
  act: WriteOperation | CallOperation | ReadOperation,
  { checks, caught }: Surroundings,
  found: Map<Operation, CheckThenAct>,
  byCall?: ActOfCall,
): void {
  for (let i = checks.length - 1; i >= 0; i--) {
    const { check, caughtOutside } = checks[i] as Surroundings["checks"][number];
    // The test of a `while` stands in its body.
    if (act.op !== "write" && act.start >= check.range.start && act.end <= check.range.end) continue;
    const { rivals } = check;
    const isOfRivals = rivals && act.op === "write" && rivals.some((rival) => act.value !== undefined && sameValue(rival, act.value));
    if (rivals && !isOfRivals) continue;
    const does = effectOn(act, check);
    // What is put in twice does no harm as a rule, and was made outside the lock on purpose; what was there to be taken may be gone.
    if (check.isReleased && !(does && takesForGranted(act, does))) continue;
    // Making what may be missing is worth a look even where it may also be there; taking it for granted is not.
    if (!does || (check.holds === "in-some-cases" && does !== "fill" && !check.waitsFor)) continue;
    const named = caught.filter((name, index) => index >= caughtOutside || !broadErrors.has(name));
    found.set(act, { check, act, does, caught: named, ...(byCall && { byCall }) });
    return;
  }
}

/** Whether what is to be taken has to be there. */
function takesForGranted(act: WriteOperation | CallOperation | ReadOperation, does: CheckThenAct["does"]): boolean {
  if (act.op === "call") return (does === "remove" || (does === "change" && takesFrom(act))) && !isDiscard(act);
  return act.op === "write" && act.form === "delete";
}

function effectOn(act: WriteOperation | CallOperation | ReadOperation, check: Check): CheckThenAct["does"] | undefined {
  switch (act.op) {
    case "write":
      return writeEffect(act, check);
    case "call":
      return callEffect(act, check);
    case "read":
      return isUse(act.place, check) ? "use" : undefined;
  }
}

function writeEffect(write: WriteOperation, check: Check): CheckThenAct["does"] | undefined {
  if (samePlace(write.place, check.place)) {
    if (write.form === "delete" || isNone(write.value)) return "remove";
    return check.found === "absent" ? "fill" : "replace";
  }
  // `if len(d) < limit: d[k] = v` changes what was measured.
  const isPart = write.place.kind === "element" && isPlace(write.place.object, check.place);
  return isPart && (check.form === "size" || check.form === "bound" || check.form === "truth" || check.form === "comparison")
    ? "change"
    : undefined;
}

function callEffect(call: CallOperation, check: Check): CheckThenAct["does"] | undefined {
  const { callee } = call;
  if (callee.op !== "read") return undefined;
  const mayBeNone = check.form === "none" || check.form === "truth" || check.form === "attribute";
  if (samePlace(callee.place, check.place)) return mayBeNone && check.found === "present" ? "use" : undefined;
  const heap = lastNameOf(callee) === "heappop" ? call.arguments[0]?.value : undefined;
  if (heap && isPlace(heap, check.place))
    return check.found === "present" && (check.form === "truth" || check.form === "size") ? "change" : undefined;
  if (callee.place.kind !== "attribute") return undefined;
  const { object, name } = callee.place;
  if (isPlace(object, check.place)) {
    if (check.form === "none" || check.form === "attribute") return check.found === "present" ? "use" : undefined;
    const takes = takesFrom(call);
    // `pop(key, None)` does not mind that it is gone.
    if (name === "pop" && call.arguments.length > 1) return undefined;
    if (check.form === "truth" && check.found === "present") return takes ? "change" : "use";
    return takes || addingMethods.has(name) ? "change" : undefined;
  }
  if (check.place.kind !== "element" || !sameValue(object, check.place.object)) return undefined;
  const key = call.arguments[0]?.value;
  if (check.form === "membership" && key && sameValue(key, check.place.index)) {
    // `pop(k, None)` and `setdefault(k, v)` tell what they found.
    if (name === "add" || name === "append" || name === "appendleft") return check.found === "absent" ? "fill" : undefined;
    if (name === "move_to_end") return check.found === "present" ? "use" : undefined;
    if (name === "remove" || name === "discard" || (name === "pop" && call.arguments.length === 1))
      return check.found === "present" ? "remove" : undefined;
  }
  return undefined;
}

/** Whether it takes away what may not be there any more, and does not mind. */
export function isDiscard(act: CheckThenAct["act"]): boolean {
  return act.op === "call" && lastNameOf(act.callee) === "discard";
}

/** Whether reading the place takes for granted what the check found. */
function isUse(place: Place, check: Check): boolean {
  if (check.found !== "present" || place.kind === "name") return false;
  if (samePlace(place, check.place)) return place.kind === "element" && check.form !== "comparison";
  if (!isPlace(place.object, check.place)) return false;
  if (check.form === "none" || check.form === "attribute") return true;
  if (place.kind === "attribute") return check.form === "truth";
  return (check.form === "truth" || check.form === "size") && isEndOfSequence(place.index);
}

/** `0` and `-1`. */
function isEndOfSequence(index: Value): boolean {
  if (index.op === "compute") return index.operator === "u-" && index.operands[0]?.op === "constant" && index.operands[0].value === 1;
  return index.op === "constant" && index.type === "int" && index.value === 0;
}

/** Whether the value is written as None. */
export function isNone(value: Value | undefined): boolean {
  return value?.op === "constant" && value.type === "none";
}

function isPlace(value: Value, place: Place): boolean {
  return value.op === "read" && samePlace(value.place, place);
}

/** Methods after which there is more in a container or queue than before, or an event is set. */
export const addingMethods: ReadonlySet<string> = new Set(
  "append appendleft add insert extend extendleft update setdefault put put_nowait set".split(" "),
);

/** Whether there may be less in the container or queue after the call. `get` with a key looks into a mapping; that of a queue has none. */
export function takesFrom({ callee, arguments: passed }: CallOperation): boolean {
  if (callee.op !== "read" || callee.place.kind !== "attribute" || !takingMethods.has(callee.place.name)) return false;
  const first = passed[0];
  return !(callee.place.name === "get" && first?.form === "positional" && !(first.value.op === "constant" && first.value.type !== "str"));
}

const takingMethods: ReadonlySet<string> = new Set(
  "pop popleft popitem remove discard clear get get_nowait difference_update intersection_update".split(" "),
);

/** What a test looks at, given how it came out. */
function testedBy(value: Value | undefined, outcome: Check["found"], at: Operation, whole: Range, how: Scan, depth = 0): readonly Check[] {
  if (!value || depth > 6) return [];
  const { node, through } = how;
  const range = { start: whole.start, end: whole.end };
  const check = (place: Place, form: Check["form"], found: Check["found"]): readonly Check[] =>
    isLocal(place, node) ? [] : [{ at, range, place, form, found, holds: "surely", isOrder: false, dependent: [], instead: [] }];
  // What others can change is the object, whichever variable holds it.
  const contents = (place: Place, form: "size" | "bound", found: Check["found"]): readonly Check[] =>
    isLocal(place, node) && isOtherName(place, node)
      ? [{ at, range, place, form, found, holds: "surely", isOrder: false, dependent: [], instead: [] }]
      : check(place, form, found);
  const inner = (operand: Value | undefined, found = outcome): readonly Check[] => testedBy(operand, found, at, whole, how, depth + 1);
  // What a variable is compared with says nothing of what is in it.
  const compared = (operand: Value | undefined, found = outcome): readonly Check[] =>
    operand?.op === "read" ? inner(operand, found).filter((each) => !isLocal(each.place, node)) : inner(operand, found);
  switch (value.op) {
    case "read": {
      const { place } = value;
      const answer = place.kind === "attribute" ? through?.answer(value) : undefined;
      if (answer) return inner(answer).map((each) => ({ ...each, isAsked: true }));
      if (!isLocal(place, node)) return check(place, "truth", outcome);
      // `found = d.get(k)` … `if found is None:` tests the element.
      if (place.kind !== "name") return [];
      // That there is something in it, `while todo: todo.popleft()`, says more than that it is one.
      const filled = contents(place, "size", outcome);
      const bound = node.bound(place.name) ?? [];
      const before = bound.filter((each) => each.start < value.start);
      const last = before[before.length - 1];
      if (!last || (last.op !== "read" && last.op !== "call" && last.op !== "compute")) return filled;
      // `empty = not jobs` tells nothing but whether there is anything in it.
      if (last.op === "compute") return inner(last);
      return [...inner(last).map((each) => (each.form === "truth" ? { ...each, form: "none" as const } : each)), ...filled];
    }
    case "compute": {
      const [left, right] = value.operands;
      switch (value.operator) {
        case "not":
          return inner(left, opposite(outcome));
        case "is":
        case "==":
          if (isNone(right)) return compared(left, opposite(outcome)).map((each) => ({ ...each, form: "none" as const }));
          return comparisons(value.operator, value.operands, outcome, compared);
        case "is not":
        case "!=":
          if (isNone(right)) return compared(left).map((each) => ({ ...each, form: "none" as const }));
          return comparisons(value.operator, value.operands, outcome, compared);
        case "in":
        case "not in": {
          const found = value.operator === "in" ? outcome : opposite(outcome);
          const container = right && withoutView(right);
          return left && container ? check({ kind: "element", object: container, index: left }, "membership", found) : [];
        }
        case "<":
        case ">":
        case "<=":
        case ">=":
          return comparisons(value.operator, value.operands, outcome, compared);
        default:
          return [];
      }
    }
    case "call": {
      const { callee } = value;
      const [first, second] = value.arguments;
      if (callee.op !== "read") return [];
      const answer = through?.answer(value);
      if (answer) return inner(answer).map((each) => ({ ...each, isAsked: true }));
      if (callee.place.kind === "attribute") {
        const { object, name } = callee.place;
        if (name === "get" && first && value.arguments.length <= 2 && object.op === "read" && first.form === "positional")
          return check({ kind: "element", object, index: first.value }, "none", outcome);
        if (object.op !== "read") return [];
        if (name === "empty") return contents(object.place, "size", opposite(outcome));
        if (name === "qsize") return contents(object.place, "size", outcome);
        if (name === "full") return contents(object.place, "bound", outcome);
        if (name === "is_set" || name === "isSet") return contents(object.place, "size", outcome);
        return judged(value, outcome, inner);
      }
      if (callee.place.kind !== "name") return [];
      if (callee.place.owner !== unbound) return judged(value, outcome, inner);
      if (callee.place.name === "len" && first?.value.op === "read") return contents(first.value.place, "size", outcome);
      const name = second?.value;
      if ((callee.place.name === "hasattr" || callee.place.name === "getattr") && first && name?.op === "constant" && name.type === "str")
        return check({ kind: "attribute", object: first.value, name: String(name.value) }, "attribute", outcome);
      return judged(value, outcome, inner);
    }
    case "choice": {
      // Of `a and b` that does not hold, either may be what fails.
      const isSure = value.by === (outcome === "present" ? "and" : "or");
      const found = value.values.flatMap((each) => inner(each));
      return isSure ? found : found.map((each) => ({ ...each, holds: "in-some-cases" as const }));
    }
    default:
      return [];
  }
}

/** What a call looks at that is given state beside something else, and says which of the two to keep: `better(found, self.best)`. */
function judged(
  { callee, arguments: passed }: CallOperation,
  outcome: Check["found"],
  inner: (operand: Value, found: Check["found"]) => readonly Check[],
): readonly Check[] {
  const object = callee.op === "read" && callee.place.kind === "attribute" ? [callee.place.object] : [];
  const values = [...object, ...passed.map(({ value }) => value)].filter((value) => value.op === "read");
  if (values.length !== 2) return [];
  return values.flatMap((value, index) => {
    const rivals = [values[1 - index] as Value];
    return inner(value, outcome)
      .filter((check) => check.form === "truth")
      .map((check): Check => ({ ...check, form: "comparison", isOrder: true, rivals }));
  });
}

function comparisons(
  operator: string,
  operands: readonly Value[],
  outcome: Check["found"],
  inner: (operand: Value, found: Check["found"]) => readonly Check[],
): readonly Check[] {
  return operands.flatMap((operand, index) =>
    terms(operand).flatMap((term) =>
      inner(term, outcome).map((each): Check => {
        if (each.form !== "size") return { ...each, form: "comparison", isOrder: /[<>]/.test(operator) };
        const found = term === operand ? emptiness(index === 0 ? operator : turned(operator), operands[1 - index], outcome) : undefined;
        return found ? { ...each, found } : { ...each, form: "bound" };
      }),
    ),
  );
}

/** What sums and differences are made of: `now - self.last` looks at both. */
function terms(value: Value): readonly Value[] {
  const isArithmetic = value.op === "compute" && /^([-+*/%]|\/\/)$/.test(value.operator);
  return isArithmetic ? value.operands.flatMap(terms) : [value];
}

function turned(operator: string): string {
  return operator.replace(/[<>]/, (sign) => (sign === "<" ? ">" : "<"));
}

/** What comparing a size with 0 or 1 tells of whether there is anything; undefined where it tells something else. */
function emptiness(operator: string, other: Value | undefined, outcome: Check["found"]): Check["found"] | undefined {
  if (other?.op !== "constant" || other.type !== "int") return undefined;
  const comparison = `${operator} ${other.value}`;
  if (/^(> 0|>= 1|!= 0)$/.test(comparison)) return outcome;
  return /^(== 0|<= 0|< 1)$/.test(comparison) ? opposite(outcome) : undefined;
}

/** `d.keys()` has the keys of `d`. */
function withoutView(container: Value): Value {
  const isView =
    container.op === "call" &&
    container.callee.op === "read" &&
    container.callee.place.kind === "attribute" &&
    container.callee.place.name === "keys";
  return isView && container.callee.op === "read" && container.callee.place.kind === "attribute"
    ? container.callee.place.object
    : container;
}

function opposite(found: Check["found"]): Check["found"] {
  return found === "present" ? "absent" : "present";
}

/** Whether only the running call of the function can reach the place. */
function isLocal(place: Place, node: FunctionNode): boolean {
  if (place.kind !== "name") return false;
  if (place.owner === unbound) return true;
  return place.owner === node.index && node.head.kind !== "module" && !node.head.rebound.has(place.name);
}

/** Whether the variable is but another name, and the only one here, for an object that the function was given or has read: `jobs = self.batch.jobs`. */
function isOtherName(place: Place, node: FunctionNode): boolean {
  if (place.kind !== "name" || place.owner !== node.index) return false;
  const [only, ...others] = node.bound(place.name) ?? [];
  const isParameter = node.head.parameters.some(({ name, form }) => name === place.name && form !== "star" && form !== "double-star");
  return isParameter ? only === undefined : only?.op === "read" && others.length === 0;
}

/** The reads that surely run when the list does. */
function readsIn(list: readonly Operation[]): readonly ReadOperation[] {
  return list.flatMap((operation) => {
    if (operation.op === "read") return [operation];
    return operation.op === "with" ? readsIn(operation.body) : [];
  });
}

/** The last names of the errors that a handler catches; one empty name for a bare `except`. */
function namesOf(types: readonly Value[]): readonly string[] {
  return types.length === 0 ? [""] : types.flatMap(lastNames);
}

/** The last names of an error, or of several in a tuple; one that cannot be told is taken for any. */
function lastNames(type: Value): readonly string[] {
  if (type.op === "display") return type.elements.flatMap(lastNames);
  return [type.op === "read" && type.place.kind !== "element" ? type.place.name : ""];
}
