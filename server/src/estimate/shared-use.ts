import { add } from "../base/interval.js";
import { lastNameOf } from "../program/link/last-name.js";
import type { Resolver } from "../program/link/resolver.js";
import type { CallOperation, ComputeOperation, ConstantValue, LoopOperation, Place, Value } from "../program/operation.js";
import type { ConstructCosts } from "./construct-costs.js";
import { type Sum, zero } from "./cost-sum.js";
import { type Activation, type Argument, bareActivation, type Evaluator } from "./evaluate.js";
import { isProgram } from "./main-guard.js";
import { RelockedLookups } from "./relocked-lookups.js";
import { SharedClasses } from "./shared-classes.js";

/** How often a task uses what all threads use: they count references to it, and the cache line goes to and fro between their cores. */
export interface SharedUses {
  /** Of objects. */
  readonly uses: number;
  /** Of numbers and tuples that stand in the code; see `SharedUse.literalsOf`. */
  readonly literals: number;
  /** Changes of containers. */
  readonly writes: number;
  /** Lookups that wait for a lock which their own thread has; see `RelockedLookups`. */
  readonly relocked: number;
}

/**
 * How often code counts references to objects that every thread running it uses: what module-level names are bound to, what is in the
 * containers among them, and constants that are not immortal. Functions, built-in ones and types are not counted: 3.13t and later defer their
 * counts, and `max(5, n)`, `abs(n)`, `len(own)`, `isinstance(n, int)`, `f(n)` in two threads take at most 4 ns longer than in one
 * (`test/measure/shared_references.py`). Only builds without a GIL pay for it.
 */
export class SharedUse {
  private readonly lookups: RelockedLookups;
  private readonly classes: SharedClasses;

  constructor(
    private readonly constructs: ConstructCosts,
    private readonly evaluator: Evaluator,
    resolver: Resolver,
  ) {
    this.lookups = new RelockedLookups(resolver, evaluator, (at) => isProgram(at.function.file));
    this.classes = new SharedClasses(resolver, (value, node) => {
      const body = node.file.functionAt(node.facts.body);
      if (!body || value.op === "constant") return this.kindOfConstant(value);
      return this.isCounted(value, bareActivation(body)) ? "object" : "own";
    });
  }

  /** Adds what a call uses itself. */
  addCall(call: CallOperation, at: Activation, sum: Sum): void {
    sum.sharedUses += this.usesOfCall(call, at) + this.classes.usesOfCall(call, at);
    sum.interpreter = add(sum.interpreter, this.classes.abstractNs(call, at) ?? zero);
    for (const { value } of call.arguments) sum.sharedLiterals += this.literalsOf(value, at);
    if (this.changesShared(call, at)) sum.sharedWrites++;
    sum.sharedRelocked += this.lookups.of(call, at);
  }

  /** Adds what a computation is made with. */
  addOperands({ operator, operands }: ComputeOperation, at: Activation, sum: Sum): void {
    // A set that is written out is made once, and locked for each search.
    if (/\bin$/.test(operator) && isConstant(operands[1], "set")) sum.sharedUses++;
    for (const operand of operands) {
      sum.sharedUses += this.usesOfOperand(operand, at);
      sum.sharedLiterals += this.literalsOf(operand, at);
    }
  }

  /** Adds what reading a place uses. */
  addRead(place: Place, at: Activation, sum: Sum): void {
    const ofClass = this.classes.usesOfAttribute(place, at);
    sum.sharedUses += this.usesOfPlace(place, at) + ofClass.uses;
    sum.sharedLiterals += ofClass.literals;
  }

  private usesOfPlace(place: Place, at: Activation): number {
    if (place.kind === "name") return isOfModule(place, at) ? 1 : 0;
    const object = place.object;
    const isShared = this.isShared(object, at);
    if (!isShared && this.isElementOfShared(object, at)) return 2 * partShare;
    if (place.kind === "attribute") return isShared ? 2 : 0;
    // The container itself, and what is taken out of it.
    return isShared ? 1 + (this.isCounted({ op: "read", place, start: 0, end: 0 }, at) ? elementShare : 0) : 0;
  }

  /** Of what a computation is made with. */
  private usesOfOperand(operand: Value, at: Activation): number {
    if (this.kindOf(operand, at) === "object" && !this.isShared(operand, at)) return this.isCounted(operand, at) ? 1 : 0;
    if (operand.op === "read" && operand.place.kind === "name") return this.isShared(operand, at) && this.isCounted(operand, at) ? 1 : 0;
    return 0;
  }

