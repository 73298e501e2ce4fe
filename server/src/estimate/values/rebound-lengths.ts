import { exactly, interval } from "../../base/interval.js";
import { contains } from "../../base/range.js";
import { functionKey } from "../../program/link/entity.js";
import { loopsAround, loopsIn } from "../../program/link/loops.js";
import { boundWhereRead } from "../../program/link/resolution/loop-variables.js";
import { someValue } from "../../program/link/walk.js";
import type { ComputeOperation, ReadOperation, Value } from "../../program/operation.js";
import { totalOver } from "../rounds/generators.js";
import { type Activation, holderOf } from "./activation.js";
import { type Amount, combine } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import { addedBy, blockOf } from "./filled-containers.js";
import { isEmptyContainer } from "./growing-containers.js";
import { mentions } from "./value-shapes.js";

/**
 * The length of a variable that is bound anew in its function: to a longer text, `line += cell`, to something as long, `state = step(state)`, or to what
 * is made of it and longer each time, `product = multiply(product, factor)`. `open`: it has another length after each round, and nobody knows which.
 */
export class ReboundLengths {
  /** The variables whose lengths are being looked for, with what is supposed of them meanwhile. */
  private readonly supposed = new Map<string, Amount>();

  constructor(private readonly evaluator: Evaluator) {}

  of(read: ReadOperation, at: Activation): Amount | "open" {
    const { place } = read;
    const holder = place.kind === "name" ? holderOf(place.owner, at) : undefined;
    if (place.kind !== "name" || !holder || holder.arguments.has(place.name)) return undefined;
    if (holder.function.head.rebound.has(place.name)) return undefined;
    if (holder.function.head.parameters.some(({ name }) => name === place.name)) return undefined;
    const bound = boundWhereRead(holder.function, place.name, read);
    if (bound.length < 2 || bound.length > mostBound) return undefined;
    const key = `${functionKey(holder.function)} ${place.name}`;
    if (this.supposed.has(key)) return this.supposed.get(key);
    this.supposed.set(key, undefined);
    const result = bound.some((value) => isAddition(value, place.name))
      ? this.grown(place.name, bound, read, holder)
      : (this.steady(key, bound, holder) ?? this.stepped(key, place.name, bound, read, holder));
    this.supposed.delete(key);
    return result;
  }

  /** Each value is as long as the one before, supposing that that is as long as the first. */
  private steady(key: string, bound: readonly Value[], holder: Activation): Amount {
    const [first, ...others] = bound;
    const length = first && this.evaluator.length(first, holder);
    if (!length) return undefined;
    this.supposed.set(key, length);
    const isSame = others.every((value) => {
      const other = this.evaluator.length(value, holder);
      return other && other.low === length.low && other.likely === length.likely && other.high === length.high;
    });
    return isSame ? length : undefined;
  }

  /**
   * Made from itself in a loop, `a` times as long and `b` longer in each round, as two lengths tell that it may have had before. Undefined where it is not
   * made from itself by the program's own code, so that what else it is bound to tells.
   */
  private stepped(key: string, name: string, bound: readonly Value[], read: ReadOperation, holder: Activation): Amount | "open" {
    const [start, step, ...others] = bound;
    const around = step && loopsAround(holder.function, step).filter((loop) => start && !contains(loop, start));
    if (!start || !step || !around || around.length === 0 || !isMadeFrom(step, name, holder, this.evaluator)) return undefined;
    const first = this.evaluator.length(start, holder);
    if (!first || others.length > 0) return "open";
    const after = (length: number): number | undefined => {
      this.supposed.set(key, exactly(length));
      return this.evaluator.length(step, holder)?.likely;
    };
    const [short, long] = [first.likely + 8, first.likely + 64];
    const [one, other] = [after(short), after(long)];
    const inner = around.filter((loop) => loop.start === step.start && loop.form === "comprehension");
    const rounds = around.reduce<Amount>((count, loop) => {
      if (inner.includes(loop)) return count;
      const { count: trips, known } = this.evaluator.trips(loop, holder);
      return known === "known" ? combine(count, trips, (a, b) => a * b) : undefined;
    }, exactly(1));
    if (one === undefined || other === undefined || !rounds) return "open";
    const factor = (other - one) / (long - short);
    const more = one - factor * short;
    // Half of what it is or longer by half, and what follows no line: neither says what many rounds make of it.
    if (factor < 0.99 || factor > mostFactor) return "open";
    const isInside = around.some((loop) => contains(loop, read));
    const reached = (from: number, count: number): number => {
      let length = from;
      let sum = 0;
      const last = Math.min(count, mostRounds);
      for (let round = 0; round < last && length < mostLength; round++) {
        sum += length;
        length = Math.max(0, length * factor + more);
      }
      return isInside ? (last > 0 ? sum / last : from) : length;
    };
    const whole = interval(reached(first.low, rounds.low), reached(first.likely, rounds.likely), reached(first.high, rounds.high));
    // What is not whole was the average of two rounds, and a little more each time is much more in the end.
    return Math.abs(factor - Math.round(factor)) < 1e-6
      ? whole
      : interval(Math.min(whole.low, whole.likely ** 0.7), whole.likely, Math.max(whole.high, whole.likely ** 1.3));
  }

  /** What it begins with, and what is added to it in the block where it begins. */
  private grown(name: string, bound: readonly Value[], read: ReadOperation, holder: Activation): Amount {
    const [start, ...others] = bound.filter((value) => !isAddition(value, name));
    const additions = bound.filter((value) => isAddition(value, name));
    if (!start || others.length > 0 || additions.some(({ operands: [, added] }) => !added || mentions(added, name))) return undefined;
    const added = totalOver(blockOf(start, holder.function), holder, this.evaluator, (operation) =>
      operation.op === "compute" && additions.includes(operation)
        ? this.evaluator.length(operation.operands[1] as Value, holder)
        : operation.op === "call"
          ? addedBy(operation, name, holder, this.evaluator)
          : exactly(0),
    );
    const first = isEmptyContainer(start, (call) => this.evaluator.externalNames(call, holder))
      ? exactly(0)
      : this.evaluator.length(start, holder);
    const whole = combine(first, added, (a, b) => a + b);
    if (!whole) return undefined;
    // Where it is still growing it has half of that on average.
    const grows = loopsIn(holder.function).some(
      (loop) => contains(loop, read) && !contains(loop, start) && bound.some((value) => value !== start && contains(loop, value)),
    );
    return grows ? interval(0, whole.likely / 2, whole.high) : whole;
  }
}

const mostBound = 6;
/** From there on it follows no line that two lengths could show. */
const mostFactor = 16;
const mostRounds = 100_000;
const mostLength = 1e12;

/** Whether the value is what a function of the program, a comprehension or an operator makes of the variable of that name. */
function isMadeFrom(value: Value, name: string, at: Activation, evaluator: Evaluator): boolean {
  const isMade =
    value.op === "comprehension" ||
    (value.op === "compute" && value.operator !== "%") ||
    (value.op === "call" && evaluator.calledInProgram(value, at) === "function");
  return isMade && someValue(value, (inner) => mentions(inner, name));
}

/** `name + …` */
function isAddition(value: Value, name: string): value is ComputeOperation {
  return value.op === "compute" && value.operator === "+" && value.operands[0] !== undefined && mentions(value.operands[0], name);
}
