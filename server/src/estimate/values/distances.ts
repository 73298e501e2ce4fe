import { exactly } from "../../base/interval.js";
import { onlyBinding } from "../../program/link/only-binding.js";
import type { Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import { type Amount, combine } from "./amount.js";
import type { Evaluator } from "./evaluate.js";

/** A product of variables, by their keys in order, and how often it is taken. */
interface Term {
  readonly variables: readonly string[];
  readonly times: number;
}

/** A sum of products: what an expression of `+`, `-` and `*` comes to, whatever its variables are. */
class Polynomial {
  /** The variables of all terms, by key. */
  readonly variables = new Map<string, Value>();
  readonly terms = new Map<string, Term>();

  static of(variables: ReadonlyMap<string, Value>, terms: Iterable<Term>): Polynomial {
    const sum = new Polynomial();
    for (const [key, value] of variables) sum.variables.set(key, value);
    for (const { variables: inTerm, times } of terms) {
      const key = inTerm.join("*");
      const all = (sum.terms.get(key)?.times ?? 0) + times;
      if (all === 0) sum.terms.delete(key);
      else sum.terms.set(key, { variables: inTerm, times: all });
    }
    return sum;
  }

  plus(other: Polynomial, times = 1): Polynomial {
    const others = [...other.terms.values()].map((term) => ({ ...term, times: term.times * times }));
    return Polynomial.of(this.variablesWith(other), [...this.terms.values(), ...others]);
  }

  times(other: Polynomial): Polynomial {
    const products = [...this.terms.values()].flatMap((one) =>
      [...other.terms.values()].map((two) => ({
        variables: [...one.variables, ...two.variables].sort(),
        times: one.times * two.times,
      })),
    );
    return Polynomial.of(this.variablesWith(other), products);
  }

  private variablesWith(other: Polynomial): ReadonlyMap<string, Value> {
    return new Map([...this.variables, ...other.variables]);
  }
}

/**
 * How far the end is from the start, where a part of both is the same whatever it is: `n` of `x[i * n : (i + 1) * n]`, of `range(i, i + n)`, and of
 * `x[start:end]` after `end = start + n`. Undefined where they have nothing in common, which is where each of them has to be known.
 */
export function distanceBetween(start: Value, stop: Value, at: Activation, evaluator: Evaluator): Amount {
  const from = polynomialOf(start, at, maximumDepth);
  const to = from && from.variables.size > 0 ? polynomialOf(stop, at, maximumDepth) : undefined;
  if (!from || !to) return undefined;
  const distance = to.plus(from, -1);
  const isCommon = [...from.terms].some(([key, { variables }]) => variables.length > 0 && to.terms.has(key) && !distance.terms.has(key));
  if (!isCommon) return undefined;
  let sum: Amount = exactly(0);
  for (const { variables, times } of distance.terms.values()) {
    let product: Amount = exactly(times);
    for (const key of variables) {
      const variable = distance.variables.get(key);
      product = combine(product, variable && evaluator.number(variable, at), (a, b) => a * b);
    }
    sum = combine(sum, product, (a, b) => a + b);
  }
  return sum;
}

/** More terms or steps than anybody writes for the ends of a part. */
const maximumDepth = 6;
const maximumTerms = 12;

function polynomialOf(value: Value, at: Activation, depth: number): Polynomial | undefined {
  if (depth === 0) return undefined;
  switch (value.op) {
    case "constant":
      return value.type === "int" && typeof value.value === "number"
        ? Polynomial.of(new Map(), [{ variables: [], times: value.value }])
        : undefined;
    case "read": {
      const { place } = value;
      if (place.kind !== "name") return undefined;
      const bound = place.owner === at.function.index ? onlyValue(place.name, at) : undefined;
      if (bound) return polynomialOf(bound, at, depth - 1);
      const key = `${place.owner} ${place.name}`;
      return Polynomial.of(new Map([[key, value]]), [{ variables: [key], times: 1 }]);
    }
    case "compute": {
      if (!/^[-+*]$/.test(value.operator)) return undefined;
      const [left, right] = value.operands;
      const one = left && polynomialOf(left, at, depth - 1);
      const other = right && one && polynomialOf(right, at, depth - 1);
      if (!one || !other) return undefined;
      const result = value.operator === "*" ? one.times(other) : one.plus(other, value.operator === "-" ? -1 : 1);
      return result.terms.size <= maximumTerms ? result : undefined;
    }
    default:
      return undefined;
  }
}

/** The arithmetic that a local name stands for, if it is bound once and so are the names in it: then they are in it what they are where it is read. */
function onlyValue(name: string, at: Activation): Value | undefined {
  const value = onlyBinding(name, at.function);
  return value?.op === "compute" && isSettled(value, at) ? value : undefined;
}

function isSettled(value: Value, at: Activation): boolean {
  if (value.op === "compute") return value.operands.every((operand) => isSettled(operand, at));
  if (value.op !== "read" || value.place.kind !== "name") return value.op === "constant";
  const { name, owner } = value.place;
  return owner !== at.function.index || (at.function.bound(name) ?? []).length === 0 || onlyBinding(name, at.function) !== undefined;
}
