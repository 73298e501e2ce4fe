import { interval } from "../../base/interval.js";
import type { ComputeOperation, Place, Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import { type Amount, hullOf, hullOfEach, maximumElements } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import { passThrough } from "./sized-calls.js";

/*
 * The numbers and lengths of what is taken out of lists, tuples and dicts that are written out, by its place or key, and of the parts of tuples that are
 * unpacked: `DELAYS[name]`, `for name, delay in PAIRS`, `for index, row in enumerate(rows)`.
 */

/**
 * What is taken out of a list, tuple or dict that is written out, by its place or key: `DELAYS[name]`. Where nobody knows which, all that it
 * can be together.
 */
export function itemOfDisplay(
  { object, index }: Extract<Place, { kind: "element" }>,
  at: Activation,
  read: (value: Value, at: Activation) => Amount,
  evaluator: Evaluator,
): Amount {
  // One of several that are alike: `for job in [{"delay": 0.1 * n} for n in range(5)]`.
  const ofAny = (iterable: Value, activation: Activation): Amount => {
    if (iterable.op === "read") return evaluator.followWhole(iterable, activation, ofAny);
    if (iterable.op === "comprehension") return of(iterable.element, activation);
    if (isJoined(iterable)) return iterable.operands[0] && ofAny(iterable.operands[0], activation);
    return iterable.op === "display" && iterable.makes !== "dict"
      ? hullOfEach(iterable.elements.slice(0, maximumElements), (item) => item && of(item, activation))
      : undefined;
  };
  const of = (source: Value, activation: Activation): Amount => {
    if (source.op === "read") return evaluator.follow(source, activation, of, ofAny);
    if (source.op !== "display" || source.isOpen || source.elements.length === 0) return undefined;
    const position = evaluator.number(index, at);
    const isExact = position !== undefined && position.low === position.high;
    if (source.makes !== "dict" && isExact) {
      const item = source.elements[position.low < 0 ? source.elements.length + position.low : position.low];
      return item && read(item, activation);
    }
    if (source.makes === "dict" && index.op === "constant") {
      const known = source.keys.findIndex((key) => key?.op === "constant" && key.value === index.value);
      const item = known < 0 ? undefined : source.elements[known];
      if (item) return read(item, activation);
    }
    return source.makes === "set" ? undefined : hullOfEach(source.elements.slice(0, maximumElements), (item) => read(item, activation));
  };
  return of(object, at);
}

/** The number that a part of a tuple is: of what `enumerate` and `zip` hand out, of a pair in a list, of what a function returns. */
export function itemNumber(value: Value, index: number, at: Activation, evaluator: Evaluator): Amount {
  const of = (source: Value, activation: Activation): Amount => {
    if (source.op === "display") {
      const tuples = source.elements.slice(0, maximumElements);
      if (tuples.every((tuple) => tuple.op === "display" && tuple.elements[index] !== undefined)) {
        return hullOf(
          tuples.map((tuple) => (tuple.op === "display" ? evaluator.number(tuple.elements[index] as Value, activation) : undefined)),
        );
      }
    }
    if (source.op === "comprehension" && source.element.op === "display") {
      const element = source.element.elements[index];
      return element && evaluator.number(element, activation);
    }
    if (isJoined(source)) return source.operands[0] && follow(source.operands[0], activation);
    if (source.op === "call") {
      const [name] = evaluator.externalNames(source, activation);
      const first = source.arguments[0]?.value;
      if (name === "builtins.enumerate" && first) {
        if (index === 1) return evaluator.elementNumber(first, activation);
        const length = evaluator.length(first, activation);
        return length && interval(0, length.likely / 2, Math.max(0, length.high - 1));
      }
      const zipped = name === "builtins.zip" ? source.arguments[index]?.value : undefined;
      return zipped && evaluator.elementNumber(zipped, activation);
    }
    return undefined;
  };
  const follow = (source: Value, activation: Activation): Amount =>
    source.op === "read" ? evaluator.followWhole(source, activation, follow) : of(source, activation);
  if (value.op === "element-of") return follow(value.iterable, at);
  if (value.op === "display") {
    const element = value.elements[index];
    return element && evaluator.number(element, at);
  }
  if (value.op === "call")
    return evaluator.returned(value, at, (whole, in_) => (whole.op === "display" ? itemNumber(whole, index, in_, evaluator) : undefined));
  if (value.op === "read" && value.place.kind === "name") {
    // `lo, hi = bounds`, where each task is given one pair of a list.
    return evaluator.follow(
      value,
      at,
      (bound, activation) => itemNumber(bound, index, activation, evaluator),
      (bound, activation) => follow(bound, activation),
    );
  }
  return undefined;
}

/** The length of a part of what `enumerate`, `zip` and `items` hand out, or of a pair in a list. */
export function itemLength(item: Extract<Value, { op: "item-of" }>, at: Activation, evaluator: Evaluator): Amount {
  const { value, index } = item;
  if (value.op === "display") return value.elements[index] && evaluator.length(value.elements[index], at);
  // `rows, errors = read(lines)`
  if (value.op === "call")
    return evaluator.returned(value, at, (whole, in_) =>
      whole.op === "display" ? itemLength({ ...item, value: whole }, in_, evaluator) : undefined,
    );
  if (value.op !== "element-of") return undefined;
  const of = (source: Value, in_: Activation): Amount => {
    if (source.op === "read") return evaluator.followWhole(source, in_, of);
    if (source.op === "display") {
      const tuples = source.elements.slice(0, maximumElements);
      return hullOf(
        tuples.map((tuple) => (tuple.op === "display" && tuple.elements[index] ? evaluator.length(tuple.elements[index], in_) : undefined)),
      );
    }
    if (source.op === "comprehension" && source.element.op === "display") {
      const element = source.element.elements[index];
      return element && evaluator.length(element, in_);
    }
    if (isJoined(source)) return source.operands[0] && of(source.operands[0], in_);
    if (source.op !== "call") return undefined;
    const [name] = evaluator.externalNames(source, in_);
    const first = source.arguments[0]?.value;
    if (name === "builtins.enumerate") return index === 1 && first ? evaluator.elementLength(first, in_) : undefined;
    if (name === "itertools.groupby") return index === 1 ? rowOfGroup : undefined;
    if (name === "builtins.zip") {
      const part = source.arguments[index];
      return part?.form === "positional" ? evaluator.elementLength(part.value, in_) : undefined;
    }
    if (name && first && passThrough.has(name)) return of(first, in_);
    const { callee } = source;
    if (index !== 1 || callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.name !== "items") return undefined;
    return evaluator.elementLength(callee.place.object, in_);
  };
  return of(value.iterable, at);
}

/** `PAIRS * 3`, `FIRST + REST`: its elements are taken to be like those of the left one. */
function isJoined(value: Value): value is ComputeOperation {
  return value.op === "compute" && (value.operator === "*" || value.operator === "+");
}

/** How many elements in a row have the same key. */
const rowOfGroup = interval(1, 4, 100);
