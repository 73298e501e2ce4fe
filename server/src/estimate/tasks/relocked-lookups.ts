import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { filledWith } from "../values/filled-containers.js";

/**
 * Finds `table.get(key)` in a dict whose keys the main thread made. In CPython 3.13t `dict.get` holds the dict's lock and looks for the key without
 * counting on that. Where it meets a key that is neither the same object nor immortal nor its own thread's, it cannot take a reference, and does the
 * lookup again under the lock, which it holds itself: it yields its core forty times, parks, gives up what it holds, and goes on
 * (`Objects/dictobject.c`, `Python/lock.c`). `table[key]` and `key in table` hold no lock before, and pay next to nothing.
 */
export class RelockedLookups {
  constructor(
    private readonly resolver: Resolver,
    private readonly evaluator: Evaluator,
    /** Whether constants of the code are immortal beside the small ones. */
    private readonly areLiteralsImmortal: (at: Activation) => boolean,
  ) {}

  /** How many of such lookups a call makes: one or none. */
  of({ callee, arguments: [key] }: CallOperation, at: Activation): 0 | 1 {
    if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.name !== "get" || !key) return 0;
    const table = callee.place.object;
    if (table.op !== "read" || this.isElementOf(table, key.value, at)) return 0;
    for (const entity of this.resolver.resolve(table, at.function)) {
      if (entity.kind !== "container" || entity.value.makes !== "dict" || entity.in.facts.index !== 0) continue;
      const module = bareActivation(entity.in);
      const { value } = entity;
      if (value.op === "comprehension") return value.key && this.isMortal(value.key, module) ? 1 : 0;
      if (value.elements.length > 0) return value.keys.some((each) => each && this.isMortal(each, module)) ? 1 : 0;
      const filled = filledWith(table, at, this.evaluator);
      return filled?.items.some((item) => item.key && this.isMortal(item.key, filled.in)) ? 1 : 0;
    }
    return 0;
  }

  /** Whether the key is one that the table was asked for: the same object. */
  private isElementOf(table: Extract<Value, { op: "read" }>, key: Value, at: Activation): boolean {
    if (key.op === "item-of") return this.isElementOf(table, key.value, at);
    if (key.op === "element-of") return mentions(key.iterable, table);
    if (key.op !== "read" || key.place.kind !== "name") return false;
    const followed = this.evaluator.follow(
      key,
      at,
      (value, within) => this.isElementOf(table, value, within),
      (iterable) => mentions(iterable, table),
    );
    return followed ?? false;
  }

  /** Whether references to a key are counted. */
  private isMortal(key: Value, at: Activation): boolean {
    switch (key.op) {
      case "constant":
        return key.type === "float"
          ? !this.areLiteralsImmortal(at)
          : key.type === "int" && this.isLarge(key, at) && !this.areLiteralsImmortal(at);
      case "display":
        return key.makes === "tuple" && !(this.areLiteralsImmortal(at) && key.elements.every((each) => each.op === "constant"));
      case "compute":
        return /^(format|%)/.test(key.operator) && !this.isNumber(key, at)
          ? true
          : this.isNumber(key, at)
            ? this.isLarge(key, at)
            : this.hasText(key);
      case "call":
        return this.resolver.externalCallees(key, at.function).some((name) => making.test(name)) || this.isLarge(key, at);
      case "element-of":
        return this.hasMortalElements(key.iterable, at);
      case "read":
        return (
          this.evaluator.follow(
            key,
            at,
            (value, within) => this.isMortal(value, within),
            (iterable, within) => this.hasMortalElements(iterable, within),
          ) ?? false
        );
      default:
        return false;
    }
  }

  private hasMortalElements(iterable: Value, at: Activation): boolean {
    if (iterable.op === "display") return iterable.makes !== "dict" && iterable.elements.some((each) => this.isMortal(each, at));
    if (iterable.op === "comprehension") return this.isMortal(iterable.element, at);
    if (iterable.op === "call") {
      const [name] = this.resolver.externalCallees(iterable, at.function);
      if (/str\.(split|rsplit|splitlines)$/.test(name ?? "")) return true;
      const number = this.evaluator.elementNumber(iterable, at);
      return number !== undefined && number.likely > mostImmortal;
    }
    if (iterable.op !== "read") return false;
    return (
      this.evaluator.follow(
        iterable,
        at,
        (value, within) => this.hasMortalElements(value, within),
        () => false,
      ) ?? false
    );
  }

  private isNumber(value: Value, at: Activation): boolean {
    return this.evaluator.number(value, at) !== undefined;
  }

  private isLarge(value: Value, at: Activation): boolean {
    const number = this.evaluator.number(value, at);
    return number !== undefined && number.likely > mostImmortal;
  }

  /** A text that is put together. */
  private hasText({ operator, operands }: Extract<Value, { op: "compute" }>): boolean {
    return (
      operator === "+" &&
      operands.some((each) => (each.op === "constant" && each.type === "str") || (each.op === "compute" && this.hasText(each)))
    );
  }
}

/** Integers up to it are made once and for all. */
const mostImmortal = 256;

/** Calls that make a new object. */
const making =
  /^(builtins\.(str|repr|hex|oct|bin|format|float|tuple|frozenset)|builtins\.str\.(join|lower|upper|title|strip|replace|format|zfill)|datetime\.(date|datetime|timedelta)|decimal\.Decimal|fractions\.Fraction)$/;

/** Whether an iterable is the table, or what one of its methods gives. */
function mentions(iterable: Value, table: Extract<Value, { op: "read" }>): boolean {
  if (iterable.op === "call") return iterable.arguments.some(({ value }) => mentions(value, table)) || mentions(iterable.callee, table);
  if (iterable.op !== "read") return false;
  const { place } = iterable;
  if (place.kind === "attribute") return mentions(place.object, table);
  return place.kind === "name" && table.place.kind === "name" && place.name === table.place.name && place.owner === table.place.owner;
}