  /** One of the objects in a container that all threads use: a row of a table of the module. */
  private isElementOfShared(object: Value, at: Activation): boolean {
    if (object.op === "element-of") return this.isShared(object.iterable, at);
    if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== at.function.index) return false;
    const bound = at.function.bound(object.place.name) ?? [];
    return bound.some((each) => each.op === "element-of" && this.isShared(each.iterable, at));
  }

  /** Of a call: the object whose method it is, and what it is given. */
  private usesOfCall({ callee, arguments: given }: CallOperation, at: Activation): number {
    const object = callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined;
    let uses = object && this.isShared(object, at) ? 1 : 0;
    // `random.random()` takes 90 ns longer in each of two threads, and `random.randint(1, 6)`, which is written in Python, 290.
    if (object && hasOneGenerator(object, at)) uses = /^(random|getrandbits)$/.test(lastNameOf(callee)) ? 1 : 3;
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

  /**
   * Adds what going through something takes once: its iterator holds on to what all threads use. Two threads take 270 ns longer for `for y in (-1, 0, 1)`
   * and 320 for a list of three texts than one, and 850 where there are four pairs to unpack.
   */
  addLoop({ iterable }: LoopOperation, rounds: number, at: Activation, sum: Sum): void {
    if (!iterable) return;
    if (this.isShared(iterable, at)) sum.sharedUses += 2;
    if (this.literalsOf(iterable, at) === 0) return;
    const hasTuples = iterable.op === "display" && iterable.elements.some((each) => isConstant(each, "tuple"));
    sum.sharedLiterals += 3 + (hasTuples ? rounds : 0);
  }

  /** Whether the place is in a container that all threads use. */
  isSharedContainer(place: Place, at: Activation): boolean {
    return place.kind === "element" && this.isShared(place.object, at);
  }

  /** Whether a call changes a container that all threads use. */
  private changesShared({ callee }: CallOperation, at: Activation): boolean {
    if (callee.op !== "read" || callee.place.kind !== "attribute") return false;
    return changing.has(callee.place.name) && this.isShared(callee.place.object, at);
  }

  /**
   * Of numbers in the code, where they are read or what a parameter was given. In the script that is run they are immortal, in modules that were
   * compiled as they were imported they are not (`literalNs`): two threads of `state * 1103515245 + 12345` took 145 ns a round as `__main__`, 240 ns
   * imported; 52 and 120 ns for two uses of a parameter that is `0.001` (CPython 3.13.5t, 2 cores, 2026-11-26; `sys.getrefcount` tells them apart).
   * Later versions are documented to have none that are mortal.
   */
  literalsOf(value: Value, at: Activation): number {
    return this.kindOf(value, at) === "literal" ? 1 : 0;
  }

  /** Whether what a parameter is given is everybody's. */
  kindOfArgument({ value, in: within, how }: Argument): "own" | "object" | "literal" {
    if (how === "whole") return this.kindOf(value, within);
    const everywhere = this.oneElement(value, within);
    return everywhere ? this.kindOf(everywhere.value, everywhere.in) : "own";
  }

  /** The one object that all elements are: `[0.5] * 8`. */
  private oneElement(value: Value, at: Activation): { readonly value: Value; readonly in: Activation } | undefined {
    if (value.op === "display" && value.makes !== "dict" && value.elements.length === 1)
      return { value: value.elements[0] as Value, in: at };
    if (value.op === "compute" && value.operator === "*") {
      const [list] = value.operands.flatMap((operand) => this.oneElement(operand, at) ?? []);
      return list;
    }
    if (value.op !== "read") return undefined;
    return this.evaluator.follow(
      value,
      at,
      (bound, within) => this.oneElement(bound, within),
      () => undefined,
    );
  }

  private kindOf(value: Value, at: Activation): "own" | "object" | "literal" {
    if (value.op === "constant" || value.op === "display") return this.kindOfConstant(value);
    if (value.op !== "read" || value.place.kind !== "name") return "own";
    if (this.isShared(value, at)) {
      const [literal] = this.literalsBoundTo(value, at);
      if (!literal) return "object";
      return isMortal(literal) ? "literal" : "own";
    }
    const { name, owner } = value.place;
    if (owner !== at.function.index || at.function.head.rebound.has(name)) return "own";
    const argument = at.arguments.get(name);
    if (argument) return this.kindOfArgument(argument);
    const byDefault = at.caller && at.function.head.parameters.find((each) => each.name === name)?.default;
    return byDefault?.op === "constant" || byDefault?.op === "display" ? this.kindOf(byDefault, bareActivation(at.function)) : "own";
  }

  private kindOfConstant(value: Value): "own" | "literal" {
    return (value.op === "constant" ? isMortal(value) : isConstant(value, "tuple")) ? "literal" : "own";
  }

  /** What a name of the module stands for, if that is nothing but literals. */
  private literalsBoundTo(value: Value, at: Activation): readonly ConstantValue[] {
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== 0) return [];
    const bound = boundTo(value.place.name, at);
    const literals = bound.filter((each) => each.op === "constant");
    return literals.length === bound.length ? literals : [];
  }

  /** A name of the module, read in a function. */
  private isShared(value: Value, at: Activation): boolean {
    return value.op === "read" && isOfModule(value.place, at);
  }

  /**
   * Small integers, `None`, one-character and interned texts are immortal: nobody counts references to them. Numbers in the code are told apart
   * (`literalsOf`).
   */
  private isCounted(value: Value, at: Activation): boolean {
    if (value.op === "constant" || this.literalsBoundTo(value, at).length > 0) return false;
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

/** The same of what lies in such an element, `row["amount"]`, `item.price`: 80 to 140 ns more in each of two threads that go through 50. */
const partShare = 0.4;

const changing: ReadonlySet<string> = new Set(
  "append add insert extend update setdefault pop popleft appendleft remove discard clear".split(" "),
);

/** A tuple or set of constants is one itself. */
function isConstant(value: Value | undefined, makes: "tuple" | "set"): boolean {
  return value?.op === "display" && value.makes === makes && value.elements.length > 0 && value.elements.every(isWrittenOut);
}

function isWrittenOut(value: Value): boolean {
  if (value.op === "compute") return value.operands.length === 1 && value.operands[0]?.op === "constant";
  return value.op === "constant" || isConstant(value, "tuple");
}

/** Small integers, `None` and the like are immortal everywhere, and so are texts in the code. */
function isMortal(value: ConstantValue): boolean {
  return (
    value.type === "float" ||
    (value.type === "bytes" && Number(value.value) > 1) ||
    (value.type === "int" && (Number(value.value) > 256 || Number(value.value) < -5))
  );
}

/**
 * Whether it is a name of the module, read in a function, that is bound to more than modules, functions and classes: their counts are deferred.
 * Two threads of `math`, `math.sqrt(i)`, `os.getpid` and `os.path.join` take 0 to 4 ns longer than one, `OBJECT` 109 ns (CPython 3.13.5t, 2 cores,
 * 2026-11-27).
 */
function isOfModule(place: Place, at: Activation): boolean {
  if (place.kind !== "name" || place.owner !== 0 || at.function.index === 0) return false;
  const bound = boundTo(place.name, at);
  return bound.length === 0 || !bound.every(isDeferred);
}

function boundTo(name: string, at: Activation): readonly Value[] {
  return at.function.file.functionAt(0)?.bound(name) ?? [];
}

/** The functions of `random` are methods of one generator, which they lock. */
function hasOneGenerator(value: Value, at: Activation): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== 0) return false;
  return boundTo(value.place.name, at).some((bound) => bound.op === "import" && bound.module === "random" && bound.name === undefined);
}

function isDeferred(bound: Value): boolean {
  return bound.op === "function" || bound.op === "class" || (bound.op === "import" && bound.name === undefined);
}

/**
 * How often a function of the standard library uses objects that are its own and all threads': what `re` has compiled, numbers that `datetime` computes
 * with, the context of decimal numbers. Against what `LETTERS` takes there, a text that all threads use (`test/measure/shared_objects.py`).
 */
export function usesInside(name: string | undefined): number {
  if (name === undefined) return 0;
  for (const [pattern, uses] of insides) if (pattern.test(name)) return uses;
  return 0;
}

const insides: readonly (readonly [RegExp, number])[] = [
  [/^re\.subn?$/, 10],
  [/^re\.(match|search|fullmatch|findall|finditer|split)$/, 6],
  [/^datetime\.timedelta$/, 4],
  [/^decimal\.Decimal\.quantize$/, 2],
  [/^decimal\.Decimal\./, 0.6],
  [/^fractions\.Fraction\b/, 3],
];
