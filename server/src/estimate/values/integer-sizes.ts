import { exactly, type Interval } from "../../base/interval.js";
import { contains } from "../../base/range.js";
import { loopsAround } from "../../program/link/loops.js";
import type { Value } from "../../program/operation.js";
import { type Activation, holderOf } from "./activation.js";
import { type Amount, combine, hullOf, mapAmount } from "./amount.js";
import { positionalOf } from "./call-arguments.js";
import type { Evaluator } from "./evaluate.js";
import { mentions } from "./value-shapes.js";

/*
 * How many bits integers have. Numbers that fit a double are told by the evaluator; of others, `3 ** 2000` or a product that grows in a loop, only their
 * size can be told, which decides what computing with them takes.
 */

/** How many bits the integer has that a value is; undefined where that cannot be told. */
export function bitsOf(value: Value, at: Activation, evaluator: Evaluator): Amount {
  return new Bits(evaluator).of(value, at);
}

class Bits {
  private looks = 0;
  private depth = 0;
  /** Variables whose growth is being looked at. */
  private readonly open = new Set<string>();

  constructor(private readonly evaluator: Evaluator) {}

  of(value: Value, at: Activation): Amount {
    if (this.depth > deepest || ++this.looks > mostLooks) return undefined;
    this.depth++;
    const bits = this.known(value, at) ?? this.structural(value, at);
    this.depth--;
    return bits && mapAmount(bits, (each) => Math.min(most, Math.max(1, each)));
  }

  private known(value: Value, at: Activation): Amount {
    if (value.op === "constant" && value.type !== "int" && value.type !== "bool") return undefined;
    return mapAmount(this.evaluator.number(value, at), (each) => Math.log2(Math.abs(each) + 1));
  }

  private structural(value: Value, at: Activation): Amount {
    switch (value.op) {
      case "compute":
        return this.computed(value.operator, value.operands, at);
      case "choice":
        return hullOf(value.values.map((each) => this.of(each, at)));
      case "call":
        return this.called(value, at);
      case "element-of":
        return this.element(value.iterable, at);
      case "item-of": {
        const { value: whole, index } = value;
        if (whole.op === "display") return whole.elements[index] && this.of(whole.elements[index], at);
        if (whole.op !== "call" || this.evaluator.externalNames(whole, at)[0] !== "builtins.divmod") return undefined;
        return this.computed(index === 0 ? "//" : "%", positionalOf(whole), at);
      }
      case "read":
        return this.read(value, at);
      default:
        return undefined;
    }
  }

  private computed(operator: string, [first, second]: readonly Value[], at: Activation): Amount {
    if (!first) return undefined;
    const left = (): Amount => this.of(first, at);
    if (!second) return operator === "u-" || operator === "+" || operator === "~" ? left() : undefined;
    const right = (): Amount => this.of(second, at);
    const number = (): Amount => this.evaluator.number(second, at);
    switch (operator) {
      case "*":
        return combine(left(), right(), (a, b) => a + b);
      case "**":
        return combine(left(), number(), (a, b) => a * Math.max(0, b));
      case "+":
      case "-":
      case "|":
      case "^":
        return larger(left(), right());
      case "&": {
        const [a, b] = [left(), right()];
        return a && b ? combine(a, b, Math.min) : (a ?? b);
      }
      case "%": {
        const by = right();
        return by && combine(left() ?? by, by, Math.min);
      }
      case "//":
        return combine(left(), right(), (a, b) => Math.max(1, a - b));
      case "<<":
        return combine(left(), number(), (a, b) => a + b);
      case ">>":
        return combine(left(), number(), (a, b) => Math.max(1, a - b));
      default:
        return undefined;
    }
  }

