import type { Place, ReadOperation, Value } from "../../program/operation.js";
import { lengthOfSample, type Sample } from "../samples/sample.js";
import { type Activation, holderOf } from "./activation.js";
import type { Evaluator } from "./evaluate.js";
import { filledWith } from "./filled-containers.js";

/** What a value is made of, likely: how many of each, all its parts together. */
export interface Shape {
  readonly integers: number;
  readonly floats: number;
  readonly texts: number;
  /** Of all texts and byte strings. */
  readonly characters: number;
  readonly containers: number;
  /** Objects of classes of the program, which count as containers, too. */
  readonly instances?: number;
}

/** Of no objects at all. */
export const nothing: Shape = { integers: 0, floats: 0, texts: 0, characters: 0, containers: 0 };
const integer: Shape = { ...nothing, integers: 1 };
const float: Shape = { ...nothing, floats: 1 };
/** An object with attributes: what makes it anew, its dict, and what fills that. */
const instance: Shape = { ...nothing, containers: 4, instances: 1 };

/** What a value is made of; undefined where even its kind is unknown. */
export function shapeOf(value: Value, at: Activation, evaluator: Evaluator): Shape | undefined {
  return shapeAtDepth(value, at, evaluator, 0);
}

function shapeAtDepth(value: Value, at: Activation, evaluator: Evaluator, depth: number): Shape | undefined {
  if (depth > 12) return undefined;
  const inner = (each: Value, in_ = at, more = 1): Shape | undefined => shapeAtDepth(each, in_, evaluator, depth + more);
  switch (value.op) {
    case "constant":
      if (value.type === "float") return float;
      return value.type === "str" ? text(String(value.value).length) : value.type === "bytes" ? text(Number(value.value)) : integer;
    case "display": {
      if (value.isOpen) return undefined;
      let total: Shape = { ...nothing, containers: 1 };
      const parts = [...value.elements, ...value.keys].slice(0, mostParts);
      for (const part of parts) {
        const shape = part && inner(part);
        if (!shape) return undefined;
        total = plus(total, shape);
      }
      return times(
        total,
        value.elements.length + value.keys.length > mostParts ? (value.elements.length + value.keys.length) / mostParts : 1,
      );
    }
    case "comprehension": {
      const count = evaluator.length(value, at)?.likely;
      const element = inner(value.element);
      if (count === undefined || !element) return undefined;
      return plus({ ...nothing, containers: 1 }, times(value.makes === "dict" ? plus(element, text(usualKey)) : element, count));
    }
    case "read":
      if (value.place.kind === "element") return sliceShape(value, value.place, at, evaluator, depth + 1);
      return (
        filledShape(value, at, evaluator, depth + 1) ??
        evaluator.follow(
          value,
          at,
          (bound, in_) => inner(bound, in_),
          (bound, in_) => elementShape(bound, in_, evaluator, depth + 1),
        ) ??
        reboundShape(value.place, at, inner)
      );
    case "element-of":
      return elementShape(value.iterable, at, evaluator, depth + 1);
    case "compute": {
      const [left, right] = value.operands;
      if (value.operator.startsWith("format") || (value.operator === "%" && left && isText(left)))
        return text(evaluator.length(value, at)?.likely ?? 20);
      if (!left) return undefined;
      if (value.operator === "*" && right) {
        const sequence = evaluator.length(left, at) ? left : evaluator.length(right, at) ? right : undefined;
        if (sequence) {
          const one = inner(sequence);
          const before = evaluator.length(sequence, at)?.likely ?? 1;
          const after = evaluator.length(value, at)?.likely ?? before;
          if (!one) return undefined;
          const repeated = times(one, after / Math.max(1, before));
          return { ...repeated, containers: one.containers, texts: one.containers === 0 ? one.texts : repeated.texts };
        }
      }
      const shapes = value.operands.map((operand) => inner(operand));
      if (value.operator === "/" || shapes.some((shape) => shape?.floats === 1 && shape.containers === 0)) return float;
      if (value.operator === "+" && shapes.every((shape) => shape && shape.containers + shape.texts > 0))
        return shapes.reduce((a, b) => (a && b ? plus(a, b) : undefined));
      return integer;
    }
    case "choice":
      return value.values[0] && inner(value.values[0]);
    case "call": {
      const [name] = evaluator.externalNames(value, at);
      const first = value.arguments[0]?.value;
      if (name === "builtins.range") {
        const count = evaluator.length(value, at)?.likely;
        return count === undefined ? undefined : plus({ ...nothing, containers: 1 }, times(integer, count));
      }
      if (name === "builtins.float" || name?.startsWith("random.") || (name?.startsWith("math.") && name !== "math.gcd")) return float;
      if (name === "builtins.str" || name === "builtins.repr" || (name && /\.(join|hexdigest|dumps|compress)$/.test(name)))
        return text(evaluator.length(value, at)?.likely ?? 10);
      if (name && /^builtins\.(list|tuple|set|sorted|dict|reversed|frozenset)$/.test(name) && first) return inner(first);
      if (name && /^builtins\.(int|len|ord|abs|round|sum|min|max|hash)$/.test(name)) return integer;
      switch (evaluator.calledInProgram(value, at)) {
        case "function":
          return evaluator.returned(value, at, (bound, in_) => inner(bound, in_));
        case "class": {
          // What it was given is kept in its attributes; others are not seen.
          let total = instance;
          for (const { value: argument } of value.arguments) {
            const shape = inner(argument);
            if (!shape) return undefined;
            total = plus(total, shape);
          }
          return total;
        }
        case undefined:
          break;
      }
      const parsed = dumped(value, at, evaluator, inner);
      if (parsed) return parsed;
      const sample = evaluator.samples.of(value, at);
      if (sample) return shapeOfSample(sample);
      const length = evaluator.length(value, at)?.likely;
      return length === undefined ? undefined : text(length);
    }
    default:
      return undefined;
  }
}

