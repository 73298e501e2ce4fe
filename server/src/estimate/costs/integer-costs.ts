import { type Interval, interval, scale } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { type Amount, combine } from "../values/amount.js";
import { positionalOf } from "../values/call-arguments.js";
import type { Evaluator } from "../values/evaluate.js";
import { bitsOf, isMultiplication } from "../values/integer-sizes.js";
import measured from "./integer-costs.json";
import type { OperationCosts, Operations } from "./operation-costs.js";

/*
 * What computing with large integers takes, as `test/measure/large_integers.py` measured it: products and quotients of n digits of 30 bits, turning them
 * into text and back. Between the measured sizes, and beyond them, time is taken to be a power of the size.
 */

type Row = keyof (typeof measured.versions)["3.13"];

/** Smaller ones are computed with as the table of operations says. */
const leastBits = 62;

/** How many bits the two operands of an operator have, as far as its time depends on that. */
export function operandBits(
  operator: string,
  [first, second]: readonly Value[],
  at: Activation,
  evaluator: Evaluator,
): readonly [Amount, Amount] {
  if (!first || !second || !operators.has(operator)) return [undefined, undefined];
  const isByNumber = operator === "**" || operator === "<<" || operator === ">>";
  return [bitsOf(first, at, evaluator), isByNumber ? undefined : bitsOf(second, at, evaluator)];
}

/** What an operator takes for integers of so many bits of which one is large; undefined for any others. */
export function largeArithmeticNs(
  operator: string,
  operands: readonly Value[],
  [left, right]: readonly [Amount, Amount],
  at: Activation,
  evaluator: Evaluator,
  costs: OperationCosts,
): Amount {
  const [first, second] = operands;
  if (!first || !second || !operators.has(operator)) return undefined;
  if (operator === "**") {
    const result = combine(left, evaluator.number(second, at), (a, b) => a * Math.max(0, b));
    return result && result.likely > leastBits ? ranged(result, (bits) => timeAt("power", bits, costs), costs) : undefined;
  }
  const largest = Math.max(left?.likely ?? 0, right?.likely ?? 0);
  if (largest <= leastBits) return undefined;
  const [a, b] = [left ?? oneDigit, right ?? oneDigit];
  switch (operator) {
    case "*":
      return ranged2(a, b, (x, y) => productNs(x, y, costs), costs);
    case "//":
    case "%":
      return ranged2(a, b, (x, y) => quotientNs(x, y, costs), costs);
    default:
      return ranged2(a, b, (x, y) => timeAt("add", Math.max(x, y), costs), costs);
  }
}

/**
 * What an operator takes for integers of which one has two digits of 30 bits, with which the interpreter leaves its fast paths; undefined for smaller ones.
 * CPython 3.8, 3.11 and 3.13, against the same of one digit: sums 1.1 to 1.45 times as much, `&`, `|` and `^` 1.3 to 1.9 times; quotients by a number of
 * one digit 0.6 of those by two. Shifts 1.3 to 2.4 times (CPython 3.11, 3.13 and 3.14, `test/measure/medium_integers.py`).
 */
export function mediumArithmeticNs(operator: string, [left, right]: readonly [Amount, Amount], operations: Operations): Amount {
  const isMedium = (bits: Amount): boolean => bits !== undefined && bits.likely >= digitBits;
  if (!isMedium(left) && !isMedium(right)) return undefined;
  switch (operator) {
    case "+":
      return scale(operations.intAdd, 1.4);
    case "-":
      return scale(operations.intSubtract, 1.4);
    case "&":
    case "|":
    case "^":
      return scale(operations.intBitAnd, 1.5);
    case "<<":
    case ">>":
      return scale(operations.intShift, 1.6);
    case "*":
      return operations.mediumIntMultiply;
    case "%":
      return isMedium(right) ? operations.mediumIntModulo : operations.intModulo;
    case "//":
      return scale(operations.mediumIntModulo, isMedium(right) ? 1 : 0.6);
    default:
      return undefined;
  }
}

const digitBits = 30;