  private called(call: Extract<Value, { op: "call" }>, at: Activation): Amount {
    const [name] = this.evaluator.externalNames(call, at);
    const given = positionalOf(call);
    const [first, second, third] = given;
    const number = (value: Value | undefined): Amount => value && this.evaluator.number(value, at);
    switch (name) {
      case "builtins.pow":
        return third ? this.of(third, at) : this.computed("**", given, at);
      case "math.factorial":
        return mapAmount(number(first), factorialBits);
      case "math.comb":
        return combine(number(first), number(second), (n, k) => factorialBits(n) - factorialBits(k) - factorialBits(n - k));
      case "math.prod":
        return first && this.product(first, at);
      case "functools.reduce":
        return second && isMultiplication(first, at, this.evaluator) ? this.product(second, at) : undefined;
      case "builtins.sum":
        return first && this.element(first, at);
      case "builtins.min":
      case "builtins.max":
        return given.length === 1 && first ? this.element(first, at) : hullOf(given.map((each) => this.of(each, at)));
      case "builtins.abs":
        return first && this.of(first, at);
      case "builtins.int": {
        const digits = first && this.evaluator.length(first, at);
        return digits ? combine(digits, number(second) ?? exactly(10), (a, base) => a * Math.log2(base > 1 ? base : 10)) : undefined;
      }
      case "builtins.int.from_bytes":
        return first && mapAmount(this.evaluator.length(first, at), (bytes) => bytes * 8);
      case "random.getrandbits":
      case "random.Random.getrandbits":
      case "secrets.randbits":
        return number(first);
      case "random.randrange":
      case "random.randint":
      case "random.Random.randrange":
      case "random.Random.randint":
      case "secrets.randbelow":
        return this.of(second ?? first ?? call, at);
      case "math.isqrt":
        return first && mapAmount(this.of(first, at), (bits) => bits / 2);
      case "math.gcd":
        return given.map((each) => this.of(each, at)).reduce((a, b) => combine(a, b, Math.min));
      case "math.lcm":
        return given.map((each) => this.of(each, at)).reduce((a, b) => combine(a, b, (x, y) => x + y));
      default:
        return name === undefined ? this.evaluator.returned(call, at, (returned, in_) => this.of(returned, in_)) : undefined;
    }
  }

  /** Of the product of all elements. */
  private product(iterable: Value, at: Activation): Amount {
    return combine(this.evaluator.length(iterable, at), this.element(iterable, at), (count, bits) => count * bits);
  }

  /** Of each element of an iterable. */
  private element(iterable: Value, at: Activation): Amount {
    if (this.depth > deepest || ++this.looks > mostLooks) return undefined;
    const numbers = mapAmount(this.evaluator.elementNumber(iterable, at), (each) => Math.log2(Math.abs(each) + 1));
    if (numbers) return numbers;
    if (iterable.op === "comprehension") return iterable.makes === "dict" ? undefined : this.of(iterable.element, at);
    if (iterable.op === "display")
      return iterable.makes === "dict" ? undefined : hullOf(iterable.elements.slice(0, mostElements).map((each) => this.of(each, at)));
    if (iterable.op !== "read") return undefined;
    this.depth++;
    const found = this.evaluator.followWhole(iterable, at, (bound, in_) => this.element(bound, in_));
    this.depth--;
    return found;
  }

  private read(value: Extract<Value, { op: "read" }>, at: Activation): Amount {
    const grown = value.place.kind === "name" ? this.grown(value, value.place, at) : undefined;
    return (
      grown ??
      this.evaluator.follow(
        value,
        at,
        (bound, in_) => this.of(bound, in_),
        (bound, in_) => this.element(bound, in_),
      )
    );
  }

  /** Of a variable that is computed from what it was, round by round: in those rounds half of what has been added at the end. */
  private grown(value: Value, { name, owner }: { readonly name: string; readonly owner: number }, at: Activation): Amount {
    const holder = holderOf(owner, at);
    const key = `${owner} ${name}`;
    if (!holder || this.open.has(key)) return undefined;
    const bound = holder.function.bound(name) ?? [];
    if (bound.length < 2 || bound.length > mostBound) return undefined;
    this.open.add(key);
    const parts = bound.map(partOf);
    const steps = parts.map((each) => this.step(each, name, holder));
    const bases = parts.flatMap((each, index) => (steps[index] === undefined ? [each] : []));
    const base = hullOf(bases.map((each) => this.of(each, holder)).filter((bits) => bits !== undefined));
    const first = parts.findIndex((_, index) => (steps[index]?.likely ?? 0) > 0);
    const place = parts[first];
    const adds = steps.reduce(
      (sum: Interval, each) => (each && each.likely > 0 ? combine(sum, each, (a, b) => a + b) : undefined) ?? sum,
      exactly(0),
    );
    this.open.delete(key);
    const parameter = holder.function.head.parameters.some((each) => each.name === name);
    if (!place) {
      // What is cut to a size in each round, `state = (state * 69069 + 1) & 0xFFFFFFFF`, soon fills that.
      const cut = parts.filter((each) => isReduced(each) && mentions(each, name));
      if (cut.length > 0) return hullOf(cut.map((each) => this.of(each, holder)));
      // One that is given what another was, which grows.
      const other = parts.find((each, index) => steps[index] && !reads(each, name));
      return other?.op === "read" && other.place.kind === "name" ? this.grown(value, { name: other.place.name, owner }, at) : undefined;
    }
    if (!base && !parameter) return undefined;
    const loops = loopsAround(holder.function, place).filter((loop) => !bases.some((each) => contains(loop, each) && !isReduced(each)));
    // What is left of a division by something of a known size does not grow.
    if (loops.length === 0 || bases.some((each) => isReduced(each) && loops.some((loop) => contains(loop, each))))
      return combine(base, adds, (a, b) => a + b);
    const rounds = loops
      .map((loop) => this.evaluator.trips(loop, holder).count)
      .reduce((a, b) => combine(a, b, (x, y) => x * y) as Interval);
    const isInside = holder.function === at.function && loops.some((loop) => contains(loop, value));
    const gained = combine(adds, rounds, (a, b) => a * b * (isInside ? 0.5 : 1));
    return combine(base ?? exactly(1), gained, (a, b) => a + b);
  }

