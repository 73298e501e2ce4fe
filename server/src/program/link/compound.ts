import type { Range } from "../../base/range.js";
import { type CallOperation, type Operation, type Place, unbound, type Value, type WriteOperation } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { samePlace, sameValue } from "./updates.js";
import { someValue } from "./walk.js";

/** A look at state that decides whether something is done to that state. */
export interface Check {
  /** The operation that decides: a branch, a `while`, a `try` that waits for the error, or a write that chooses what it stores. */
  readonly at: Operation;
  /** The test as it is written. */
  readonly range: Range;
  /** What is looked at. For `k in d`, `d.get(k)` and `d[k]` it is the element. */
  readonly place: Place;
  readonly form: "none" | "truth" | "membership" | "attribute" | "size" | "comparison" | "error";
  /** How the state is when the dependent code runs: `absent` for `is None`, `not x`, `k not in d`, an empty queue. */
  readonly found: "present" | "absent";
}

/** A check and what is done because of it. */
export interface CheckThenAct {
  readonly check: Check;
  readonly act: WriteOperation | CallOperation;
  /**
   * `fill`: what was absent is put in. `replace`: what is there is stored over. `change`: an element is added or taken, a method is called that
   * changes it. `remove`: `del`, or storing None. `use`: an attribute or method of what was found there.
   */
  readonly does: "fill" | "replace" | "change" | "remove" | "use";
}

const known = new WeakMap<FunctionNode, ReadonlyMap<Operation, CheckThenAct>>();

/**
 * The checks of a function with what depends on them, by the acting operation. The nearest check counts: what is looked at again right before
 * acting, as in double-checked locking, depends on the second look. Order and nesting are those of the text.
 */
export function checksThenActs(node: FunctionNode): ReadonlyMap<Operation, CheckThenAct> {
  const before = known.get(node);
  if (before) return before;
  const found = new Map<Operation, CheckThenAct>();
  scan(node.facts.body, [], node, found);
  known.set(node, found);
  return found;
}

function scan(list: readonly Operation[], outer: readonly Check[], node: FunctionNode, found: Map<Operation, CheckThenAct>): void {
  // What an arm that leaves the list tested holds, turned round, for the rest of the list.
  let checks = outer;
  for (const operation of list) {
    switch (operation.op) {
      case "write": {
        const own = operation.value?.op === "choice" ? testedBy(operation.value.values[0], "absent", operation, operation.value, node) : [];
        record(operation, [...checks, ...own.filter((check) => samePlace(check.place, operation.place))], found);
        break;
      }
      case "call":
        record(operation, checks, found);
        break;
      case "branch": {
        const { test, arms } = operation;
        if (!test) {
          for (const arm of arms) scan(arm, checks, node, found);
          break;
        }
        const holds = testedBy(test, "present", operation, test, node);
        const fails = testedBy(test, "absent", operation, test, node);
        const [first, second] = arms;
        if (first) scan(first, [...checks, ...holds], node, found);
        if (second) scan(second, [...checks, ...fails], node, found);
        if (first && leaves(first)) checks = [...checks, ...fails];
        else if (second && leaves(second)) checks = [...checks, ...holds];
        break;
      }
      case "loop": {
        const inner =
          operation.form === "while" && operation.test ? testedBy(operation.test, "present", operation, operation.test, node) : [];
        scan(operation.body, [...checks, ...inner], node, found);
        break;
      }
      case "with":
        scan(operation.body, checks, node, found);
        break;
      case "attempt": {
        scan(operation.body, checks, node, found);
        const tried = operation.handlers.length > 0 ? elementReads(operation.body) : [];
        const failed = tried.map(
          (read): Check => ({
            at: operation,
            range: { start: read.start, end: read.end },
            place: read.place,
            form: "error",
            found: "absent",
          }),
        );
        for (const handler of operation.handlers) scan(handler, [...checks, ...failed], node, found);
        scan(operation.otherwise, checks, node, found);
        scan(operation.final, checks, node, found);
        break;
      }
      default:
        break;
    }
  }
}

/** Whether the list surely ends by leaving what is around it. */
export function leaves(list: readonly Operation[]): boolean {
  const last = list[list.length - 1];
  switch (last?.op) {
    case "return":
    case "raise":
    case "break":
    case "continue":
      return true;
    case "branch":
      return last.test !== undefined && last.arms.length > 1 && last.arms.every(leaves);
    case "with":
      return leaves(last.body);
    default:
      return false;
  }
}

function record(act: WriteOperation | CallOperation, checks: readonly Check[], found: Map<Operation, CheckThenAct>): void {
  for (let i = checks.length - 1; i >= 0; i--) {
    const check = checks[i] as Check;
    const does = act.op === "write" ? writeEffect(act, check) : callEffect(act, check);
    if (!does) continue;
    found.set(act, { check, act, does });
    return;
  }
}

function writeEffect(write: WriteOperation, check: Check): CheckThenAct["does"] | undefined {
  if (samePlace(write.place, check.place)) {
    if (write.form === "delete" || isNone(write.value)) return "remove";
    return check.found === "absent" ? "fill" : "replace";
  }
  // `if len(d) < limit: d[k] = v` changes what was measured.
  const isPart = write.place.kind === "element" && isPlace(write.place.object, check.place);
  return isPart && (check.form === "size" || check.form === "truth" || check.form === "comparison") ? "change" : undefined;
}

