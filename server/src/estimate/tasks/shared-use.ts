import { add } from "../../base/interval.js";
import { lastNameOf } from "../../program/link/last-name.js";
import { onlyBinding } from "../../program/link/only-binding.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { isSlice, isSliced } from "../../program/link/slices.js";
import {
  type CallOperation,
  type ComputeOperation,
  type ConstantValue,
  type LoopOperation,
  type Place,
  unbound,
  type Value,
} from "../../program/operation.js";
import type { ConstructCosts } from "../costs/construct-costs.js";
import { type Sum, zero } from "../costs/cost-sum.js";
import type { OperationCosts } from "../costs/operation-costs.js";
import { type Activation, type Argument, bareActivation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { isProgram } from "./main-guard.js";
import { RelockedLookups } from "./relocked-lookups.js";
import { SharedClasses } from "./shared-classes.js";

/** So many times as much of it. */
export function timesAsManyUses({ uses, literals, writes, relocked }: SharedUses, factor: number): SharedUses {
  return { uses: uses * factor, literals: literals * factor, writes: writes * factor, relocked: relocked * factor };
}

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
    costs: OperationCosts,
  ) {
    this.lookups = new RelockedLookups(resolver, evaluator, (at) => isProgram(at.function.file));
    this.classes = new SharedClasses(
      resolver,
      (value, node) => {
        const body = node.file.functionAt(node.facts.body);
        if (!body || value.op === "constant") return this.kindOfConstant(value);
        return this.isCounted(value, bareActivation(body)) ? "object" : "own";
      },
      costs,
    );
  }

  /** Adds what a call uses itself. */
  addCall(call: CallOperation, at: Activation, sum: Sum): void {
    sum.sharedUses += this.usesOfCall(call, at) + this.usesOfWalk(call, at) + this.classes.usesOfCall(call, at);
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
    sum.interpreter = add(sum.interpreter, this.classes.memberNs(place, at) ?? zero);
  }

  private usesOfPlace(place: Place, at: Activation): number {
    if (place.kind === "name") return isOfModule(place, at) ? 1 : 0;
    const object = place.object;
    const isShared = this.isShared(object, at);
    const rows = isShared ? undefined : this.elementOfShared(object, at);
    if (rows) return partShare * this.shareOfHot(rows.value, rows.in, manyRows);
    if (place.kind === "attribute") return isShared ? 2 : 0;
    if (!isShared) return 0;
    // The container itself, and what is taken out of it: for a part of it, each element in turn.
    if (isSlice(place)) {
      const taken = this.evaluator.length({ op: "read", place, start: 0, end: 0 }, at)?.likely ?? 0;
      return 1 + taken * this.usesOfElement(place.object, at);
    }
    const isCounted = this.isCounted({ op: "read", place, start: 0, end: 0 }, at);
    return 1 + (isCounted ? this.shareOfHot(object, at, manyElements) : 0);
  }

  /** Of what a computation is made with. */
  private usesOfOperand(operand: Value, at: Activation): number {
    if (this.kindOf(operand, at) === "object" && !this.isShared(operand, at)) return this.isCounted(operand, at) ? 1 : 0;
    if (operand.op === "read" && operand.place.kind === "name") return this.isShared(operand, at) && this.isCounted(operand, at) ? 1 : 0;
    return 0;
  }

  /** The container that all threads use whose element an object is: a row of a table of the module. */
  private elementOfShared(object: Value, at: Activation): InActivation | undefined {
    const whole = (iterable: Value): InActivation | undefined => {
      const container = wholeOf(iterable, at);
      return this.isShared(container, at) ? { value: container, in: at } : undefined;
    };
    if (object.op === "element-of") return whole(object.iterable);
    if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== at.function.index) return undefined;
    const argument = argumentOf(object.place, at);
    if (argument?.how === "element" && this.isShared(argument.value, argument.in)) return argument;
    for (const each of at.function.bound(object.place.name) ?? []) {
      const found = each.op === "element-of" ? whole(each.iterable) : undefined;
      if (found) return found;
    }
    return undefined;
  }

  /**
   * How much of an element's cache lines one thread takes from another: all of them where both come by often, none where there are so many that they
   * leave the core's caches before.
   */
  private shareOfHot(container: Value, at: Activation, many: number): number {
    const length = this.evaluator.length(container, at)?.likely ?? many;
    return Math.min(1, Math.max(leastHot, many / Math.max(1, length)));
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

  /** Of one round of a loop over shared containers: their elements are taken and read. */
  usesOfRound({ iterable }: LoopOperation, at: Activation): number {
    if (!iterable) return 0;
    let uses = 0;
    for (const container of goneThrough(iterable)) uses += this.usesOfElement(container, at);
    return uses;
  }

  /** Of an element that is taken in its turn: the next ones are fetched meanwhile, unless they are few, and at hand in the other core's cache. */
  private usesOfElement(iterable: Value, at: Activation): number {
    const container = wholeOf(iterable, at);
    if (!this.isShared(container, at) || !this.isCounted({ op: "element-of", iterable: container, start: 0, end: 0 }, at)) return 0;
    const length = this.evaluator.length(container, at)?.likely ?? manyInTurn;
    return inTurnShare * Math.min(1.7, Math.max(1, Math.sqrt(manyInTurn / Math.max(1, length))));
  }

  /** Of a built-in function that goes through what it is given. */
  private usesOfWalk({ callee, arguments: given }: CallOperation, at: Activation): number {
    if (callee.op !== "read") return 0;
    const { place } = callee;
    if (place.kind === "element") return 0;
    const walks = place.kind === "name" ? place.owner === unbound && walking.test(place.name) : walkingMethod.test(place.name);
    if (!walks) return 0;
    let uses = 0;
    for (const container of [...(place.kind === "attribute" ? [place.object] : []), ...given.map(({ value }) => value)]) {
      const each = this.usesOfElement(container, at);
      if (each > 0) uses += each * (this.evaluator.length(container, at)?.likely ?? 0);
    }
    return uses;
  }

  /**
   * Adds what going through something takes once: its iterator holds on to what all threads use. Two threads take 270 ns longer for `for y in (-1, 0, 1)`
   * and 320 for a list of three texts than one, and 850 where there are four pairs to unpack.
   */
  addLoop({ iterable }: LoopOperation, rounds: number, at: Activation, sum: Sum): void {
    if (!iterable) return;
    for (const container of goneThrough(iterable)) if (this.isShared(container, at)) sum.sharedUses += 2;
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
    return this.evaluator.followWhole(value, at, (bound, within) => this.oneElement(bound, within));
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

  /** A name of the module, read in a function, or a parameter that stands for what such a name is bound to. */
  private isShared(value: Value, at: Activation): boolean {
    if (value.op !== "read") return false;
    if (isOfModule(value.place, at)) return true;
    const argument = argumentOf(value.place, at);
    if (!argument) return false;
    if (argument.how === "whole") return this.isShared(argument.value, argument.in);
    const everywhere = this.oneElement(argument.value, argument.in);
    return everywhere !== undefined && this.isShared(everywhere.value, everywhere.in);
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
 * What the use of an element of a shared container costs, against that of an object which all threads use at any moment (110 to 150 ns in each of two).
 * CPython 3.13.5t, 2 cores of a Xeon, 2026-11-27: an element by its index or key takes as much in a table of 1,000 (230 ns with the container); one in
 * turn 22 to 48 ns in a list of 1,000, 66 to 85 in one of 20, 30 in one of 150,000; two fields of one of 50 rows 50 ns. Fields of 60,000 and 80,000
 * rows take next to nothing more: they have left the caches.
 */
const inTurnShare = 0.25;
const manyInTurn = 200;
const manyElements = 20_000;
const partShare = 0.3;
const manyRows = 2000;
const leastHot = 0.03;

const walking = /^(sorted|sum|max|min|list|tuple|set|frozenset|any|all|dict)$/;
const walkingMethod = /^(copy|join|count|index)$/;

/** The container of which a value is a part, also under a name of its own: `rows` of `rows[lo:hi]`; the value itself where it is none. */
function wholeOf(value: Value, at: Activation, depth = 0): Value {
  if (value.op !== "read" || depth > 3) return value;
  const { place } = value;
  if (isSlice(place)) return wholeOf(place.object, at, depth + 1);
  const only = place.kind === "name" && place.owner === at.function.index ? onlyBinding(place.name, at.function) : undefined;
  return only && isSliced(only) ? wholeOf(only, at, depth + 1) : value;
}

/** The containers that a loop goes through: `a` and `b` of `zip(a, b)`, `a` of `enumerate(a)`, `combinations(a, 2)` and `a.values()`. */
function goneThrough(iterable: Value): readonly Value[] {
  if (iterable.op !== "call") return [iterable];
  const { callee } = iterable;
  if (callee.op !== "read") return [];
  const { place } = callee;
  if (place.kind === "attribute" && /^(values|items|keys)$/.test(place.name)) return [place.object];
  const given = iterable.arguments.map(({ value }) => value);
  if (place.kind === "element") return [];
  switch (place.name) {
    case "zip":
    case "enumerate":
    case "reversed":
    case "product":
    case "chain":
      return given;
    case "combinations":
    case "permutations":
      // Each round takes as many elements as it is asked for; two mostly.
      return given[0] ? [given[0], given[0]] : [];
    default:
      return [];
  }
}

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

/** What a parameter that nothing else is bound to stands for; `self` stands for the object that the method is called on. */
function argumentOf(place: Place, { function: { index, head }, arguments: given, receiver }: Activation): Argument | undefined {
  if (place.kind !== "name" || place.owner !== index || head.rebound.has(place.name)) return undefined;
  return given.get(place.name) ?? (receiver && head.parameters[0]?.name === place.name ? receiver : undefined);
}

function boundTo(name: string, at: Activation): readonly Value[] {
  return at.function.file.functionAt(0)?.bound(name) ?? [];
}

interface InActivation {
  readonly value: Value;
  readonly in: Activation;
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

/** Of a function of the library whose work is Python's: `copy.deepcopy` finds and remembers each object with the help of its module's, 390 ns for each of 500. */
export function usesMeanwhile(name: string, ns: number): number {
  return name === "copy.deepcopy" ? (3.2 * ns) / 500 : 0;
}

const insides: readonly (readonly [RegExp, number])[] = [
  [/^json\.loads?$/, 6],
  [/^json\.dumps?$/, 14],
  [/^pickle\.(loads?|dumps?)$/, 2],
  [/^hashlib\.\w+$/, 4],
  [/^struct\.(un)?pack/, 0.7],
  [/^collections\.Counter$/, 3],
  [/^collections\.namedtuple\.__new__$/, 1.1],
  [/^enum\.\w*(Enum|Flag)$/, 4],
  [/^re\.subn?$/, 10],
  [/^re\.(match|search|fullmatch|findall|finditer|split)$/, 6],
  [/^datetime\.timedelta$/, 4],
  [/^decimal\.Decimal\.quantize$/, 2],
  [/^decimal\.Decimal\./, 0.6],
  [/^fractions\.Fraction\b/, 3],
];