/** What was turned into the text or bytes that a call parses, or else what was turned into those that it is given: `json.loads(json.dumps(rows))`. */
function dumped(
  call: Extract<Value, { op: "call" }>,
  at: Activation,
  evaluator: Evaluator,
  shape: (value: Value, at: Activation) => Shape | undefined,
): Shape | undefined {
  const first = call.arguments[0]?.value;
  const [name] = evaluator.externalNames(call, at);
  return first && (name === "json.loads" || name === "pickle.loads") ? dumpedShape(first, at, evaluator, shape) : undefined;
}

/** What was turned into the text or bytes that a value is: `json.dumps(rows)`. */
export function dumpedShape(
  value: Value,
  at: Activation,
  evaluator: Evaluator,
  shape: (value: Value, at: Activation) => Shape | undefined = (each, in_) => shapeOf(each, in_, evaluator),
): Shape | undefined {
  if (value.op === "read") return evaluator.followWhole(value, at, (bound, in_) => dumpedShape(bound, in_, evaluator, shape));
  if (value.op !== "call") return undefined;
  const [name] = evaluator.externalNames(value, at);
  if (name === "builtins.str.encode" && value.callee.op === "read" && value.callee.place.kind === "attribute")
    return dumpedShape(value.callee.place.object, at, evaluator, shape);
  const first = value.arguments[0]?.value;
  return first && (name === "json.dumps" || name === "pickle.dumps") ? shape(first, at) : undefined;
}

/** What the value is made of that a sample is of. */
function shapeOfSample(sample: Sample): Shape {
  switch (sample.kind) {
    case "number":
      return sample.type === "float" ? float : integer;
    case "sequence":
      return plus({ ...nothing, containers: 1 }, averageShape(sample.items, sample.count));
    case "mapping":
      return plus({ ...nothing, containers: 1 }, averageShape(sample.entries.flat(), sample.count * 2));
    default:
      return text(lengthOfSample(sample) ?? 0);
  }
}