  /** How many bits longer than the variable a value is that is computed from it; undefined where it is not, or is cut to a size. */
  private step(value: Value, name: string, at: Activation): Amount {
    if (value.op === "read") {
      if (value.place.kind !== "name") return undefined;
      return value.place.name === name || this.isPartner(value.place.name, name, at) ? exactly(0) : undefined;
    }
    if (value.op === "choice") {
      const all = value.values.flatMap((each) => this.step(each, name, at) ?? []);
      return all.length > 0 ? hullOf(all) : undefined;
    }
    if (value.op !== "compute") return undefined;
    const [left, right] = value.operands;
    if (!left || !right) return left && value.operator === "u-" ? this.step(left, name, at) : undefined;
    const [a, b] = [this.step(left, name, at), this.step(right, name, at)];
    switch (value.operator) {
      case "*":
        if (a && b) return exactly(doubling);
        return a ? combine(a, this.of(right, at), (x, y) => x + y) : b && combine(b, this.of(left, at), (x, y) => x + y);
      case "+":
      case "-":
        // Two numbers that take turns, as Fibonacci's do, grow by the golden ratio.
        return a && b ? larger(a, b) && combine(larger(a, b), exactly(value.operator === "+" ? 0.69 : 0), (x, y) => x + y) : (a ?? b);
      case "//":
        return combine(a, this.of(right, at), (x, y) => x - y);
      case "<<":
        return combine(a, this.evaluator.number(right, at), (x, y) => x + y);
      case ">>":
        return combine(a, this.evaluator.number(right, at), (x, y) => x - y);
      default:
        return undefined;
    }
  }

  /** Whether both are added up in turn, as in `a, b = b, a + b`. */
  private isPartner(other: string, name: string, at: Activation): boolean {
    const of = (variable: string): readonly Value[] => (at.function.bound(variable) ?? []).map(partOf);
    const isSum = (value: Value): boolean =>
      value.op === "compute" &&
      value.operator === "+" &&
      [name, other].every((each) => value.operands.some((operand) => reads(operand, each)));
    return of(other).some(isSum) || (of(name).some(isSum) && of(other).some((value) => reads(value, name)));
  }
}

/** The part of a tuple that is written out which the variable gets. */
function partOf(value: Value): Value {
  return value.op === "item-of" && value.value.op === "display" ? (value.value.elements[value.index] ?? value) : value;
}

function reads(value: Value, name: string): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.name === name;
}

function isReduced(value: Value): boolean {
  return value.op === "compute" && (value.operator === "%" || value.operator === "&");
}

function larger(a: Amount, b: Amount): Amount {
  return a && b ? combine(a, b, Math.max) : (a ?? b);
}

/** Whether a function multiplies the two numbers that it is given. */
export function isMultiplication(callee: Value | undefined, at: Activation, evaluator: Evaluator): boolean {
  if (!callee) return false;
  const probe: Extract<Value, { op: "call" }> = { op: "call", callee, arguments: [], start: callee.start, end: callee.end };
  if (evaluator.externalNames(probe, at)[0] === "operator.mul") return true;
  const returned = evaluator.returned(probe, at, (value) => value);
  return returned?.op === "compute" && returned.operator === "*";
}

/** Stirling's approximation. */
function factorialBits(n: number): number {
  return n < 2 ? 1 : n * Math.log2(n / Math.E) + 0.5 * Math.log2(2 * Math.PI * n);
}

const deepest = 14;
const mostLooks = 60;
const mostElements = 16;
const mostBound = 5;
/** A number that is squared in each round would soon fill the memory; programs do that a few times. */
const doubling = 64;
/** Numbers that large take minutes for anything. */
const most = 1e7;
