import { exactly, interval } from "../base/interval.js";
import { contains } from "../base/range.js";
import { functionKey } from "../program/link/entity.js";
import { boundWhereRead } from "../program/link/loop-variables.js";
import { loopsIn } from "../program/link/loops.js";
import type { ComputeOperation, ReadOperation, Value } from "../program/operation.js";
import { type Amount, combine } from "./amount.js";
import type { Activation, Evaluator } from "./evaluate.js";
import { totalOver } from "./generators.js";
import { isEmptyContainer } from "./growing-containers.js";
import { mentions } from "./value-shapes.js";

/** The length of a variable that is bound anew in its function: to a longer text, `line += cell`, or to something as long, `state = step(state)`. */
export class ReboundLengths {
  /** The variables whose lengths are being looked for, with what is supposed of them meanwhile. */
  private readonly supposed = new Map<string, Amount>();

  constructor(private readonly evaluator: Evaluator) {}

  of(read: ReadOperation, at: Activation): Amount {
    const { place } = read;
    const holder = place.kind === "name" ? this.evaluator.holder(place.owner, at) : undefined;
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
      : this.steady(key, bound, holder);
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

  /** What it begins with, and what is added to it in the block where it begins. */
  private grown(name: string, bound: readonly Value[], read: ReadOperation, holder: Activation): Amount {
    const [start, ...others] = bound.filter((value) => !isAddition(value, name));
    const additions = bound.filter((value) => isAddition(value, name));
    if (!start || others.length > 0 || additions.some(({ operands: [, added] }) => !added || mentions(added, name))) return undefined;
    const around = loopsIn(holder.function).filter((loop) => contains(loop, start) && !isHead(loop.iterable, start));
    const inner = around.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    const block = inner ? inner.body : holder.function.facts.body;
    const added = totalOver(block, holder, this.evaluator, (operation) =>
      operation.op === "compute" && additions.includes(operation)
        ? this.evaluator.length(operation.operands[1] as Value, holder)
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

/** `name + …` */
function isAddition(value: Value, name: string): value is ComputeOperation {
  return value.op === "compute" && value.operator === "+" && value.operands[0] !== undefined && mentions(value.operands[0], name);
}

function isHead(iterable: Value | undefined, value: Value): boolean {
  return iterable !== undefined && contains(iterable, value);
}
