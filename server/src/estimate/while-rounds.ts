import { exactly, type Interval, interval } from "../base/interval.js";
import type { CallOperation, LoopOperation, Operation, Value } from "../program/operation.js";
import { type Amount, asCount, combine, mapAmount } from "./amount.js";
import { type Activation, type Evaluator, mentions } from "./evaluate.js";

/** How often a `while` loop goes round, as far as what it tests and how that changes tell. */
export function whileRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Amount | "endless" {
  const { test } = loop;
  if (!test) return undefined;
  if (test.op === "constant") return test.value ? (isRetry(loop) ? retries : "endless") : exactly(0);
  const comparison = test.op === "compute" && test.operands.length === 2 ? test : undefined;
  // `while n:` is `while n != 0:`.
  const [left, right] = test.op === "read" ? [test, zeroAt(test)] : (comparison?.operands ?? []);
  if (!left || !right) return undefined;
  const holder = at.function;
  const changesOf = (name: string): readonly Value[] =>
    (holder.facts.bindings.get(name) ?? []).filter((bound) => bound.start >= loop.start && bound.end <= loop.end);
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
    changesOf(name).some((bound) => bound.op === "item-of" && bound.value.op === "display" && isModulo(bound.value.elements[bound.index]));
  if (left.op === "read" && left.place.kind === "name" && left.place.owner === holder.facts.index && isRemainder(left.place.name))
    return remainders;
  const startOf = (name: string): Amount => {
    const before = (holder.facts.bindings.get(name) ?? []).filter((bound) => bound.end <= loop.start && !mentions(bound, name));
    const last = before[before.length - 1];
    if (last) return evaluator.number(last, at);
    const argument = at.arguments.get(name);
    if (!argument) return undefined;
    return argument.how === "element"
      ? evaluator.elementNumber(argument.value, argument.in)
      : evaluator.number(argument.value, argument.in);
  };
  const solve = (variable: Value, limit: Value): Amount => {
    const square =
      variable.op === "compute" && variable.operator === "*" && variable.operands[0]?.op === "read" ? variable.operands[0] : undefined;
    const read = square ?? variable;
    if (read.op !== "read" || read.place.kind !== "name" || read.place.owner !== holder.facts.index) return undefined;
    const step = stepOf(read.place.name);
    const shrinks = step !== undefined && step.grows === "multiply" && step.by < 1;
    // However large a number is that is divided again and again, it is soon gone.
    const start = startOf(read.place.name) ?? (shrinks ? anyNumber : undefined);
    const bound = evaluator.number(limit, at);
    if (!step || !start || !bound) return undefined;
    const end = square ? mapAmount(bound, (each) => Math.sqrt(Math.max(0, each))) : bound;
    if (step.grows === "add") return asCount(combine(end, start, (to, from) => (to - from) / step.by));
    // Down to nothing is one round more than down to one.
    const last = shrinks && bound.high <= 0 ? 1 : 0;
    return asCount(combine(end, start, (to, from) => Math.log(Math.max(1, to) / Math.max(1, from)) / Math.log(step.by) + last));
  };
  return solve(left, right) ?? solve(right, left);
}

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
