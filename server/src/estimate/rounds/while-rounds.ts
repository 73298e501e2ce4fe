import { exactly, type Interval, interval } from "../../base/interval.js";
import { contains } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { isElementOf, loopsAround } from "../../program/link/loops.js";
import { walkOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { type Amount, asCount, combine, mapAmount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import { addedBy, filledWith } from "../values/filled-containers.js";
import { entriesOf, sharersOf } from "../values/queue-entries.js";
import { mentions } from "../values/value-shapes.js";
import { queueTaken } from "./consumer-loops.js";
import { limitShrinks } from "./linked-rounds.js";
import { repeatsOf } from "./repeats.js";
import { likelyEnd } from "./search-rounds.js";

/** How often a `while` loop goes round, as far as what it tests and how that changes tell. */
export function whileRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Amount | "endless" {
  const { test } = loop;
  if (!test) return undefined;
  if (test.op === "constant" && !test.value) return exactly(0);
  if (test.op === "constant") return isRetry(loop) ? retries : "endless";
  if (test.op === "choice" && test.by === "and") return bothRounds(loop, test.values, at, evaluator);
  const comparison = test.op === "compute" && test.operands.length === 2 ? test : undefined;
  // `while n:` is `while n != 0:`.
  const [left, right] = test.op === "read" ? [test, zeroAt(test)] : (comparison?.operands ?? []);
  if (!left || !right) return undefined;
  const holder = at.function;
  const changesOf = (name: string): readonly Value[] =>
    (holder.bound(name) ?? []).filter((bound) => bound.start >= loop.start && bound.end <= loop.end);
  const stepOf = (name: string): { by: number; grows: "add" | "multiply" } | undefined => {
    for (const bound of changesOf(name)) {
      const computed = dividedBy(bound, (call) => evaluator.externalNames(call, at)) ?? bound;
      if (computed.op !== "compute" || !mentions(computed, name)) continue;
      const [changed] = computed.operands;
      // `3 * n + 1` is no step of a constant size.
      if (changed?.op !== "read" || changed.place.kind !== "name" || changed.place.name !== name) return undefined;
      const by = computed.operands[1] && evaluator.number(computed.operands[1], at);
      if (!by) return undefined;
      if (computed.operator === "+") return { by: by.likely, grows: "add" };
      if (computed.operator === "-") return { by: -by.likely, grows: "add" };
      if (computed.operator === "*") return { by: by.likely, grows: "multiply" };
      if (computed.operator === "//" || computed.operator === "/") return { by: 1 / by.likely, grows: "multiply" };
      if (computed.operator === ">>") return { by: 1 / 2 ** by.likely, grows: "multiply" };
    }
    return undefined;
  };
  // `a, b = b, a % b`: two rounds at least halve the larger one.
  const isRemainder = (name: string): boolean =>
    changesOf(name).some(
      (bound) =>
        (bound.op === "item-of" && bound.value.op === "display" && isModulo(bound.value.elements[bound.index])) ||
        (bound.op === "compute" && isModulo(bound) && bound.operands[1] !== undefined && mentions(bound.operands[1], name)),
    );
  const startOf = (name: string): Amount => {
    const before = (holder.bound(name) ?? []).filter((bound) => bound.end <= loop.start && !mentions(bound, name));
    const last = before[before.length - 1];
    if (last) return evaluator.number(last, at);
    const argument = at.arguments.get(name);
    if (!argument) return undefined;
    return argument.how === "element"
      ? evaluator.elementNumber(argument.value, argument.in)
      : evaluator.number(argument.value, argument.in);
  };
  const own = (value: Value): string | undefined =>
    value.op === "read" && value.place.kind === "name" && value.place.owner === holder.index ? value.place.name : undefined;
  const name = own(left);
  if (name !== undefined && isRemainder(name)) {
    const start = startOf(name);
    // 12 ln 2 / π² times the logarithm, and one and a half.
    return start && start.likely > 0 ? interval(1, 0.843 * Math.log(Math.max(1, start.likely)) + 1.47, 90) : remainders;
  }
  const other = own(right);
  if (name !== undefined && other !== undefined && halves(name, other, loop, holder)) {
    const width = combine(startOf(other), startOf(name), (to, from) => Math.log2(Math.max(1, Math.abs(to - from))) + 1);
    return width && interval(Math.max(1, width.low * 0.8), width.likely, width.high);
  }
  // `while n not in known:` ends wherever an earlier walk has been.
  const isToNumber = !comparison || /^(!=|>=?)$/.test(comparison.operator);
  if (name !== undefined && isToNumber && changesOf(name).some((bound) => growsByMultiple(bound, name))) {
    const start = startOf(name);
    if (start) return asCount(collatzRounds(start));
  }
  const grown = grownRounds(left, right, loop, at, evaluator);
  if (grown) return grown;
  const changed = changeRounds(loop, name, right, at, evaluator);
  if (changed) return changed;
  const solve = (variable: Value, limit: Value): Amount => {
    const square =
      variable.op === "compute" && variable.operator === "*" && variable.operands[0]?.op === "read" ? variable.operands[0] : undefined;
    const read = square ?? variable;
    if (read.op !== "read" || read.place.kind !== "name" || read.place.owner !== holder.index) return undefined;
    const step =
      stepOf(read.place.name) ?? (comparison && jumps(read.place.name, loop, holder) ? ({ by: 1, grows: "add" } as const) : undefined);
    const shrinks = step !== undefined && step.grows === "multiply" && step.by < 1;
    // However large a number is that is divided again and again, it is soon gone.
    const start = startOf(read.place.name) ?? (shrinks ? anyNumber : undefined);
    const bound = evaluator.number(limit, at);
    if (!step || !start || !bound) return undefined;
    const end = square ? mapAmount(bound, (each) => Math.sqrt(Math.max(0, each))) : bound;
    if (step.grows === "add") {
      const all = asCount(combine(end, start, (to, from) => (to - from) / step.by));
      // Most numbers have a small divisor, and are soon less than they were.
      const rounds = all && limitShrinks(loop, limit, holder) ? interval(Math.min(1, all.low), all.likely * 0.4, all.high) : all;
      return rounds && jumps(read.place.name, loop, holder) ? interval(rounds.low / 12, rounds.likely / averageRun, rounds.high) : rounds;
    }
    // Down to nothing is one round more than down to one.
    const last = shrinks && bound.high <= 0 ? 1 : 0;
    return asCount(combine(end, start, (to, from) => Math.log(Math.max(1, to) / Math.max(1, from)) / Math.log(step.by) + last));
  };
  return solve(left, right) ?? solve(right, left);
}

/**
 * `while i < len(text) and text[i].isdigit():` ends where the first of its tests does. What goes on from where another loop is looks for the end of one
 * piece; else any of as many rounds may be the last.
 */
function bothRounds(loop: LoopOperation, tests: readonly Value[], at: Activation, evaluator: Evaluator): Amount {
  if (goesOn(loop, at.function)) return run;
  const counted = tests.flatMap((test) => {
    const rounds = whileRounds({ ...loop, test }, at, evaluator);
    return rounds === undefined || rounds === "endless" ? [] : [rounds];
  });
  const [first, ...others] = counted;
  if (!first) return undefined;
  const least = others.reduce((a, b) => combine(a, b, Math.min) ?? a, first);
  if (counted.length === tests.length) return least;
  return interval(Math.min(1, least.low), likelyEnd(least.likely), least.high);
}

/** Whether a loop that counts a place on in a text or a list stands in another that does: `j = i`, or the same variable. */
function goesOn(loop: LoopOperation, node: FunctionNode): boolean {
  const outer = loopsAround(node, loop).filter(({ form, start }) => form === "while" && start !== loop.start);
  const [own] = loop.test ? comparedNames(loop.test) : [];
  if (own === undefined || !steps(own, loop, node)) return false;
  const sources = new Set([own]);
  for (const bound of node.bound(own) ?? []) for (const name of namesIn(bound)) sources.add(name);
  return outer.some(({ test }) => test && comparedNames(test).some((name) => sources.has(name)));
}

/** Whether a loop moves its variable on by more than a fixed step: to where another one got, or in loops of its own. */
function jumps(name: string, loop: LoopOperation, node: FunctionNode): boolean {
  const inner: LoopOperation[] = [];
  walkOperations(loop.body, (operation) => {
    if (operation.op === "loop") inner.push(operation);
  });
  return (node.bound(name) ?? []).some((bound) => {
    if (bound.start < loop.start || bound.end > loop.end) return false;
    if (inner.some(({ start, end }) => bound.start >= start && bound.end <= end)) return true;
    return (
      (bound.op === "read" && bound.place.kind === "name") || (bound.op === "compute" && bound.operator === "+" && !mentions(bound, name))
    );
  });
}

/** Whether the loop adds to the variable in each of its rounds. */
function steps(name: string, loop: LoopOperation, node: FunctionNode): boolean {
  return (node.bound(name) ?? []).some(
    (bound) =>
      bound.op === "compute" && bound.operator === "+" && bound.start >= loop.start && bound.end <= loop.end && mentions(bound, name),
  );
}

/** The variables that the first comparison of a test has on its left. */
function comparedNames(test: Value): readonly string[] {
  if (test.op === "choice") return test.values.slice(0, 1).flatMap(comparedNames);
  return test.op === "compute" && /^(<=?|!=)$/.test(test.operator) && test.operands[0] ? namesIn(test.operands[0]) : [];
}

function namesIn(value: Value): readonly string[] {
  if (value.op === "read") return value.place.kind === "name" ? [value.place.name] : [];
  return value.op === "compute" ? value.operands.flatMap(namesIn) : [];
}

/** Rounds of a loop that takes out of a queue what the same function put into it, until it is empty or a last entry comes. */
export function drainedRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  const { test } = loop;
  const before = (length: Amount): Amount => mapAmount(length, (entries) => Math.max(0, entries - 1));
  if (loop.form === "for") {
    const queue = queueTaken(loop);
    return queue && before(putInto(queue, at, evaluator, "by-others"));
  }
  if (!test) return undefined;
  const filledLength = (value: Value): Amount => {
    if (value.op !== "call" || value.callee.op !== "read" || value.callee.place.kind !== "attribute") return undefined;
    const { name, object } = value.callee.place;
    if (!/^(get|get_nowait|empty|qsize|popleft|pop)$/.test(name) || object.op !== "read") return undefined;
    return (filledWith(object, at, evaluator) && evaluator.length(object, at)) ?? putInto(object, at, evaluator, "by-others");
  };
  if (test.op === "compute" && test.operator === "not" && test.operands[0]) return filledLength(test.operands[0]);
  if (test.op === "compute" && /^(is not|!=)$/.test(test.operator) && test.operands[0]) return before(filledLength(test.operands[0]));
  // A worker of an event loop that never ends by itself is cancelled when all is done.
  if (test.op !== "constant" || !(loop.endsEarly || at.function.head.isAsync)) return undefined;
  for (const operation of loop.body) {
    const length = operation.op === "call" ? filledLength(operation) : undefined;
    if (length) return length;
  }
  return undefined;
}

/** How much other functions of the file, or only the module itself, put into the queue, each in one run: a thread of a producer's, say. */
export function putInto(queue: Value, at: Activation, evaluator: Evaluator, by: "by-others" | "by-module"): Amount {
  let total: Amount;
  for (const { call, in: putting } of entriesOf(queue, at, evaluator)) {
    const node = putting.function;
    if (by === "by-module" && node.index !== 0) continue;
    if (node === at.function) return undefined;
    const count = repeatsOf(call, putting, evaluator);
    if (!count) return undefined;
    total = total ? combine(total, count, (a, b) => a + b) : count;
  }
  // Several threads share them.
  const sharers = total && by === "by-others" ? sharersOf(at, evaluator) : exactly(1);
  return combine(total, sharers, (entries, threads) => entries / threads);
}

/**
 * `for coin in coins: while rest >= coin: rest -= coin`, from the largest to the smallest: what is left over is less than the one before, so that of each but
 * the first as many are taken as fit between it and the one before, half of that on average.
 */
function changeRounds(loop: LoopOperation, rest: string | undefined, coin: Value, at: Activation, evaluator: Evaluator): Amount {
  if (rest === undefined || coin.op !== "read" || coin.place.kind !== "name") return undefined;
  const { name } = coin.place;
  const bound = at.function.bound(name) ?? [];
  const [outer] = loopsAround(at.function, loop)
    .filter((around) => around.form === "for" && around.start !== loop.start)
    .slice(-1);
  if (!outer || bound.length !== 1 || !isElementOf(bound[0] as Value, outer.iterable)) return undefined;
  const changes = (at.function.bound(rest) ?? []).filter((value) => contains(outer, value));
  const isTaken = (value: Value): boolean =>
    value.op === "compute" &&
    value.operator === "-" &&
    mentions(value.operands[0] as Value, rest) &&
    mentions(value.operands[1] as Value, name);
  if (changes.length === 0 || !changes.every((value) => contains(loop, value) && isTaken(value))) return undefined;
  const kinds = outer.iterable && evaluator.length(outer.iterable, at);
  const sizes = evaluator.number(coin, at);
  const whole = evaluator.number(
    { op: "read", place: { kind: "name", name: rest, owner: at.function.index }, start: loop.start, end: loop.start },
    at,
  );
  const ofLargest = kinds && sizes && whole && sizes.high > 0 ? whole.likely / sizes.high / Math.max(1, kinds.likely) : 0;
  return interval(0.2 + ofLargest * 0.5, 0.6 + ofLargest, 2 + ofLargest * 2);
}

/** Whether each round looks at the middle between both: `middle = (low + high) // 2`. */
function halves(low: string, high: string, loop: LoopOperation, { facts }: FunctionNode): boolean {
  for (const values of facts.bindings.values()) {
    for (const value of values) {
      if (value.start < loop.start || value.end > loop.end || value.op !== "compute" || !/^(\/\/|>>|\+)$/.test(value.operator)) continue;
      const isHalf =
        value.operator === "+" ? value.operands.some((each) => each.op === "compute" && /^(\/\/|>>)$/.test(each.operator)) : true;
      if (isHalf && mentions(value, low) && mentions(value, high)) return true;
    }
  }
  return false;
}

/** `n = 3 * n + 1` */
function growsByMultiple(value: Value, name: string): boolean {
  if (value.op === "choice") return value.values.some((each) => growsByMultiple(each, name));
  if (value.op !== "compute" || value.operator !== "+") return false;
  return value.operands.some((each) => each.op === "compute" && each.operator === "*" && mentions(each, name));
}

/** Rounds until one is reached when even numbers are halved and others tripled, and one added: the average of numbers around. */
function collatzRounds({ likely, high }: Interval): Amount {
  const around = (middle: number): number => {
    let rounds = 0;
    for (let i = 0; i < 128; i++) {
      let value = Math.max(1, Math.floor((middle * (i + 1)) / 64));
      for (let round = 0; value > 1 && round < 2_000; round++, rounds++) value = value % 2 === 0 ? value / 2 : 3 * value + 1;
    }
    return rounds / 128;
  };
  const usual = around(Math.min(likely, 1e9));
  return interval(usual * 0.5, usual, Math.max(usual, around(Math.min(high, 1e9))) * 1.5);
}

/** `while len(found) < 100:` of a list that the loop adds to. */
function grownRounds(left: Value, right: Value, loop: LoopOperation, at: Activation, evaluator: Evaluator): Amount {
  if (left.op !== "call" || evaluator.externalNames(left, at)[0] !== "builtins.len") return undefined;
  const [list] = left.arguments.map(({ value }) => value);
  if (list?.op !== "read" || list.place.kind !== "name") return undefined;
  const { name } = list.place;
  const limit = evaluator.number(right, at);
  const add = (operation: Operation): Amount => addedBy(operation, name, at, evaluator);
  const isAdding = (operation: Operation): boolean => add(operation)?.high !== 0;
  let some = 0;
  walkOperations(loop.body, (operation) => {
    if (isAdding(operation)) some++;
  });
  if (!limit || some === 0) return undefined;
  const always = loop.body.filter(isAdding).map(add);
  if (always.length === 0) return interval(limit.low, limit.likely * 3, limit.high * 100);
  const each = always.reduce((a, b) => combine(a, b, (x, y) => x + y));
  return combine(limit, each, (count, added) => Math.ceil(count / Math.max(1, added)));
}

/** Words, numbers and runs of the same value have a few characters. */
const averageRun = 3;

/** The length of `text[i:j]` where `j` went on from `i` to the end of a piece: `j = i`, then `j += 1` while the same kind of character comes. */
export function pieceBetween(start: Value | undefined, stop: Value | undefined, node: FunctionNode): Amount {
  if (start?.op !== "read" || stop?.op !== "read" || start.place.kind !== "name" || stop.place.kind !== "name") return undefined;
  const { name } = start.place;
  const isFrom = (bound: Value): boolean =>
    (bound.op === "read" && bound.place.kind === "name" && bound.place.name === name) ||
    (bound.op === "compute" && bound.operator === "+" && bound.operands[1]?.op === "constant" && mentions(bound, name));
  const bindings = stop.place.owner === node.index ? (node.bound(stop.place.name) ?? []) : [];
  return name !== stop.place.name && bindings.length > 1 && bindings.some(isFrom) ? run : undefined;
}

/** All runs together are no longer than what they are runs of. */
const run: Interval = interval(0.5, averageRun, 12);

/** Of what programs divide until nothing is left: digits of counters, bits of words, keys. */
const anyNumber: Interval = interval(1, 10_000, 1e15);

/** Rounds of Euclid's algorithm for numbers up to 64 bits: 0.58 times the logarithm in the middle, and Fibonacci numbers take longest. */
const remainders: Interval = interval(1, 8, 90);

/** Most things succeed at the first try, and nobody tries for ever. */
const retries: Interval = interval(1, 1, 6);

/** Whether it goes round only when something failed: `while True:` around a `try` that returns or breaks. */
function isRetry({ body }: LoopOperation): boolean {
  return body.some((operation) => operation.op === "attempt" && (leaves(operation.body) || leaves(operation.otherwise)));
}

function leaves(operations: readonly Operation[]): boolean {
  const last = operations[operations.length - 1];
  return last !== undefined && (last.op === "return" || last.op === "break" || (last.op === "with" && leaves(last.body)));
}

function zeroAt({ start, end }: Value): Value {
  return { op: "constant", type: "int", value: 0, start, end };
}

/** `n, digit = divmod(n, 10)` gives the first what `n // 10` gives. */
function dividedBy(bound: Value, namesOf: (call: CallOperation) => readonly string[]): Value | undefined {
  if (bound.op !== "item-of" || bound.index !== 0 || bound.value.op !== "call") return undefined;
  const operands = bound.value.arguments.map(({ value }) => value);
  if (operands.length !== 2 || namesOf(bound.value)[0] !== "builtins.divmod") return undefined;
  return { op: "compute", operator: "//", operands, start: bound.start, end: bound.end };
}

function isModulo(value: Value | undefined): boolean {
  return value?.op === "compute" && value.operator === "%";
}