/** What a call takes whose time depends on how large an integer is; undefined for small ones, and for any other call. */
export function largeCallNs(name: string, call: CallOperation, at: Activation, evaluator: Evaluator, costs: OperationCosts): Amount {
  if (!calls.has(name)) return undefined;
  const given = positionalOf(call);
  const [first, second, third] = given;
  if (!first) return undefined;
  const large = (value: Value): Amount => {
    const bits = bitsOf(value, at, evaluator);
    return bits && bits.likely > leastBits ? bits : undefined;
  };
  const by = (row: Row, bits: Amount): Amount => bits && ranged(bits, (each) => timeAt(row, each, costs), costs);
  switch (name) {
    case "builtins.str":
    case "builtins.repr":
    case "builtins.format":
      return by("toText", large(first));
    case "builtins.int": {
      const digits = evaluator.length(first, at);
      // Of 16 and of other powers of two, each digit is some bits as they are.
      return digits && digits.likely > 19 && !second
        ? by(
            "ofText",
            combine(digits, digits, (a) => a * Math.log2(10)),
          )
        : undefined;
    }
    case "builtins.pow": {
      if (!second) return undefined;
      if (!third) return largeArithmeticNs("**", given, operandBits("**", given, at, evaluator), at, evaluator, costs);
      const modulus = bitsOf(third, at, evaluator);
      const exponent = bitsOf(second, at, evaluator);
      const perBit = (bits: number): number => timeAt("modularPowerBit", bits, costs) * (bits <= 30 ? ofOneDigit : 1);
      return modulus && exponent && ranged2(modulus, exponent, (m, e) => perBit(m) * Math.max(1, e), costs);
    }
    case "builtins.divmod":
      return second && largeArithmeticNs("//", given, operandBits("//", given, at, evaluator), at, evaluator, costs);
    case "math.factorial":
      return by("factorial", bitsOf(call, at, evaluator));
    case "math.isqrt":
      return by("squareRoot", large(first));
    case "math.gcd":
    case "math.lcm": {
      const largest = given.flatMap((each) => large(each) ?? []).sort((a, b) => b.likely - a.likely)[0];
      const least = bitsOf(call, at, evaluator);
      // Once the larger is divided by the smaller, both are as small as that.
      return (
        largest &&
        least &&
        ranged2(largest, least, (a, b) => quotientNs(a, b, costs) + timeAt("greatestDivisor", Math.min(a, b), costs), costs)
      );
    }
    case "math.comb":
      return by("factorial", large(call));
    case "math.prod":
    case "functools.reduce": {
      const iterable = name === "math.prod" ? first : second;
      if (!iterable || (name !== "math.prod" && !isMultiplication(first, at, evaluator))) return undefined;
      const whole = large(call);
      const count = evaluator.length(iterable, at);
      if (!whole || !count) return undefined;
      return ranged2(whole, count, (bits, n) => n * productNs(bits / 2, bits / Math.max(1, n), costs), costs);
    }
    default:
      return undefined;
  }
}

/**
 * Numbers of one digit are multiplied and divided without going over digits (Objects/longobject.c): 0.24 to 0.43 times what those of two take (CPython 3.11, 3.13,
 * 3.13t and 3.14, `test/measure/library_calls.py`).
 */
const ofOneDigit = 0.32;

const operators: ReadonlySet<string> = new Set([
  "+",
  "-",
  "*",
  "//",
  "%",
  "**",
  "<<",
  ">>",
  "&",
  "|",
  "^",
  "==",
  "!=",
  "<",
  ">",
  "<=",
  ">=",
]);

const calls: ReadonlySet<string> = new Set([
  ...["str", "repr", "format", "int", "pow", "divmod"].map((name) => `builtins.${name}`),
  ...["factorial", "isqrt", "gcd", "lcm", "comb", "prod"].map((name) => `math.${name}`),
  "functools.reduce",
]);

const oneDigit = interval(10, 20, 30);

/** n digits by m: each of the longer one with all of the shorter one, or in pieces as long as that by Karatsuba's method. */
function productNs(left: number, right: number, costs: OperationCosts): number {
  const [n, m] = [Math.max(left, right), Math.min(left, right)];
  if (n <= 60) return timeAt("multiply", n, costs) / 2;
  const pieces = n / Math.max(m, 30);
  // A product with few digits is hardly more than going over the others.
  const each = m < 240 ? perDigitPair("multiply", costs) * Math.max(1, m / 30) ** 2 : timeAt("multiply", m, costs);
  return timeAt("multiply", 60, costs) / 2 + pieces * each;
}

function quotientNs(left: number, right: number, costs: OperationCosts): number {
  if (left <= right) return timeAt("add", 60, costs);
  if (right <= 30) return timeAt("divideByDigit", left, costs);
  const pieces = (left - right) / right;
  const each = right < 240 ? perDigitPair("divide", costs) * (right / 30) ** 2 : timeAt("divide", right, costs);
  return timeAt("divide", 60, costs) + pieces * each;
}

/** What one digit with one other takes, by the schoolbook's method. */
function perDigitPair(row: Row, costs: OperationCosts): number {
  return timeAt(row, 32 * 30, costs) / 32 ** 2;
}

/** The measured time at a size in bits. */
function timeAt(row: Row, bits: number, { integers: { column } }: OperationCosts): number {
  const times = rowsOf(column)[row] ?? measured.versions["3.13"][row];
  const { digits } = measured;
  const size = Math.max(digits[0] as number, bits / 30);
  const last = times.length - 1;
  let index = 0;
  while (index < last - 1 && size > (digits[index + 1] as number)) index++;
  const [from, to] = [digits[index] as number, digits[index + 1] as number];
  const [low, high] = [times[index] as number, times[index + 1] as number];
  return low * (size / from) ** (Math.log(high / low) / Math.log(to / from));
}

function rowsOf(column: string): Readonly<Partial<Record<Row, readonly number[]>>> {
  return (
    (measured.versions as Readonly<Record<string, Readonly<Partial<Record<Row, readonly number[]>>>>>)[column] ?? measured.versions["3.13"]
  );
}

function ranged(bits: Interval, ns: (bits: number) => number, { integers: { factor } }: OperationCosts): Interval {
  return interval(ns(bits.low) * factor.low, ns(bits.likely) * factor.likely, ns(bits.high) * factor.high);
}

function ranged2(a: Interval, b: Interval, ns: (a: number, b: number) => number, costs: OperationCosts): Amount {
  const found = combine(a, b, ns);
  const { factor } = costs.integers;
  return found && interval(found.low * factor.low, found.likely * factor.likely, found.high * factor.high);
}
