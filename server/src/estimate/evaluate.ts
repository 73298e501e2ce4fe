import { exactly, type Interval, interval } from "../base/interval.js";
import type { ParameterFacts } from "../program/facts.js";
import type { ClassNode, FunctionNode, LinkedFile } from "../program/link/entity.js";
import { boundWhereRead } from "../program/link/loop-variables.js";
import { argumentFor, decoratorNames, type Resolver } from "../program/link/resolver.js";
import type { ChoiceValue, LoopOperation, Operation, Place, Value } from "../program/operation.js";
import { type Amount, asCount, combine, hullOf, hullOfEach, mapAmount, oneOf } from "./amount.js";
import { arrayRowSize, arrayRows, arrayShapes, arraySize, productOf } from "./array-sizes.js";
import { callbackCount } from "./callback-lists.js";
import { constructionOf, fieldOf } from "./constructed.js";
import { consumes } from "./consumer-loops.js";
import { sharesOf, yieldCount, yieldedLength } from "./generators.js";
import { groupCount, groupLength } from "./groups.js";
import { appendedValue, fillingIn, isEmptyContainer, isOnlyAddedTo } from "./growing-containers.js";
import { handedLength } from "./handed-lists.js";
import { KnownAnswers, type QuestionKind } from "./known-answers.js";
import { averageLine, formattedLength, lengthOfLibraryCall, lengthOfLibraryElement, sameAsFunction } from "./library-sizes.js";
import { linkedLength, linkedRounds } from "./linked-rounds.js";
import { optionDefault } from "./option-defaults.js";
import { entriesTaken } from "./queue-entries.js";
import { ReboundLengths } from "./rebound-lengths.js";
import { Samples } from "./samples.js";
import { isRoundOfSearch, searched } from "./search-rounds.js";
import { coreCounts, elementwise, passThrough, sameLength, sizedByArgument } from "./sized-calls.js";
import { sliceLength, widthBetween } from "./slice-lengths.js";
import { listedEntries, streamRounds } from "./stream-rounds.js";
import { trimmingRounds } from "./trimming.js";
import { isSlice, mentions } from "./value-shapes.js";
import { drainedRounds, whileRounds } from "./while-rounds.js";
import { windowLength } from "./window-lengths.js";
import { isSearch, worklistRounds } from "./worklists.js";

/** One activation of a function with what is known of its arguments. */
export interface Activation {
  readonly function: FunctionNode;
  readonly arguments: ReadonlyMap<string, Argument>;
  readonly caller: Activation | undefined;
  /** Of a method, the object that it is called on. */
  readonly receiver?: Argument;
}

/** What a parameter is bound to: a value to be read in an activation, or one element of it. */
export interface Argument {
  readonly value: Value;
  readonly in: Activation;
  readonly how: "whole" | "element";
}

/** One of the values that a container is filled with, and how often that happens. */
export interface FilledItem {
  /** Of a dict. */
  readonly key: Value | undefined;
  readonly value: Value;
  readonly times: number;
}

/** An activation of which no arguments are known. */
export function bareActivation(node: FunctionNode): Activation {
  return { function: node, arguments: new Map(), caller: undefined };
}

/** The activation of a function that is called in `at` for each element, as `map` calls it; without elements, with nothing. */
export function calledForEach(node: FunctionNode, iterable: Value | undefined, at: Activation): Activation {
  const [parameter] = node.head.parameters;
  const given = new Map<string, Argument>();
  if (parameter && iterable) given.set(parameter.name, { value: iterable, in: at, how: "element" });
  return { function: node, arguments: given, caller: at };
}

/** What a loop over something of unknown length does, and what a sequence of unknown length holds. */
export const defaultLength: Interval = interval(10, 1000, 1_000_000);

/**
 * The same for a loop inside another: rows are shorter than tables. The library's own are shorter still: of 143 `while` loops inside others half go round
 * twice on average, one in ten 11 times, one in fifty 127 times (`test/measure/loop_lengths.py`); programs have longer data, such as a number that is
 * tried for divisors.
 */
export const defaultInnerLength: Interval = interval(3, 100, 10_000);

/** Reads numbers and sizes out of code that nobody runs: constants and simple arithmetic through names, arguments and containers. */
export class Evaluator {
  readonly samples: Samples;
  private readonly rebounds = new ReboundLengths(this);
  /** Counts the questions that were left unanswered because they led too far. */
  timesGivenUp = 0;
  private depth = 0;
  private asked = 0;
  private readonly known: KnownAnswers;

  /** `cores`: how many the machine has, for programs that ask. */
  constructor(
    readonly resolver: Resolver,
    private readonly cores: number | undefined,
  ) {
    this.samples = new Samples(resolver, this);
    this.known = new KnownAnswers(resolver);
  }

  /** Code can bind every name to several others; a question that would lead through all of them stays unanswered. */
  private bounded(kind: QuestionKind, value: Value, at: Activation): Amount {
    if (this.depth > 0) return this.answer(kind, value, at);
    // Where samples stand for some elements, the answer is one for those.
    const known = this.samples.isIdle ? this.known.of(kind, at) : undefined;
    if (known?.has(value)) return known.get(value);
    this.begin();
    const found = this.answer(kind, value, at);
    known?.set(value, found);
    return found;
  }

  private answer(kind: QuestionKind, value: Value, at: Activation): Amount {
    if (this.depth > maximumDepth || ++this.asked > maximumQuestions) return this.givenUp();
    this.depth++;
    const result = this.answerAtDepth(kind, value, at);
    this.depth--;
    return result;
  }

