import { exactly, type Interval, interval } from "../../base/interval.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { isSlice } from "../../program/link/slices.js";
import type { ChoiceValue, LoopOperation, Value } from "../../program/operation.js";
import { consumes } from "../rounds/consumer-loops.js";
import { yieldCount, yieldedLength } from "../rounds/generators.js";
import { linkedLength, linkedRounds } from "../rounds/linked-rounds.js";
import { isRoundOfSearch, searched } from "../rounds/search-rounds.js";
import { listedEntries, streamRounds } from "../rounds/stream-rounds.js";
import { trimmingRounds } from "../rounds/trimming.js";
import { drainedRounds, whileRounds } from "../rounds/while-rounds.js";
import { growingRounds, isSearch, worklistRounds } from "../rounds/worklists.js";
import { Samples } from "../samples/samples.js";
import type { ObservedTask } from "../trial/observed-task.js";
import { type Activation, calledForEach } from "./activation.js";
import { type Amount, asCount, combine, hullOf, hullOfEach, mapAmount, maximumElements } from "./amount.js";
import { arrayRowSize, arrayRows, arrayShapes, arraySize } from "./array-sizes.js";
import { isLeftOut, readBound } from "./bound-values.js";
import { callbackCount } from "./callback-lists.js";
import { runOf } from "./called-code.js";
import { arithmeticNumber, calledNumber } from "./computed-numbers.js";
import { distanceBetween } from "./distances.js";
import { filledLength, grownLength, startedLength } from "./filled-containers.js";
import { groupCount, groupLength } from "./groups.js";
import { KnownAnswers, type QuestionKind } from "./known-answers.js";
import { averageLine, formattedLength, lengthOfLibraryCall, lengthOfLibraryElement, sameAsFunction } from "./library-sizes.js";
import { itemLength, itemNumber, itemOfDisplay } from "./parts-of-tuples.js";
import { ReboundLengths } from "./rebound-lengths.js";
import { elementwise, passThrough, sameLength, sizedByArgument } from "./sized-calls.js";
import { sliceLength } from "./slice-lengths.js";
import { sizeOfLayout } from "./struct-formats.js";

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
  /** How many questions the one at hand is inside of, and how many were asked on the way to it. */
  depth = 0;
  asked = 0;
  /** The greatest depth that any question of late was at. */
  deepest = 0;
  private readonly known: KnownAnswers;

  /** `cores`: how many the machine has, for programs that ask. */
  constructor(
    readonly resolver: Resolver,
    readonly cores: number | undefined,
    /** What was seen of the task that is looked at, where its program could be followed. */
    readonly observed?: ObservedTask,
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
    this.deepest = Math.max(this.deepest, ++this.depth);
    const result = this.answerAtDepth(kind, value, at);
    this.depth--;
    return result;
  }

  private answerAtDepth(kind: QuestionKind, value: Value, at: Activation): Amount {
    switch (kind) {
      case "number":
        return this.preferSeen(this.numberAtDepth(value, at), at, () => this.observed?.number(value, at));
      case "length":
        return this.preferSeen(this.lengthAtDepth(value, at) ?? this.samples.length(value, at), at, () => this.observed?.length(value, at));
      case "element's number":
        return this.elementNumberAtDepth(value, at);
      case "element's length":
        return this.elementLengthAtDepth(value, at) ?? this.samples.elementLength(value, at);
    }
  }

  /** What was read of the code if that is exact, else what was seen. */
  private preferSeen(read: Amount, at: Activation, seen: () => Amount): Amount {
    return this.observed?.saysMore(at.function, read) ? (seen() ?? read) : read;
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

  /** Whether so many questions can be asked, some of which lead so much deeper; if so, they count as asked. */
  canAskAgain(questions: number, deeper: number): boolean {
    if (this.depth + deeper > maximumDepth || this.asked + questions > maximumQuestions) return false;
    this.asked += questions;
    this.deepest = Math.max(this.deepest, this.depth + deeper);
    return true;
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
          const found = itemOfDisplay(value.place, at, (item, activation) => this.number(item, activation), this);
          if (found) return found;
        }
        return (
          readBound(
            value,
            at,
            (bound, activation) => this.number(bound, activation),
            (bound, activation) => this.elementNumber(bound, activation),
            this,
          ) ?? sizeOfLayout(value, at, this)
        );
      case "compute":
        return arithmeticNumber(value.operator, value.operands, at, this);
      case "call":
        return calledNumber(value, at, this);
      case "choice":
        return this.chosen(
          value,
          value.values.map((choice) => this.number(choice, at)),
          at,
        );
      case "element-of":
        return this.elementNumber(value.iterable, at);
      case "item-of":
        return itemNumber(value.value, value.index, at, this);
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
    return value.op === "read" && (isLeftOut(value, at, this) || this.followWhole(value, at, none) === true);
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
    this.deepest = Math.max(this.deepest, ++this.depth);
    const result = readBound(value, at, whole, element, this);
    this.depth--;
    return result;
  }

  /** The same where only the whole is meant: what the name is bound to by taking it out of something is left alone. */
  followWhole<Result>(
    value: Extract<Value, { op: "read" }>,
    at: Activation,
    whole: (value: Value, at: Activation) => Result | undefined,
  ): Result | undefined {
    return this.follow(value, at, whole, () => undefined);
  }

  /** Goes a step further on the way to an answer, unless it has led too far already. */
  deeper<Result>(step: () => Result | undefined): Result | undefined {
    if (this.depth > maximumDepth) return this.givenUp();
    this.deepest = Math.max(this.deepest, ++this.depth);
    const result = step();
    this.depth--;
    return result;
  }

  /** The numbers in a list or tuple that is written out. */
  itemsOf(value: Value, at: Activation): readonly Amount[] | undefined {
    if (value.op === "read") {
      return this.followWhole(value, at, (bound, activation) => this.itemsOf(bound, activation));
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
    return runOf(call, at, this.resolver, ({ head }) => head.isGenerator);
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
    const run = runOf(call, at, this.resolver, ({ head, returned }) => !head.isGenerator && returned.length === 1);
    return run && read(run.function.returned[0] as Value, run);
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
        return readBound(
          iterable,
          at,
          (bound, activation) => this.elementNumber(bound, activation),
          () => undefined,
          this,
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
          const found = itemOfDisplay(value.place, at, (item, activation) => this.length(item, activation), this);
          return found ?? this.elementLength(object, at);
        }
        const told = startedLength(value, at, this) ?? this.rebounds.of(value, at);
        if (told) return told === "open" ? undefined : told;
        return (
          readBound(
            value,
            at,
            (bound, activation) => this.length(bound, activation),
            (bound, activation) => this.elementLength(bound, activation),
            this,
          ) ??
          grownLength(value, at, this) ??
          groupCount(value, at, this)
        );
      }
      case "item-of":
        return itemLength(value, at, this);
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
  rowCount(value: Value, at: Activation): Amount {
    if (value.op === "read" && value.place.kind !== "element")
      return this.followWhole(value, at, (bound, activation) => this.rowCount(bound, activation));
    const [name] = value.op === "call" ? this.resolver.externalCallees(value, at.function) : [];
    return value.op === "call" && name && arrayShapes.has(name) ? arrayRows(name, value, at, this) : undefined;
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
          readBound(
            iterable,
            at,
            (bound, activation) => this.elementLength(bound, activation),
            () => undefined,
            this,
          ) ??
          filledLength(iterable, at, this) ??
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
      const apart = start && stop && distanceBetween(start, stop, at, this);
      const span = apart ?? combine(bounds.stop, bounds.start, (last, first) => last - first);
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
      return this.number(first, at) ?? lengthOfLibraryCall(name, call, at, this);
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
  trips(loop: LoopOperation, at: Activation, runs: "once" | "often" = "once"): Trips {
    const read = this.tripsRead(loop, at, runs);
    const { known, count } = read;
    if (!this.observed?.saysMore(at.function, known === "known" ? count : undefined)) return read;
    const seen = this.observed.rounds(loop, at, count);
    return seen ? { count: seen, known: "known" } : read;
  }

  private tripsRead(loop: LoopOperation, at: Activation, runs: "once" | "often"): Trips {
    const taken =
      loop.form === "while"
        ? (worklistRounds(loop, at, this) ?? drainedRounds(loop, at, this) ?? trimmingRounds(loop, at, this))
        : (growingRounds(loop, at, this) ?? drainedRounds(loop, at, this));
    if (taken === "open") return { count: defaultLength, known: "default" };
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

/** How often a loop's body runs; `known` tells whether that was read from the code or is the default. */
interface Trips {
  readonly count: Interval;
  readonly known: "known" | "default" | "endless";
}

const maximumDepth = 30;
const maximumQuestions = 400;