function callEffect(call: CallOperation, check: Check): CheckThenAct["does"] | undefined {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const { object, name } = callee.place;
  if (isPlace(object, check.place)) {
    if (changingMethods.has(name)) return "change";
    return check.found === "present" && (check.form === "none" || check.form === "truth" || check.form === "attribute") ? "use" : undefined;
  }
  if (check.place.kind !== "element" || !sameValue(object, check.place.object)) return undefined;
  const key = call.arguments[0]?.value;
  if (check.form === "membership" && key && sameValue(key, check.place.index)) {
    // `pop(k, None)`, `discard(k)` and `setdefault(k, v)` look again by themselves.
    if (name === "add" || name === "append" || name === "appendleft") return check.found === "absent" ? "fill" : "change";
    if (name === "remove" || (name === "pop" && call.arguments.length === 1)) return check.found === "present" ? "remove" : undefined;
  }
  return undefined;
}

function isNone(value: Value | undefined): boolean {
  return value?.op === "constant" && value.type === "none";
}

function isPlace(value: Value, place: Place): boolean {
  return value.op === "read" && samePlace(value.place, place);
}

/** Methods after which a container, queue or event is another than before. */
const changingMethods: ReadonlySet<string> = new Set(
  "append appendleft add insert extend update pop popleft popitem remove clear put put_nowait get get_nowait set".split(" "),
);

/** What a test looks at, given how it came out. */
function testedBy(
  value: Value | undefined,
  outcome: Check["found"],
  at: Operation,
  whole: Range,
  node: FunctionNode,
  depth = 0,
): readonly Check[] {
  if (!value || depth > 6) return [];
  const range = { start: whole.start, end: whole.end };
  const check = (place: Place, form: Check["form"], found: Check["found"]): readonly Check[] =>
    isLocal(place, node) ? [] : [{ at, range, place, form, found }];
  const inner = (operand: Value | undefined, found = outcome): readonly Check[] => testedBy(operand, found, at, whole, node, depth + 1);
  switch (value.op) {
    case "read": {
      const { place } = value;
      if (!isLocal(place, node)) return check(place, "truth", outcome);
      // `found = d.get(k)` … `if found is None:` tests the element.
      if (place.kind !== "name") return [];
      const bound = node.facts.bindings.get(place.name) ?? [];
      const before = bound.filter((each) => each.start < value.start);
      const last = before[before.length - 1];
      if (!last || (last.op !== "read" && last.op !== "call")) return [];
      return inner(last).map((each) => (each.form === "size" || each.form === "comparison" ? each : { ...each, form: "none" as const }));
    }
    case "compute": {
      const [left, right] = value.operands;
      switch (value.operator) {
        case "not":
          return inner(left, opposite(outcome));
        case "is":
        case "==":
          if (isNone(right)) return inner(left, opposite(outcome)).map((each) => ({ ...each, form: "none" as const }));
          return comparisons(value.operands, outcome, inner);
        case "is not":
        case "!=":
          if (isNone(right)) return inner(left).map((each) => ({ ...each, form: "none" as const }));
          return comparisons(value.operands, outcome, inner);
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
          return comparisons(value.operands, outcome, inner);
        default:
          return [];
      }
    }
    case "call": {
      const { callee } = value;
      const [first, second] = value.arguments;
      if (callee.op !== "read") return [];
      if (callee.place.kind === "attribute") {
        const { object, name } = callee.place;
        if (name === "get" && first && value.arguments.length <= 2 && object.op === "read" && first.form === "positional")
          return check({ kind: "element", object, index: first.value }, "none", outcome);
        if (object.op !== "read") return [];
        if (name === "empty") return check(object.place, "size", opposite(outcome));
        if (name === "qsize" || name === "full") return check(object.place, "size", outcome);
        if (name === "is_set") return check(object.place, "size", outcome);
        return [];
      }
      if (callee.place.kind !== "name" || callee.place.owner !== unbound) return [];
      if (callee.place.name === "len" && first?.value.op === "read") return check(first.value.place, "size", outcome);
      const name = second?.value;
      if ((callee.place.name === "hasattr" || callee.place.name === "getattr") && first && name?.op === "constant" && name.type === "str")
        return check({ kind: "attribute", object: first.value, name: String(name.value) }, "attribute", outcome);
      return [];
    }
    case "choice":
      return value.values.flatMap((each) => inner(each));
    default:
      return [];
  }
}

function comparisons(
  operands: readonly Value[],
  outcome: Check["found"],
  inner: (operand: Value, found: Check["found"]) => readonly Check[],
): readonly Check[] {
  return operands.flatMap((operand) =>
    inner(operand, outcome).map((each) => ({ ...each, form: each.form === "size" ? each.form : ("comparison" as const) })),
  );
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
  return place.owner === node.facts.index && node.facts.kind !== "module" && !node.facts.rebound.has(place.name);
}

/** The elements that the operations read and whose absence raises an error. */
function elementReads(list: readonly Operation[]): readonly (Range & { readonly place: Place })[] {
  return list.flatMap((operation) => {
    if (operation.op === "read" && operation.place.kind === "element") return [operation as Range & { readonly place: Place }];
    return operation.op === "with" ? elementReads(operation.body) : [];
  });
}

/** Whether the value mentions a call. */
export function containsCall(value: Value): boolean {
  return someValue(value, (inner) => inner.op === "call");
}