  private answerAtDepth(kind: QuestionKind, value: Value, at: Activation): Amount {
    switch (kind) {
      case "number":
        return this.numberAtDepth(value, at);
      case "length":
        return this.lengthAtDepth(value, at) ?? this.samples.length(value, at);
      case "element's number":
        return this.elementNumberAtDepth(value, at);
      case "element's length":
        return this.elementLengthAtDepth(value, at) ?? this.samples.elementLength(value, at);
    }
  }

  private begin(): void {
    this.asked = 0;
    this.samples.begin();
  }

  /** Whether a number or length is being looked for. */
  get isAsked(): boolean {
    return this.depth > 0;
  }

  /** Whether so much was asked on the way to it that nothing more is answered. */
  get isSpent(): boolean {
    return this.depth > 0 && this.asked > maximumQuestions;
  }

  private givenUp(): undefined {
    this.timesGivenUp++;
    return undefined;
  }

  /** The number that a value is. */
  number(value: Value, at: Activation): Amount {
    return this.bounded("number", value, at);
  }

  private numberAtDepth(value: Value, at: Activation): Amount {
    switch (value.op) {
      case "constant":
        return typeof value.value === "number" && value.type !== "none" && value.type !== "bytes" ? exactly(value.value) : undefined;
      case "read":
        if (value.place.kind === "element") {
          const found = this.itemOfDisplay(value.place, at, (item, activation) => this.number(item, activation));
          if (found) return found;
        }
        return this.variable(
          value,
          at,
          (bound, activation) => this.number(bound, activation),
          (bound, activation) => this.elementNumber(bound, activation),
        );
      case "compute":
        return this.arithmetic(value.operator, value.operands, at);
      case "call":
        return this.call(value, at);
      case "choice":
        return this.chosen(
          value,
          value.values.map((choice) => this.number(choice, at)),
          at,
        );
      case "element-of":
        return this.elementNumber(value.iterable, at);
      case "item-of":
        return this.itemNumber(value.value, value.index, at);
      case "await":
        return this.number(value.value, at);
      default:
        return undefined;
    }
  }

  /** `count() or 1` is the first number unless that is zero. */
  private chosen({ by, values, test }: ChoiceValue, numbers: readonly Amount[], at: Activation): Amount {
    const [first, second] = numbers;
    const share = test && this.samples.share(test, at);
    if (share === 0 || share === 1) return share === 1 ? first : second;
    const all = hullOf(numbers);
    if (share !== undefined && first && second && all) return { ...all, likely: first.likely * share + second.likely * (1 - share) };
    const isTrue = first && (first.low > 0 || first.high < 0);
    const isFalse = (first && first.low === 0 && first.high === 0) || (!first && values[0] !== undefined && this.isNone(values[0], at));
    if (by === "or" && (isTrue || isFalse)) return isTrue ? first : second;
    if (by === "and" && (isTrue || isFalse)) return isTrue ? second : first;
    return all;
  }

  /** Whether a value is None, as a parameter is that nobody gives and that defaults to it. */
  private isNone(value: Value, at: Activation): boolean {
    if (value.op === "constant") return value.type === "none";
    const none = (bound: Value): true | undefined => (bound.op === "constant" && bound.type === "none" ? true : undefined);
    return value.op === "read" && this.follow(value, at, none, () => undefined) === true;
  }

  /** Follows a name or an attribute to what it is bound to: `whole` reads that, `element` an element of it. Each name on the way is a question. */
  follow<Result>(
    value: Extract<Value, { op: "read" }>,
    at: Activation,
    whole: (value: Value, at: Activation) => Result | undefined,
    element: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    if (this.depth === 0) this.begin();
    if (this.depth > maximumDepth || ++this.asked > maximumQuestions) return this.givenUp();
    this.depth++;
    const result = this.variable(value, at, whole, element);
    this.depth--;
    return result;
  }

