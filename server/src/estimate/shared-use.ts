import type { CallOperation, LoopOperation, Place, Value } from "../program/operation.js";
import type { ConstructCosts } from "./construct-costs.js";
import type { Activation, Evaluator } from "./evaluate.js";

/**
 * How often code counts references to objects that every thread running it uses: what module-level names are bound to, what is in the
 * containers among them, and constants that are not immortal. Functions, built-in ones and types are not counted: 3.13t and later defer their
 * counts, and `max(5, n)`, `abs(n)`, `len(own)`, `isinstance(n, int)`, `f(n)` in two threads take at most 4 ns longer than in one
 * (`test/measure/shared_references.py`). Only builds without a GIL pay for it.
 */
export class SharedUse {
  constructor(
    private readonly constructs: ConstructCosts,
    private readonly evaluator: Evaluator,
  ) {}

  /** Of reading a place. */
  usesOfPlace(place: Place, at: Activation): number {
    if (place.kind === "name") return place.owner === 0 && at.function.facts.index !== 0 ? 1 : 0;
    const object = place.object;
    const isShared = this.isShared(object, at);
    if (place.kind === "attribute") return isShared ? 2 : 0;
    // The container itself, and what is taken out of it.
    return isShared ? 1 + (this.isCounted({ op: "read", place, start: 0, end: 0 }, at) ? elementShare : 0) : 0;
  }

  /** Of what a computation is made with. */
  usesOfOperand(operand: Value, at: Activation): number {
    if (operand.op === "read" && operand.place.kind === "name") return this.isShared(operand, at) && this.isCounted(operand, at) ? 1 : 0;
    return 0;
  }

  /** Of a call: the object whose method it is, and what it is given. */
  usesOfCall({ callee, arguments: given }: CallOperation, at: Activation): number {
    let uses = callee.op === "read" && callee.place.kind === "attribute" && this.isShared(callee.place.object, at) ? 1 : 0;
    for (const { value } of given) {
      if (value.op === "read" && value.place.kind === "name" && this.isShared(value, at) && this.isCounted(value, at)) uses += 1;
    }
    return uses;
  }

  /** Of one round of a loop over a shared container: its element is taken and read. */
  usesOfRound({ iterable }: LoopOperation, at: Activation): number {
    if (!iterable || !this.isShared(iterable, at)) return 0;
    return this.isCounted({ op: "element-of", iterable, start: 0, end: 0 }, at) ? 2 * elementShare : 0;
  }

  /** Whether the place is in a container that all threads use. */
  isSharedContainer(place: Place, at: Activation): boolean {
    return place.kind === "element" && this.isShared(place.object, at);
  }

  /** Whether a call changes a container that all threads use. */
  changesShared({ callee }: CallOperation, at: Activation): boolean {
    if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
    return changing.has(callee.place.name) && this.isShared(callee.place.object, at);
  }

  /** A name of the module that stands for a literal. */
  private isLiteral(value: Value, at: Activation): boolean {
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== 0) return false;
    const bound = at.function.file.functions[0]?.facts.bindings.get(value.place.name) ?? [];
    return bound.length > 0 && bound.every((each) => each.op === "constant");
  }

  /** A name of the module, read in a function. */
  private isShared(value: Value, at: Activation): boolean {
    return value.op === "read" && value.place.kind === "name" && value.place.owner === 0 && at.function.facts.index !== 0;
  }

  /**
   * Small integers, `None`, one-character and interned texts are immortal, and in free-threaded builds so is every literal: nobody counts references
   * to them. Two threads of a loop over large literals ran 1.75 times as fast as one on 3.13t (2 cores, 2026-11-26).
   */
  private isCounted(value: Value, at: Activation): boolean {
    if (value.op === "constant" || this.isLiteral(value, at)) return false;
    const kind = this.constructs.kindOf(value, at);
    if (kind === "text" || kind === "unknown") return kind === "unknown";
    if (kind !== "int") return true;
    const number = value.op === "element-of" ? this.evaluator.elementNumber(value.iterable, at) : this.evaluator.number(value, at);
    return number === undefined || number.likely > 256;
  }
}

/**
 * What the use of an element of a shared container costs, against that of an object which all threads use at any moment: they rarely meet at
 * the same one. CPython 3.13t, 2 threads on 2 cores: 8 to 28 ns for each use of an element in lists of 6, 1,000 and 80,000, 90 to 220 ns for a
 * hot object (`test/simulation/validation/programs`, 2026-11-26).
 */
const elementShare = 0.15;

const changing: ReadonlySet<string> = new Set(
  "append add insert extend update setdefault pop popleft appendleft remove discard clear".split(" "),
);