function averageShape(items: readonly Sample[], count: number): Shape {
  return times(averageOf(items.map(shapeOfSample)), count);
}

/**
 * What a part of a text or of a sequence is made of. What is picked by a place that the program works out is like the others: `KINDS[n % 5]`; one whose place
 * is written may be unlike them.
 */
function sliceShape(
  value: Value,
  { object, index }: Extract<Extract<Value, { op: "read" }>["place"], { kind: "element" }>,
  at: Activation,
  evaluator: Evaluator,
  depth: number,
): Shape | undefined {
  if (index.op === "constant") return undefined;
  if (index.op !== "compute" || index.operator !== "slice") return elementShape(object, at, evaluator, depth);
  const whole = shapeAtDepth(object, at, evaluator, depth);
  const length = evaluator.length(value, at)?.likely;
  if (!whole || length === undefined) return undefined;
  if (whole.containers === 0) return text(length);
  const before = evaluator.length(object, at)?.likely;
  return before ? { ...times(whole, length / before), containers: Math.max(1, (whole.containers * length) / before) } : undefined;
}

/** What a container that starts empty is made of after it was filled. */
function filledShape(value: ReadOperation, at: Activation, evaluator: Evaluator, depth: number): Shape | undefined {
  const inside = insideOfFilled(value, at, evaluator, depth);
  return inside && plus({ ...nothing, containers: 1 }, inside.shape);
}

/** What one of its elements is made of. */
function filledElementShape(value: ReadOperation, at: Activation, evaluator: Evaluator, depth: number): Shape | undefined {
  const inside = insideOfFilled(value, at, evaluator, depth);
  return inside && !inside.isMapping && inside.count > 0 ? times(inside.shape, 1 / inside.count) : undefined;
}

function insideOfFilled(
  value: ReadOperation,
  at: Activation,
  evaluator: Evaluator,
  depth: number,
): { readonly shape: Shape; readonly count: number; readonly isMapping: boolean } | undefined {
  const filled = filledWith(value, at, evaluator);
  if (!filled) return undefined;
  let total = nothing;
  let count = 0;
  let isMapping = false;
  for (const item of filled.items) {
    const shape = shapeAtDepth(item.value, filled.in, evaluator, depth + 1);
    if (!shape) return undefined;
    // Where a key cannot be told it is a short text; numbers are told.
    const key = item.key && (shapeAtDepth(item.key, filled.in, evaluator, depth + 1) ?? text(usualKey));
    total = plus(total, times(key ? plus(shape, key) : shape, item.times));
    count += item.times;
    isMapping ||= item.key !== undefined;
  }
  return { shape: total, count, isMapping };
}

/** The number that a variable is which is bound in several places, mostly to what it makes of itself: `state = state * 69069 % 4294967296`. */
function reboundShape(
  place: Place,
  at: Activation,
  shape: (value: Value, at: Activation, more: number) => Shape | undefined,
): Shape | undefined {
  const holder = place.kind === "name" ? holderOf(place.owner, at) : undefined;
  const bound = (place.kind === "name" && holder?.function.bound(place.name)) || [];
  if (!holder || bound.length < 2 || bound.length > mostBound) return undefined;
  const shapes = bound.flatMap((each) => shape(each, holder, deeperOfSeveral) ?? []);
  if (shapes.length < bound.length || shapes.some(({ texts, containers }) => texts + containers > 0)) return undefined;
  return shapes.find(({ floats }) => floats > 0) ?? shapes[0];
}