  /**
   * What is taken out of a list, tuple or dict that is written out, by its place or key: `DELAYS[name]`. Where nobody knows which, all that it
   * can be together.
   */
  private itemOfDisplay(
    { object, index }: Extract<Place, { kind: "element" }>,
    at: Activation,
    read: (value: Value, at: Activation) => Amount,
  ): Amount {
    // One of several that are alike: `for job in [{"delay": 0.1 * n} for n in range(5)]`.
    const ofAny = (iterable: Value, activation: Activation): Amount => {
      if (iterable.op === "read") return this.follow(iterable, activation, ofAny, () => undefined);
      if (iterable.op === "comprehension") return of(iterable.element, activation);
      return iterable.op === "display" && iterable.makes !== "dict"
        ? hullOfEach(iterable.elements.slice(0, maximumElements), (item) => item && of(item, activation))
        : undefined;
    };
    const of = (source: Value, activation: Activation): Amount => {
      if (source.op === "read") return this.follow(source, activation, of, ofAny);
      if (source.op !== "display" || source.isOpen || source.elements.length === 0) return undefined;
      const position = this.number(index, at);
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

  /** The numbers in a list or tuple that is written out. */
  itemsOf(value: Value, at: Activation): readonly Amount[] | undefined {
    if (value.op === "read") {
      return this.follow(
        value,
        at,
        (bound, activation) => this.itemsOf(bound, activation),
        () => undefined,
      );
    }
    if (value.op !== "display" || value.isOpen || value.makes === "dict" || value.makes === "set") return undefined;
    return value.elements.map((element) => this.number(element, at));
  }

  /** The qualified names of what a call calls outside the program. */
  externalNames(call: Extract<Value, { op: "call" }>, at: Activation): readonly string[] {
    return this.resolver.externalCallees(call, at.function);
  }

  /** The generator function that a call starts, in its activation. */
  generatorOf(call: Extract<Value, { op: "call" }>, at: Activation): Activation | undefined {
    const [callee] = this.resolver.callees(call, at.function);
    return callee?.function.head.isGenerator ? this.activation(callee.function, call, at, callee.receiver !== undefined) : undefined;
  }

  /** What a call runs of the program: a function, or a class that it makes an instance of. */
  calledInProgram(call: Extract<Value, { op: "call" }>, at: Activation): "function" | "class" | undefined {
    if (this.resolver.resolve(call.callee, at.function).some((entity) => entity.kind === "class")) return "class";
    return this.resolver.callees(call, at.function).length > 0 ? "function" : undefined;
  }

  /** Reads what a function of the program returns in the activation of a call, where that is one value. */
  returned<Result>(
    call: Extract<Value, { op: "call" }>,
    at: Activation,
    read: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    const [callee] = this.resolver.callees(call, at.function);
    if (!callee || callee.function.head.isGenerator || callee.function.returned.length !== 1) return undefined;
    return read(callee.function.returned[0] as Value, this.activation(callee.function, call, at, callee.receiver !== undefined));
  }

  private variable<Result>(
    value: Extract<Value, { op: "read" }>,
    at: Activation,
    whole: (value: Value, at: Activation) => Result | undefined,
    element: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    const { place } = value;
    switch (place.kind) {
      case "name": {
        const holder = this.holder(place.owner, at);
        if (!holder) return undefined;
        const argument = holder.arguments.get(place.name);
        if (argument) return argument.how === "element" ? element(argument.value, argument.in) : whole(argument.value, argument.in);
        const { head } = holder.function;
        const parameter = head.parameters.find((each) => each.name === place.name);
        if (parameter) return this.parameter(parameter, holder, whole);
        const bound = boundWhereRead(holder.function, place.name, value);
        if (head.rebound.has(place.name) || bound.length === 0 || bound.length > 4) return undefined;
        const only = bound[0];
        if (only && bound.length === 1) {
          const entries = entriesTaken(only, holder, this);
          if (entries.length > 0) return oneOf(entries, (entry) => whole(entry.value, entry.in));
          return only.op === "import" ? this.imported(only, holder, whole) : whole(only, holder);
        }
        if (bound.some((each) => each.op === "compute" && mentions(each, place.name))) return undefined;
        return oneOf(bound, (each) => whole(each, holder));
      }
      case "attribute": {
        for (const entity of this.resolver.resolve(place.object, at.function)) {
          const found =
            entity.kind === "module"
              ? this.moduleVariable(entity.file, place.name, whole)
              : entity.kind === "instance"
                ? this.field(entity.class, place.name, place.object, at, whole)
                : entity.kind === "class"
                  ? this.classAttribute(entity.class, place.name, whole)
                  : undefined;
          if (found !== undefined) return found;
        }
        const option = optionDefault(place.object, place.name, at, this);
        return option && whole(option.value, option.in);
      }
      case "element":
        return element(place.object, at);
    }
  }

  private imported<Result>(
    value: Extract<Value, { op: "import" }>,
    { function: within }: Activation,
    whole: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    const variable = this.resolver.importedVariable(value, within.file);
    return variable && this.moduleVariable(variable.file, variable.name, whole);
  }

  /** A variable of a module that is bound once, there or where the module imports it from. */
  private moduleVariable<Result>(
    file: LinkedFile,
    name: string,
    whole: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    const module = file.functionAt(0);
    const [only, ...others] = module?.bound(name) ?? [];
    if (!module || !only || others.length > 0 || module.head.rebound.has(name)) return undefined;
    if (only.op !== "import") return whole(only, bareActivation(module));
    if (this.depth > maximumDepth) return this.givenUp();
    this.depth++;
    const found = this.imported(only, bareActivation(module), whole);
    this.depth--;
    return found;
  }

  /** What an attribute of an object holds: what a method of its class, or of the next class that it derives from, stores in it, or else what the class has. */
  private field<Result>(
    node: ClassNode,
    name: string,
    object: Value,
    at: Activation,
    whole: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    const { classes } = this.resolver.classOrder(node);
    const owner = classes.find((each) => each.facts.instanceAttributes.has(name));
    const stores = owner?.facts.instanceAttributes.get(name) ?? [];
    if (owner && stores.length > 0) {
      const [only, ...others] = stores;
      const method = only && owner.file.functionAt(only.function);
      return only?.write.value && method && others.length === 0 ? whole(only.write.value, this.storing(method, object, at)) : undefined;
    }
    const declared = fieldOf(node, name, object, at, this);
    return declared ? whole(declared.value, declared.in) : this.classAttribute(node, name, whole);
  }

  private classAttribute<Result>(
    node: ClassNode,
    name: string,
    whole: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    for (const each of this.resolver.classOrder(node).classes) {
      const body = each.file.functionAt(each.facts.body);
      const [only, ...others] = body?.bound(name) ?? [];
      if (body && only) return others.length === 0 ? whole(only, bareActivation(body)) : undefined;
    }
    return undefined;
  }

  /** The activation of a method that stores an attribute of an object: of its `__init__`, with what the object was made of. */
  private storing(method: FunctionNode, object: Value, at: Activation): Activation {
    const made = method.head.name === "__init__" ? constructionOf(object, at, this) : undefined;
    const runs = made && this.resolver.callees(made.call, made.in.function).some((callee) => callee.function === method);
    return made && runs ? this.activation(method, made.call, made.in, true) : bareActivation(method);
  }

  /** A parameter of an activation that does not give it: its default, or what the function's callers pass where nobody else is in view. */
  private parameter<Result>(
    parameter: ParameterFacts,
    { function: node, arguments: given, caller }: Activation,
    whole: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    const { parent } = node.facts;
    const outer = parent === undefined ? undefined : node.file.functionAt(parent);
    const usual = (): Result | undefined => (parameter.default && outer ? whole(parameter.default, bareActivation(outer)) : undefined);
    if (caller || given.size > 0) return usual();
    const callers = this.resolver.callersOf(node).filter(({ within }) => within !== node);
    if (callers.length === 0 || callers.length > mostCallers) return usual();
    return oneOf(callers, ({ call, within, receiver }) => {
      const argument = argumentFor(node, parameter, call, receiver);
      if (argument) return whole(argument, bareActivation(within));
      return call.arguments.some(({ form }) => form === "star" || form === "double-star") ? undefined : usual();
    });
  }

  /** The activation whose variables a name belongs to. */
  holder(owner: number, at: Activation): Activation | undefined {
    for (let current: Activation | undefined = at; current; current = current.caller) {
      if (current.function.file === at.function.file && current.function.index === owner) return current;
    }
    const node = owner >= 0 ? at.function.file.functionAt(owner) : undefined;
    return node && bareActivation(node);
  }

  private arithmetic(operator: string, operands: readonly Value[], at: Activation): Amount {
    const [first, second] = operands;
    if (!first) return undefined;
    const left = this.number(first, at);
    if (operator === "u-") return mapAmount(left, (value) => -value);
    if (operator === "+" && !second) return left;
    if (!second) return undefined;
    if (!left) return this.remainder(operator, second, at);
    const right = this.number(second, at);
    switch (operator) {
      case "+":
        return combine(left, right, (a, b) => a + b);
      case "-":
        return combine(left, right, (a, b) => a - b);
      case "*":
        return combine(left, right, (a, b) => a * b);
      case "/":
        return combine(left, right, (a, b) => a / b);
      case "//":
        return combine(left, right, (a, b) => Math.floor(a / b));
      case "**":
        return combine(left, right, (a, b) => a ** b);
      case "%":
        return right && right.low > 0
          ? left.low === left.high && right.low === right.high
            ? exactly(((left.low % right.low) + right.low) % right.low)
            : interval(0, (right.likely - 1) / 2, right.high - 1)
          : undefined;
      case "<<":
        return combine(left, right, (a, b) => a * 2 ** b);
      case ">>":
        return combine(left, right, (a, b) => Math.floor(a / 2 ** b));
      default:
        return undefined;
    }
  }

  /** `n % 4` and `flags & 7` of a number that may be any. */
  private remainder(operator: string, by: Value, at: Activation): Amount {
    const most = operator === "%" || (operator === "&" && by.op === "constant") ? this.number(by, at) : undefined;
    if (!most || most.low < 1) return undefined;
    const last = operator === "%" ? most.high - 1 : most.high;
    return interval(0, last / 2, last);
  }

  private call(call: Extract<Value, { op: "call" }>, at: Activation): Amount {
    const [name] = this.resolver.externalCallees(call, at.function);
    if (name && coreCounts.has(name)) return this.cores === undefined ? undefined : exactly(this.cores);
    const argument = (index: number): Value | undefined => call.arguments[index]?.value;
    const first = argument(0);
    switch (name) {
      case "builtins.len":
        return first && (this.rowCount(first, at) ?? this.length(first, at));
      case "builtins.int":
      case "math.floor":
        return first && mapAmount(this.number(first, at), Math.floor);
      case "math.ceil":
        return first && mapAmount(this.number(first, at), Math.ceil);
      case "builtins.round":
        return first && mapAmount(this.number(first, at), Math.round);
      case "builtins.float":
        return first && this.number(first, at);
      case "builtins.abs":
        return first && mapAmount(this.number(first, at), Math.abs);
      case "math.sqrt":
      case "math.isqrt":
        return first && mapAmount(this.number(first, at), (value) => Math.sqrt(Math.max(0, value)));
      case "builtins.min":
      case "builtins.max": {
        const numbers = call.arguments.map((each) => this.number(each.value, at));
        if (numbers.length < 2) return undefined;
        return numbers.reduce((a, b) => combine(a, b, name === "builtins.min" ? Math.min : Math.max));
      }
      default:
        break;
    }
    const [callee] = this.resolver.callees(call, at.function);
    if (!callee || callee.function.head.isGenerator || callee.function.returned.length > mostReturned) return undefined;
    const inner = this.activation(callee.function, call, at, callee.receiver !== undefined);
    return hullOfEach(callee.function.returned, (value) => this.number(value, inner));
  }

  /** The activation of a call made in `at`. */
  activation(node: FunctionNode, call: Extract<Value, { op: "call" }>, at: Activation, isBound: boolean): Activation {
    const given = new Map<string, Argument>();
    const parameters = node.head.parameters.slice(isBound && !decoratorNames(node).includes("staticmethod") ? 1 : 0);
    let position = 0;
    for (const argument of call.arguments) {
      if (argument.form === "keyword") given.set(argument.name, { value: argument.value, in: at, how: "whole" });
      else if (argument.form === "positional") {
        const parameter = parameters[position++];
        if (parameter && parameter.form !== "star") given.set(parameter.name, { value: argument.value, in: at, how: "whole" });
      } else break;
    }
    const isMethod = isBound && node.head.name !== "__init__" && call.callee.op === "read" && call.callee.place.kind === "attribute";
    const object = isMethod && call.callee.op === "read" && call.callee.place.kind === "attribute" ? call.callee.place.object : call;
    return { function: node, arguments: given, caller: at, ...(isBound ? { receiver: { value: object, in: at, how: "whole" } } : {}) };
  }

  /** The number that each element of an iterable is. */
  elementNumber(iterable: Value, at: Activation): Amount {
    return this.bounded("element's number", iterable, at);
  }

  private elementNumberAtDepth(iterable: Value, at: Activation): Amount {
    switch (iterable.op) {
      case "display":
        return iterable.isOpen || iterable.makes === "dict"
          ? undefined
          : hullOfEach(iterable.elements.slice(0, maximumElements), (element) => this.number(element, at));
      case "comprehension":
        return this.number(iterable.element, at);
      case "compute":
        return iterable.operator === "*" || iterable.operator === "+" ? this.elementNumber(iterable.operands[0] as Value, at) : undefined;
      case "read":
        if (isSlice(iterable.place)) return this.elementNumber(iterable.place.object, at);
        return this.variable(
          iterable,
          at,
          (bound, activation) => this.elementNumber(bound, activation),
          () => undefined,
        );
      case "call": {
        const [name] = this.resolver.externalCallees(iterable, at.function);
        if (name === "builtins.range") {
          const bounds = this.rangeOf(iterable, at);
          if (!bounds) return undefined;
          const { start, stop } = bounds;
          if (!start || !stop) return undefined;
          // What is summed over all rounds of a loop depends on the middle of the range, not on its ends.
          const last = Math.max(start.likely, stop.likely - 1);
          const middle = (start.likely + last) / 2;
          const spread = (last - start.likely) * 0.12;
          return interval(middle - spread, middle, middle + spread);
        }
        const source = name && passThrough.has(name) ? iterable.arguments[0]?.value : undefined;
        return source && this.elementNumber(source, at);
      }
      default:
        return undefined;
    }
  }

  private itemNumber(value: Value, index: number, at: Activation): Amount {
    const of = (source: Value, activation: Activation): Amount => {
      if (source.op === "display") {
        const tuples = source.elements.slice(0, maximumElements);
        if (tuples.every((tuple) => tuple.op === "display" && tuple.elements[index] !== undefined)) {
          return hullOf(
            tuples.map((tuple) => (tuple.op === "display" ? this.number(tuple.elements[index] as Value, activation) : undefined)),
          );
        }
      }
      if (source.op === "comprehension" && source.element.op === "display") {
        const element = source.element.elements[index];
        return element && this.number(element, activation);
      }
      if (source.op === "call") {
        const [name] = this.resolver.externalCallees(source, activation.function);
        const first = source.arguments[0]?.value;
        if (name === "builtins.enumerate" && first) {
          if (index === 1) return this.elementNumber(first, activation);
          const length = this.length(first, activation);
          return length && interval(0, length.likely / 2, Math.max(0, length.high - 1));
        }
        const zipped = name === "builtins.zip" ? source.arguments[index]?.value : undefined;
        return zipped && this.elementNumber(zipped, activation);
      }
      return undefined;
    };
    const follow = (source: Value, activation: Activation): Amount =>
      source.op === "read" ? this.follow(source, activation, follow, () => undefined) : of(source, activation);
    if (value.op === "element-of") return follow(value.iterable, at);
    if (value.op === "display") {
      const element = value.elements[index];
      return element && this.number(element, at);
    }
    if (value.op === "call")
      return this.returned(value, at, (whole, in_) => (whole.op === "display" ? this.itemNumber(whole, index, in_) : undefined));
    if (value.op === "read" && value.place.kind === "name") {
      // `lo, hi = bounds`, where each task is given one pair of a list.
      return this.follow(
        value,
        at,
        (bound, activation) => this.itemNumber(bound, index, activation),
        (bound, activation) => follow(bound, activation),
      );
    }
    return undefined;
  }

  private rangeOf(call: Extract<Value, { op: "call" }>, at: Activation): { start: Amount; stop: Amount; step: Amount } | undefined {
    const positional = call.arguments.filter((argument) => argument.form === "positional");
    const [first, second, third] = positional.map((argument) => argument.value);
    if (!first) return undefined;
    if (!second) return { start: exactly(0), stop: this.number(first, at), step: exactly(1) };
    return { start: this.number(first, at), stop: this.number(second, at), step: third ? this.number(third, at) : exactly(1) };
  }

  /** How many elements a value has. */
  length(value: Value, at: Activation): Amount {
    return this.bounded("length", value, at);
  }

  private lengthAtDepth(value: Value, at: Activation): Amount {
    switch (value.op) {
      case "constant":
        return typeof value.value === "string" ? exactly(value.value.length) : value.type === "bytes" ? exactly(value.value) : undefined;
      case "display":
        // An empty display is one that is filled later.
        return value.isOpen || value.elements.length === 0 ? undefined : exactly(value.elements.length);
      case "comprehension": {
        let count: Amount = exactly(1);
        for (const iterable of value.iterables) count = combine(count, this.length(iterable, at), (a, b) => a * b);
        return count && value.isFiltered ? interval(0, count.likely / 2, count.high) : count;
      }
      case "compute": {
        const [left, right] = value.operands;
        if (value.operator.startsWith("format")) return formattedLength(value, at, this);
        if (!left || !right) return left && value.operator !== "not" ? this.length(left, at) : undefined;
        if (value.operator === "%") return formattedLength(value, at, this);
        if (value.operator === "+")
          return combine(this.length(left, at), this.length(right, at), (a, b) => (a === b ? Math.max(a + b, a) : a + b));
        if (value.operator === "*") {
          const length = this.length(left, at);
          if (length) return combine(length, this.number(right, at), (a, b) => a * Math.max(0, b)) ?? length;
          return combine(this.number(left, at), this.length(right, at), (a, b) => Math.max(0, a) * b);
        }
        return this.length(left, at) ?? this.length(right, at);
      }
      case "read": {
        if (value.place.kind === "element") {
          const { object } = value.place;
          if (isSlice(value.place)) return sliceLength(value.place.index.operands, object, at, this);
          const found = this.itemOfDisplay(value.place, at, (item, activation) => this.length(item, activation));
          return found ?? this.elementLength(object, at);
        }
        const told = this.startedLength(value, at) ?? this.rebounds.of(value, at);
        if (told) return told === "open" ? undefined : told;
        return (
          this.variable(
            value,
            at,
            (bound, activation) => this.length(bound, activation),
            (bound, activation) => this.elementLength(bound, activation),
          ) ??
          this.grownLength(value, at) ??
          groupCount(value, at, this)
        );
      }
      case "item-of":
        return this.itemLength(value, at);
      case "choice":
        return hullOfEach(value.values, (choice) => this.length(choice, at));
      case "element-of":
        return this.elementLength(value.iterable, at);
      case "call":
        return this.callLength(value, at);
      case "await":
        return this.length(value.value, at);
      default:
        return undefined;
    }
  }

  /** How many rows an array has, whose `length` counts the elements of all of them; undefined for what is no array. */
  private rowCount(value: Value, at: Activation): Amount {
    if (value.op === "read" && value.place.kind !== "element")
      return this.follow(
        value,
        at,
        (bound, activation) => this.rowCount(bound, activation),
        () => undefined,
      );
    const [name] = value.op === "call" ? this.resolver.externalCallees(value, at.function) : [];
    return value.op === "call" && name && arrayShapes.has(name) ? arrayRows(name, value, at, this) : undefined;
  }

  /** The one value that a variable is bound to, and where its function is. */
  private onlyBound(
    { place }: Extract<Value, { op: "read" }>,
    at: Activation,
  ): { readonly name: string; readonly value: Value; readonly in: Activation } | undefined {
    if (place.kind !== "name") return undefined;
    const holder = this.holder(place.owner, at);
    const [value, ...others] = holder?.function.bound(place.name) ?? [];
    return holder && value && others.length === 0 ? { name: place.name, value, in: holder } : undefined;
  }

  /** The same of what starts as an empty container. */
  private boundToEmpty(value: Extract<Value, { op: "read" }>, at: Activation): ReturnType<Evaluator["onlyBound"]> {
    const found = this.onlyBound(value, at);
    return found && isEmptyContainer(found.value, (call) => this.externalNames(call, found.in)) ? found : undefined;
  }

  /** The same of a list that starts with some elements, and others are appended in its own function. */
  startedWith(
    value: Extract<Value, { op: "read" }>,
    at: Activation,
  ): { readonly name: string; readonly in: Activation; readonly elements: readonly Value[] } | undefined {
    const found = this.onlyBound(value, at);
    if (found?.value.op !== "display" || found.value.elements.length === 0) return undefined;
    const isStarted = isOnlyAddedTo(found.name, found.value, found.in.function.facts.body);
    return isStarted ? { name: found.name, in: found.in, elements: found.value.elements } : undefined;
  }

  private startedLength(value: Extract<Value, { op: "read" }>, at: Activation): Amount {
    const found = this.startedWith(value, at);
    if (!found) return undefined;
    const { body } = found.in.function.facts;
    return combine(this.appendsTo(found.name, body, found.in), exactly(found.elements.length), (a, b) => a + b);
  }

  /** The length of a list that starts empty and is appended to in its own function, or in those that it is handed to. */
  private grownLength(value: Extract<Value, { op: "read" }>, at: Activation): Amount {
    const found = this.boundToEmpty(value, at);
    if (!found) return undefined;
    const appends = this.appended(found.name, found.in);
    const most = windowLength(found.name, found.in, this);
    if (most) return appends ? combine(appends, most, Math.min) : most;
    return appends?.high === 0 ? handedLength(found.name, found.in, this) : appends;
  }

  /** How many elements a function appends to what one of its variables holds. */
  appended(name: string, at: Activation): Amount {
    return this.appendsTo(name, at.function.facts.body, at);
  }

  /**
   * What a list, set or dict that starts empty, or a list with some elements, is filled with in its own function, each value with how often; undefined
   * where that cannot be told.
   */
  filledWith(
    value: Extract<Value, { op: "read" }>,
    at: Activation,
  ): { readonly in: Activation; readonly items: readonly FilledItem[] } | undefined {
    const started = this.startedWith(value, at);
    const found = started ?? this.boundToEmpty(value, at);
    if (!found) return undefined;
    const items: FilledItem[] = (started?.elements ?? []).map((element) => ({ key: undefined, value: element, times: 1 }));
    const isClear = this.collectItems(found.name, found.in.function.facts.body, found.in, 1, items);
    return isClear && items.length > 0 ? { in: found.in, items } : undefined;
  }

  private collectItems(name: string, operations: readonly Operation[], at: Activation, times: number, items: FilledItem[]): boolean {
    for (const operation of fillingIn(operations).get(name) ?? []) {
      if (operation.op === "call") {
        const added = appendedValue(operation);
        if (!added) return false;
        items.push({ key: undefined, value: added, times });
      } else if (operation.op === "write" && operation.place.kind === "element") {
        if (!operation.value) return false;
        items.push({ key: operation.place.index, value: operation.value, times });
      } else if (operation.op === "loop") {
        const inside: FilledItem[] = [];
        if (!this.collectItems(name, operation.body, at, 1, inside)) return false;
        if (inside.length === 0) continue;
        const { count, known } = this.trips(operation, at);
        if (known !== "known") return false;
        items.push(...inside.map((item) => ({ ...item, times: item.times * count.likely * times })));
      } else if (operation.op === "branch") {
        const { shares } = sharesOf(operation, at, this);
        for (const [index, arm] of operation.arms.entries())
          if (!this.collectItems(name, arm, at, times * (shares[index] ?? 0), items)) return false;
      } else if (operation.op === "with" || operation.op === "attempt") {
        if (!this.collectItems(name, operation.body, at, times, items)) return false;
      }
    }
    return true;
  }

  private appendsTo(name: string, operations: readonly Operation[], at: Activation): Amount {
    let total: Amount = exactly(0);
    const plus = (amount: Amount): void => {
      total = combine(total, amount, (a, b) => a + b);
    };
    for (const operation of fillingIn(operations).get(name) ?? []) {
      if (operation.op === "call") {
        plus(exactly(1));
        continue;
      }
      if (operation.op === "loop") {
        const inside = this.appendsTo(name, operation.body, at);
        if (inside && inside.high === 0) continue;
        const { count, known } = this.trips(operation, at);
        plus(known === "known" ? combine(inside, count, (a, b) => a * b) : undefined);
      } else if (operation.op === "branch") {
        const arms = operation.arms.map((arm) => this.appendsTo(name, arm, at));
        plus(arms.every((arm) => arm && arm.high === 0) ? exactly(0) : hullOf(arms));
      } else if (operation.op === "with" || operation.op === "attempt") plus(this.appendsTo(name, operation.body, at));
    }
    return total;
  }

  /** The length of a part of what `enumerate`, `zip` and `items` hand out, or of a pair in a list. */
  private itemLength(item: Extract<Value, { op: "item-of" }>, at: Activation): Amount {
    const { value, index } = item;
    if (value.op === "display") return value.elements[index] && this.length(value.elements[index], at);
    // `rows, errors = read(lines)`
    if (value.op === "call")
      return this.returned(value, at, (whole, in_) =>
        whole.op === "display" ? this.itemLength({ ...item, value: whole }, in_) : undefined,
      );
    if (value.op !== "element-of") return undefined;
    const of = (source: Value, in_: Activation): Amount => {
      if (source.op === "read") return this.follow(source, in_, of, () => undefined);
      if (source.op === "display") {
        const tuples = source.elements.slice(0, maximumElements);
        return hullOf(
          tuples.map((tuple) => (tuple.op === "display" && tuple.elements[index] ? this.length(tuple.elements[index], in_) : undefined)),
        );
      }
      if (source.op === "comprehension" && source.element.op === "display") {
        const element = source.element.elements[index];
        return element && this.length(element, in_);
      }
      if (source.op !== "call") return undefined;
      const [name] = this.resolver.externalCallees(source, in_.function);
      const first = source.arguments[0]?.value;
      if (name === "builtins.enumerate") return index === 1 && first ? this.elementLength(first, in_) : undefined;
      if (name === "itertools.groupby") return index === 1 ? rowOfGroup : undefined;
      if (name === "builtins.zip") {
        const part = source.arguments[index];
        return part?.form === "positional" ? this.elementLength(part.value, in_) : undefined;
      }
      if (name && first && passThrough.has(name)) return of(first, in_);
      const { callee } = source;
      if (index !== 1 || callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.name !== "items") return undefined;
      return this.elementLength(callee.place.object, in_);
    };
    return of(value.iterable, at);
  }

  /** How many elements each element of an iterable has: the rows of a table. */
  elementLength(iterable: Value, at: Activation): Amount {
    return this.bounded("element's length", iterable, at);
  }

  private elementLengthAtDepth(iterable: Value, at: Activation): Amount {
    switch (iterable.op) {
      case "constant":
        return iterable.type === "str" ? exactly(1) : undefined;
      case "display":
        return iterable.isOpen ? undefined : hullOfEach(iterable.elements.slice(0, maximumElements), (element) => this.length(element, at));
      case "comprehension":
        return this.length(iterable.element, at);
      case "compute":
        return iterable.operator === "*" || iterable.operator === "+" ? this.elementLength(iterable.operands[0] as Value, at) : undefined;
      case "read":
        if (isSlice(iterable.place)) return this.elementLength(iterable.place.object, at);
        return (
          this.variable(
            iterable,
            at,
            (bound, activation) => this.elementLength(bound, activation),
            () => undefined,
          ) ??
          this.filledLength(iterable, at) ??
          groupLength(iterable, at, this) ??
          this.lineLength(iterable, at)
        );
      case "entered":
        return this.lineLength(iterable, at);
      case "call": {
        const [name] = this.resolver.externalCallees(iterable, at.function);
        const first = iterable.arguments[0]?.value;
        if (name && first && passThrough.has(name) && name !== "builtins.enumerate") return this.elementLength(first, at);
        if (name && arrayShapes.has(name)) return arrayRowSize(name, iterable, at, this);
        return (
          lengthOfLibraryElement(name, iterable, at, this) ??
          this.lineLength(iterable, at) ??
          yieldedLength(iterable, at, this) ??
          this.returned(iterable, at, (value, activation) => this.elementLength(value, activation))
        );
      }
      default:
        return undefined;
    }
  }

  /** How many elements a function returns for each element that `map` gives it. */
  mappedLength(callee: Value, iterable: Value, at: Activation): Amount {
    const found = this.resolver.resolve(callee, at.function).find((entity) => entity.kind === "function");
    if (found?.kind !== "function" || found.function.head.isGenerator || found.function.returned.length !== 1) return undefined;
    return this.length(found.function.returned[0] as Value, calledForEach(found.function, iterable, at));
  }

  /** The length of what a container is filled with in its own function. */
  private filledLength(value: Extract<Value, { op: "read" }>, at: Activation): Amount {
    const filled = this.filledWith(value, at);
    return filled && hullOfEach(filled.items, (item) => this.length(item.value, filled.in));
  }

  /** How long the lines of a text file are. */
  private lineLength(value: Value, at: Activation): Amount {
    const isLines = this.resolver
      .resolve(value, at.function)
      .some((entity) => entity.kind === "object" && /^io\.(TextIOWrapper|StringIO)$/.test(entity.type));
    return isLines ? averageLine : undefined;
  }

  private callLength(call: Extract<Value, { op: "call" }>, at: Activation): Amount {
    const [name] = this.resolver.externalCallees(call, at.function);
    const first = call.arguments[0]?.value;
    if (name === "builtins.range") {
      const bounds = this.rangeOf(call, at);
      if (!bounds) return undefined;
      const [start, stop] = call.arguments.map((argument) => argument.value);
      const span = widthBetween(start, stop, at, this) ?? combine(bounds.stop, bounds.start, (last, first) => last - first);
      return asCount(combine(span, bounds.step, (distance, step) => (step === 0 ? 0 : distance / step)));
    }
    if (name === "builtins.zip") {
      if (call.arguments[0]?.form === "star") return first && this.elementLength(first, at);
      const lengths = call.arguments.map((argument) => this.length(argument.value, at)).filter((length) => length !== undefined);
      return lengths.length === 0 ? undefined : lengths.reduce((a, b) => combine(a, b, Math.min) as Interval);
    }
    if (name === "builtins.filter") {
      const second = call.arguments[1]?.value;
      const length = second && this.length(second, at);
      return length && interval(0, length.likely / 2, length.high);
    }
    if (name === "builtins.map") {
      const second = call.arguments[1]?.value;
      return second && this.length(second, at);
    }
    // `len(os.sched_getaffinity(0))`
    if (name === "os.sched_getaffinity" && this.cores !== undefined) return exactly(this.cores);
    if (name && first && passThrough.has(name)) return this.length(first, at);
    if (name && first && sizedByArgument.has(sameAsFunction(name)))
      return productOf(first, at, this) ?? lengthOfLibraryCall(name, call, at, this);
    if (name && arrayShapes.has(name)) return arraySize(name, call, at, this);
    if (name && elementwise.test(name) && first) return this.length(first, at);
    const { callee } = call;
    if (callee.op === "read" && callee.place.kind === "attribute" && sameLength.has(callee.place.name)) {
      return this.length(callee.place.object, at);
    }
    const generator = this.generatorOf(call, at);
    if (generator) return yieldCount(generator.function.facts.body, generator, this);
    const [inner] = this.resolver.callees(call, at.function);
    return inner
      ? this.returned(call, at, (value, activation) => this.length(value, activation))
      : lengthOfLibraryCall(name, call, at, this);
  }

  /** How many bytes a value of that length has: of text and bytes one for each element, of arrays eight. */
  bytesOf(value: Value, length: Amount, at: Activation): Amount {
    if (!length) return undefined;
    const isArray = this.resolver
      .resolve(value, at.function)
      .some((entity) => entity.kind === "object" && entity.type.startsWith("numpy."));
    return isArray ? mapAmount(length, (count) => count * 8) : length;
  }

  /**
   * How often a loop's body runs; `known` tells whether that was read from the code or is the default. Of a loop that runs `often`, inside
   * another, the average counts, which is less uncertain than one run.
   */
  trips(
    loop: LoopOperation,
    at: Activation,
    runs: "once" | "often" = "once",
  ): { readonly count: Interval; readonly known: "known" | "default" | "endless" } {
    const taken =
      loop.form === "while"
        ? (worklistRounds(loop, at, this) ?? drainedRounds(loop, at, this) ?? trimmingRounds(loop, at, this))
        : drainedRounds(loop, at, this);
    if (taken) return { count: taken, known: "known" };
    const counted =
      (loop.form === "while"
        ? whileRounds(loop, at, this)
        : loop.iterable && (this.rowCount(loop.iterable, at) ?? this.length(loop.iterable, at))) ??
      (consumes(loop, at.function, this.resolver) ? "endless" : undefined);
    const isOpen = counted === undefined || (counted === "endless" && loop.endsEarly);
    const read = isOpen ? (streamRounds(loop, at, this) ?? linkedRounds(loop, at, this)) : undefined;
    if (read) return read;
    if (counted === "endless") return { count: defaultLength, known: "endless" };
    if (!counted) {
      const length =
        callbackCount(loop, at.function) ??
        listedEntries(loop, at, this) ??
        (runs === "often" ? ((loop.iterable && linkedLength(loop.iterable, at, this)) ?? defaultInnerLength) : defaultLength);
      return { count: loop.endsEarly && !isSearch(loop, at, this) ? searched(length, runs, loop) : length, known: "default" };
    }
    const count = { low: Math.max(0, counted.low), likely: Math.max(0, counted.likely), high: Math.max(0, counted.high) };
    if (!loop.endsEarly || isRoundOfSearch(loop, at.function)) return { count, known: "known" };
    return { count: searched(count, runs, loop), known: "known" };
  }
}

/** How many elements in a row have the same key. */
const rowOfGroup = interval(1, 4, 100);
const mostCallers = 4;
const mostReturned = 6;
const maximumDepth = 30;
const maximumQuestions = 400;
const maximumElements = 64;