function elementShape(iterable: Value, at: Activation, evaluator: Evaluator, depth: number): Shape | undefined {
  if (depth > 12) return undefined;
  switch (iterable.op) {
    case "display":
      return iterable.elements[0] && shapeAtDepth(iterable.elements[0], at, evaluator, depth + 1);
    case "comprehension":
      return shapeAtDepth(iterable.element, at, evaluator, depth + 1);
    case "compute":
      return iterable.operands[0] && elementShape(iterable.operands[0], at, evaluator, depth + 1);
    case "read":
      return (
        filledElementShape(iterable, at, evaluator, depth + 1) ??
        evaluator.followWhole(iterable, at, (bound, in_) => elementShape(bound, in_, evaluator, depth + 1))
      );
    case "call": {
      const [name] = evaluator.externalNames(iterable, at);
      const first = iterable.arguments[0]?.value;
      if (name === "builtins.range") return integer;
      return name && first && /^builtins\.(list|tuple|set|sorted|reversed|frozenset|iter)$/.test(name)
        ? elementShape(first, at, evaluator, depth + 1)
        : undefined;
    }
    default:
      return undefined;
  }
}

function isText(value: Value): boolean {
  return value.op === "constant" && (value.type === "str" || value.type === "bytes");
}

const mostParts = 64;
const mostBound = 4;
/** What each of several is bound to is not followed as far as what is the only one. */
const deeperOfSeveral = 4;
const usualKey = 8;

function text(characters: number): Shape {
  return { ...nothing, texts: 1, characters };
}

function plus(a: Shape, b: Shape): Shape {
  return {
    integers: a.integers + b.integers,
    floats: a.floats + b.floats,
    texts: a.texts + b.texts,
    characters: a.characters + b.characters,
    containers: a.containers + b.containers,
    instances: (a.instances ?? 0) + (b.instances ?? 0),
  };
}

function times(a: Shape, factor: number): Shape {
  return {
    integers: a.integers * factor,
    floats: a.floats * factor,
    texts: a.texts * factor,
    characters: a.characters * factor,
    containers: a.containers * factor,
    instances: (a.instances ?? 0) * factor,
  };
}

/** Digits, quotes, separators. */
export function jsonBytes({ integers, floats, texts, characters, containers }: Shape): number {
  return integers * 6 + floats * 17 + texts * 4 + characters + containers * 3;
}

/** As protocol 4 and 5 write it: small integers take 2 to 5 bytes, floats 9, short texts 3 and their characters, containers about 6. */
export function pickledBytes({ integers, floats, texts, characters, containers }: Shape): number {
  return integers * 3.5 + floats * 9 + texts * 3 + characters + containers * 6;
}

/**
 * Bytes of memory, each object with its reference: numbers 32, texts 56 and their characters, containers 64 with what the collector of garbage needs, each rounded
 * to 16 as the allocator does. Page faults of 100,000 and more: floats in a list 41 bytes each, lists of two integers 121, texts of 12 characters 73 (CPython 3.11
 * and 3.14, `test/measure/fresh_memory.py`).
 */
export function memoryBytes({ integers, floats, texts, characters, containers, instances = 0 }: Shape): number {
  // An object's dict and what fills it anew lie in the object itself.
  const own = containers - 3 * instances;
  return 40 * (integers + floats) + 64 * texts + characters + 72 * own;
}

/** What the average of several values is made of. */
export function averageOf(shapes: readonly Shape[]): Shape {
  return times(shapes.reduce(plus, nothing), 1 / Math.max(1, shapes.length));
}

/** How many objects it is. */
export function objectCount({ integers, floats, texts, containers }: Shape): number {
  return integers + floats + texts + containers;
}

/**
 * As how many numbers pickle takes it, to write it and to read it together. Texts and containers get an entry in its memo: of 20 000 each, CPython 3.11 and
 * 3.14, a text of eight or forty characters takes 76 to 150 ns to write and 60 to 100 ns to read, where a float takes 20 and 40 ns, a tuple of two
 * beyond what is in it 80 to 90 ns and 70 to 160 ns. An object of a class of the program is asked how to make it anew, which is Python: with four numbers
 * 1.9 and 1.6 µs on 3.11, 1.0 and 0.9 µs on 3.14.
 */
export function pickledObjects({ integers, floats, texts, containers, instances = 0 }: Shape): number {
  return integers + floats + 2.5 * texts + 3.5 * containers + 31 * instances;
}
