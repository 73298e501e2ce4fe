import { exactly, type Interval, interval } from "../../base/interval.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import { type CallOperation, type ComprehensionValue, unbound, type Value } from "../../program/operation.js";
import { type Activation, calledForEach } from "../values/activation.js";
import { type Amount, asCount, knownOfEach } from "../values/amount.js";
import { arithmetic } from "../values/arithmetic.js";
import type { Evaluator } from "../values/evaluate.js";
import { filledWith, startedWith } from "../values/filled-containers.js";
import { sliceLength } from "../values/slice-lengths.js";
import {
  concatenated,
  distinct,
  elementsOf,
  float,
  int,
  lengthOfSample,
  type MappingSample,
  mostItems,
  opaque,
  repeatedText,
  type Sample,
  type SequenceSample,
  sequence,
  textSample,
  toldText,
} from "./sample.js";
import { sampleOfCall } from "./sample-calls.js";
import { filledTemplate, parsedNumber, percentFormatted, shown, unescaped } from "./sample-text.js";
import { remainderShare, truthOf } from "./sample-truth.js";

/** Makes samples of the data that a program makes: what it would make of constants, for some of all elements. */
export class Samples {
  /** The elements that stand for all while what is made of each is looked at, by the place of what the loop goes over. */
  private readonly current = new Map<string, Sample | undefined>();
  /** Which of some elements stands for all where no loop says. */
  private turn = middle;
  /** Counts how often it mattered which elements stand for all. */
  private uses = 0;
  /** What names of modules are bound to, where that does not matter. */
  private readonly constant = new Map<Value, Sample | undefined>();
  /** While tests are asked how often they hold, the loops whose elements they look at, in order. */
  private tested: string[] | undefined;
  /** The first of those loops that was met again. */
  private lowestTested = Number.POSITIVE_INFINITY;
  /** Whether something was met that is empty where it is bound, and may be filled later. */
  private metEmpty = false;
  private steps = 0;
  private depth = 0;
  /** How many elements were given to functions. */
  private given = 0;
  /** Values of which the question at hand found no sample, and how often it mattered which elements stand for all. */
  private failed = new Map<Activation, Map<Value, number>>();

  constructor(
    private readonly resolver: Resolver,
    private readonly evaluator: Evaluator,
  ) {}

  /** What a value is like; undefined where it is not made of constants, or in too many steps. */
  of(value: Value, at: Activation): Sample | undefined {
    if (this.depth > 0) return this.sample(value, at);
    this.steps = 0;
    this.constant.clear();
    return this.sample(value, at);
  }

  /** How many elements, characters or bytes it has. */
  length(value: Value, at: Activation): Amount {
    // What is empty where it is bound may be filled later.
    if (value.op === "display" || value.op === "constant") return undefined;
    const sample = this.of(value, at);
    const length = sample && lengthOfSample(sample);
    return length ? about(length) : undefined;
  }

  /** The same of each of its elements. */
  elementLength(iterable: Value, at: Activation): Amount {
    const sample = this.of(iterable, at);
    const lengths = (sample && elementsOf(sample)?.items)?.map(lengthOfSample);
    if (!lengths || lengths.length === 0 || lengths.includes(undefined)) return undefined;
    const known = lengths as readonly number[];
    const { likely } = about(known.reduce((sum, each) => sum + each, 0) / known.length);
    return interval(Math.min(likely, ...known), likely, Math.max(likely, ...known));
  }

  /** In which share of all cases a test holds, judging by some of them; undefined where that cannot be told. */
  share(test: Value, at: Activation): number | undefined {
    return this.shareOf(
      () => truthOf(test, at, this),
      // Of many numbers, one in `n` is a multiple of `n`.
      () => remainderShare(test, (value) => this.evaluator.number(value, at)?.likely),
    );
  }

  /** The same of what a text is like that a value is. */
  shareOfTexts(value: Value, at: Activation, holds: (text: string) => boolean): number | undefined {
    return this.shareOf(() => {
      const sample = this.of(value, at);
      const text = sample?.kind === "text" ? toldText(sample) : undefined;
      return text === undefined ? undefined : holds(text);
    });
  }

  /** In which share of all cases something holds; `ofMany` tells instead where that depends on elements, or cannot be told. */
  private shareOf(holds: () => boolean | undefined, ofMany?: () => number | undefined): number | undefined {
    if (this.depth > 0 || this.tested) return undefined;
    const turn = this.turn;
    this.tested = [];
    this.metEmpty = false;
    let holding = 0;
    let asked = 0;
    for (this.turn = 0; this.turn < mostItems; this.turn++) {
      const uses = this.uses;
      const outcome = holds();
      if (outcome === undefined || this.metEmpty) asked = Number.NaN;
      asked++;
      if (outcome) holding++;
      // It comes out the same whatever the elements are.
      if (Number.isNaN(asked) || uses === this.uses) break;
    }
    this.turn = turn;
    this.tested = undefined;
    const own = Number.isNaN(asked) ? undefined : holding / asked;
    return own === undefined || asked === mostItems ? (ofMany?.() ?? own) : own;
  }

  /** How many different values there likely are of so many, judging by some of them; undefined where that cannot be told, or those are all that is known. */
  different(value: Value, at: Activation, times: number): number | undefined {
    if (this.depth > 0 || this.tested) return undefined;
    const turn = this.turn;
    this.tested = [];
    this.metEmpty = false;
    const seen: Sample[] = [];
    const uses = this.uses;
    for (this.turn = 0; this.turn < mostItems; this.turn++) {
      const found = this.of(value, at);
      if (!found || this.metEmpty) break;
      seen.push(found);
    }
    this.turn = turn;
    this.tested = undefined;
    if (seen.length < mostItems || uses === this.uses) return undefined;
    const { count } = distinct(seen, times);
    const numbers = seen.flatMap((each) => (each.kind === "number" && each.type === "int" ? each.value : []));
    // Of whole numbers there are no more than fit between the smallest and the largest; of others that all differ there may be any number.
    if (numbers.length < seen.length && count > mostSeen) return undefined;
    return numbers.length < seen.length ? count : Math.min(count, (Math.max(...numbers) - Math.min(...numbers)) * outermost + 1);
  }

  /** A short text that is the same whatever elements loops are at. */
  exactText(value: Value, at: Activation): string | undefined {
    const uses = this.uses;
    const sample = this.of(value, at);
    const text = sample?.kind === "text" && uses === this.uses ? toldText(sample) : undefined;
    return text !== undefined && text.length <= mostOfKey ? text : undefined;
  }

  /** Whether nothing is looked at of which a sample stands for some elements. */
  get isIdle(): boolean {
    return this.depth === 0 && !this.tested;
  }

  /** Another question begins: what was read for the one before is nothing that this one rests on. */
  begin(): void {
    if (this.failed.size > 0) this.failed = new Map();
  }

  /**
   * Who asks how long something is asks the same of all that it is made of, and for a sample of it, which is made of samples of that again. Most of it has
   * none, and is not looked through each time.
   */
  private sample(value: Value, at: Activation): Sample | undefined {
    const { evaluator } = this;
    if (this.depth > deepest || ++this.steps > mostSteps || evaluator.isSpent) {
      evaluator.timesGivenUp++;
      return undefined;
    }
    const isAnyElement = this.turn === middle && this.current.size === 0 && !this.tested && evaluator.isAsked;
    const known = isAnyElement ? this.failed.get(at)?.get(value) : undefined;
    if (known !== undefined) {
      this.uses += known;
      return undefined;
    }
    const { timesGivenUp } = evaluator;
    const { uses } = this;
    this.depth++;
    const found = this.sampleAtDepth(value, at);
    this.depth--;
    if (found === undefined && isAnyElement && timesGivenUp === evaluator.timesGivenUp) {
      const failed = this.failed.get(at) ?? new Map<Value, number>();
      failed.set(value, this.uses - uses);
      this.failed.set(at, failed);
    }
    return found;
  }

  private sampleAtDepth(value: Value, at: Activation): Sample | undefined {
    switch (value.op) {
      case "constant":
        return constant(value);
      case "display":
        return this.display(value, at);
      case "comprehension":
        return this.comprehension(value, at);
      case "compute":
        return this.computed(value, at);
      case "read":
        return this.read(value, at);
      case "choice": {
        const holds = value.test && truthOf(value.test, at, this);
        const chosen = holds === undefined ? undefined : value.values[holds ? 0 : 1];
        if (chosen) return this.sample(chosen, at);
        const choices = knownOfEach(value.values, (each) => this.sample(each, at));
        return choices?.[this.turn % choices.length];
      }
      case "element-of":
        return this.element(value.iterable, at);
      case "item-of": {
        const whole = this.sample(value.value, at);
        return whole && elementsOf(whole)?.items[value.index];
      }
      case "call":
        return sampleOfCall(value, at, this) ?? this.returned(value, at);
      default:
        return undefined;
    }
  }

  /** The names of what a call calls outside the program. */
  namesOf(call: CallOperation, at: Activation): readonly string[] {
    return this.resolver.externalCallees(call, at.function);
  }

  /** A number between 0 and 1 that is another for each element. */
  get chance(): number {
    this.uses++;
    return (this.turn * 0.618 + 0.3) % 1;
  }

  private returned(call: CallOperation, at: Activation): Sample | undefined {
    return this.evaluator.returned(call, at, (value, activation) => this.sample(value, activation));
  }

  /** What a function gives back for some of the elements. */
  mapped(callee: Value, elements: SequenceSample, at: Activation): readonly Sample[] | undefined {
    return knownOfEach(elements.items, (item) => this.givenTo(callee, item, at));
  }

  private givenTo(callee: Value, item: Sample, at: Activation): Sample | undefined {
    if (callee.op === "read" && callee.place.kind === "name" && callee.place.owner === unbound) {
      const { name } = callee.place;
      return name === "str" ? shown(item) : name === "int" || name === "float" ? parsedNumber(item, name) : undefined;
    }
    const found = this.resolver.resolve(callee, at.function).find((entity) => entity.kind === "function");
    if (found?.kind !== "function" || found.function.head.isGenerator || found.function.returned.length !== 1) return undefined;
    const place = -++this.given;
    const iterable: Value = { op: "unknown", start: place, end: place };
    const key = keyOf(iterable, at);
    this.current.set(key, item);
    const result = this.sample(found.function.returned[0] as Value, calledForEach(found.function, iterable, at));
    this.current.delete(key);
    return result;
  }

  private element(iterable: Value, at: Activation): Sample | undefined {
    const key = keyOf(iterable, at);
    this.uses++;
    if (this.current.has(key)) return this.current.get(key);
    const whole = this.sample(iterable, at);
    return whole && this.anyOf(elementsOf(whole)?.items ?? [], key);
  }

  /** One of some elements; `of`: what loop they are of. */
  private anyOf(items: readonly Sample[], of = ""): Sample | undefined {
    this.uses++;
    return items[this.turnOf(of) % Math.max(1, items.length)];
  }

  /** Loops one inside the other are not at the same element each. */
  private turnOf(loop: string): number {
    if (!this.tested) return this.turn;
    const known = this.tested.indexOf(loop);
    if (known >= 0) this.lowestTested = Math.min(this.lowestTested, known);
    const place = known >= 0 ? known : this.tested.push(loop) - 1;
    return place === 0 ? this.turn : this.turn * (place % 2 === 1 ? 5 : 7) + place * 3;
  }

  private display({ elements, keys, makes, isOpen }: Extract<Value, { op: "display" }>, at: Activation): Sample | undefined {
    if (isOpen) return undefined;
    this.metEmpty ||= elements.length === 0;
    const some = elements.length <= mostWritten ? elements : elements.slice(0, mostWritten);
    const items = knownOfEach(some, (each) => this.sample(each, at));
    if (!items) return undefined;
    if (makes !== "dict") return sequence(items, elements.length);
    const entries = items.map((item, index): readonly [Sample, Sample] => [
      (keys[index] && this.sample(keys[index], at)) ?? textSample("key"),
      item,
    ]);
    return { kind: "mapping", entries, count: elements.length };
  }

  private comprehension(value: ComprehensionValue, at: Activation): Sample | undefined {
    if (value.isFiltered) return undefined;
    const [outer, ...inner] = value.iterables;
    const first = outer && this.sample(outer, at);
    const elements = first && elementsOf(first);
    if (!elements) return undefined;
    const turn = this.turn;
    const made: (readonly [Sample | undefined, Sample])[] = [];
    let count = 0;
    const set = (iterable: Value, index: number, items: SequenceSample): void => {
      this.current.set(keyOf(iterable, at), items.items[index % Math.max(1, items.items.length)]);
    };
    for (let index = 0; index < elements.items.length; index++) {
      this.turn = index;
      set(outer, index, elements);
      const own: SequenceSample[] = [];
      for (const iterable of inner) {
        const found = this.sample(iterable, at);
        const rest = found && elementsOf(found);
        if (!rest) break;
        own.push(rest);
        set(iterable, index, rest);
      }
      if (own.length < inner.length) break;
      count += own.reduce((product, { count: times }) => product * times, 1) / elements.items.length;
      // Of clauses inside, some elements for each one outside.
      const rounds = own.length === 0 ? 1 : Math.min(4, Math.max(...own.map(({ items }) => items.length)));
      for (let round = 0; round < rounds; round++) {
        if (rounds > 1) this.turn = index + round * 3;
        for (const [place, iterable] of inner.entries()) set(iterable, index + round * 3, own[place] as SequenceSample);
        const element = this.sample(value.element, at);
        const key = value.key && this.sample(value.key, at);
        if (element) made.push([key, element]);
      }
      if (made.length === 0) break;
    }
    this.turn = turn;
    for (const iterable of value.iterables) this.current.delete(keyOf(iterable, at));
    if (made.length < elements.items.length) return undefined;
    const all = elements.count * (inner.length > 0 ? count : 1);
    return containerOf(made, value.makes === "dict", all);
  }

  private computed(value: Extract<Value, { op: "compute" }>, at: Activation): Sample | undefined {
    const { operator, operands, template } = value;
    if (operator === "slice") return undefined;
    if (operator.startsWith("format")) {
      const values = operands.map((operand) => this.sample(operand, at));
      if (template === undefined || values.includes(undefined)) return undefined;
      return filledTemplate(template, values as readonly Sample[]);
    }
    const [one, other] = operands;
    const left = one && this.sample(one, at);
    if (operator === "u-") return left?.kind === "number" ? { ...left, value: -left.value } : undefined;
    const right = other && this.sample(other, at);
    // `state % 100` of a state that nobody knows is some number below.
    if (operator === "%" && !left && right?.kind === "number") return int(this.chance * Math.abs(right.value));
    if (!left || !right || operands.length !== 2) return undefined;
    if (left.kind === "number" && right.kind === "number") {
      const result = operators[operator]?.(left.value, right.value);
      if (result === undefined || !Number.isFinite(result)) return undefined;
      return operator === "/" || left.type === "float" || right.type === "float" ? float(result) : int(result);
    }
    if (operator === "%" && left.kind === "text") {
      const [only] = left.parts;
      const values = right.kind === "sequence" && other.op === "display" ? right.items : [right];
      return left.parts.length === 1 && only?.times === 1 ? percentFormatted(only.text, values, left.isBytes) : undefined;
    }
    if (operator === "+" && left.kind === "text" && right.kind === "text") return concatenated([left, right]);
    if (operator === "+" && left.kind === "sequence" && right.kind === "sequence")
      return sequence([...left.items, ...right.items], left.count + right.count);
    if (operator !== "*") return undefined;
    const [whole, times] = left.kind === "number" ? [right, left] : [left, right];
    if (times.kind !== "number") return undefined;
    const count = Math.max(0, times.value);
    if (whole.kind === "text") return repeatedText(whole, count);
    return whole.kind === "sequence" ? { ...whole, count: whole.count * count } : undefined;
  }

  private read(value: Extract<Value, { op: "read" }>, at: Activation): Sample | undefined {
    const { place } = value;
    if (place.kind === "element") return this.item(place.object, place.index, at);
    const filled = this.filled(value, at);
    if (filled || startedWith(value, at)) return filled;
    return this.evaluator.follow(
      value,
      at,
      (bound, in_) => this.bound(bound, in_),
      (bound, in_) => this.element(bound, in_),
    );
  }

  /** What a name is bound to. What a module binds is mostly asked for again and again. */
  private bound(value: Value, at: Activation): Sample | undefined {
    if (at.function.index !== 0 || value.op === "element-of" || value.op === "item-of") return this.sample(value, at);
    if (this.constant.has(value)) return this.constant.get(value);
    const uses = this.uses;
    const isFirst = this.current.size === 0 && this.turn === middle;
    const make = (): Sample | undefined => this.sample(value, at);
    const found = isFirst
      ? this.resolver.remembered(at.function.file, `sample ${value.start} ${value.end}`, make)
      : this.tested && this.current.size === 0
        ? this.madeBefore(value, at, this.tested)
        : make();
    if (this.uses === uses || isFirst) this.constant.set(value, found);
    return found;
  }

  /** The same for one element of many while a test is asked: each of several tasks asks about the same data, which is made once for them all. */
  private madeBefore(value: Value, at: Activation, tested: string[]): Sample | undefined {
    const { evaluator } = this;
    let made: Made | undefined;
    const make = (): Made => {
      const { uses, steps, metEmpty, lowestTested } = this;
      const { timesGivenUp, depth, deepest, asked } = evaluator;
      evaluator.deepest = depth;
      const places = tested.length;
      this.metEmpty = false;
      this.lowestTested = Number.POSITIVE_INFINITY;
      const sample = this.sample(value, at);
      made = {
        sample,
        // What gave up, or goes by a loop that was met before, can come out otherwise the next time.
        isSure: timesGivenUp === evaluator.timesGivenUp && this.lowestTested >= places,
        uses: this.uses - uses,
        steps: this.steps - steps,
        asked: evaluator.asked - asked,
        depth: this.depth,
        deeper: evaluator.deepest - depth,
        metEmpty: this.metEmpty,
        loops: tested.slice(places),
      };
      evaluator.deepest = Math.max(evaluator.deepest, deepest);
      this.metEmpty ||= metEmpty;
      this.lowestTested = Math.min(this.lowestTested, lowestTested);
      return made;
    };
    const key = `sample ${value.start} ${value.end} for ${this.turn} in ${tested.length}`;
    const known: Made | undefined = this.resolver.remembered(at.function.file, key, make);
    if (known && known === made) return known.sample;
    const isAsNow =
      known?.isSure &&
      this.depth <= known.depth &&
      this.steps + known.steps <= mostSteps &&
      !known.loops.some((loop) => tested.includes(loop)) &&
      evaluator.canAskAgain(known.asked, known.deeper);
    if (!isAsNow) return this.sample(value, at);
    this.uses += known.uses;
    this.steps += known.steps;
    this.metEmpty ||= known.metEmpty;
    tested.push(...known.loops);
    return known.sample;
  }

  private item(object: Value, index: Value, at: Activation): Sample | undefined {
    const whole = this.sample(object, at);
    if (!whole) return undefined;
    if (index.op === "compute" && index.operator === "slice") return this.slice(whole, object, index.operands, at);
    const place = this.sample(index, at);
    if (whole.kind === "mapping") {
      const text = JSON.stringify(place);
      const [, found] = whole.entries.find(([key]) => JSON.stringify(key) === text) ?? [];
      return found ?? this.anyOf(whole.entries.map(([, each]) => each));
    }
    const elements = elementsOf(whole);
    if (!elements) return undefined;
    if (place?.kind === "number" && elements.items.length === elements.count) return elements.items.at(place.value);
    return this.anyOf(elements.items);
  }

  private slice(whole: Sample, object: Value, parts: readonly Value[], at: Activation): Sample | undefined {
    const length = sliceLength(parts, object, at, this.evaluator);
    if (!length) return undefined;
    if (whole.kind === "sequence") return { ...whole, items: whole.items.slice(0, Math.ceil(length.likely)), count: length.likely };
    if (whole.kind !== "text") return undefined;
    const characters = whole.parts.map(({ text }) => text).join("");
    return characters.length >= length.likely
      ? textSample(characters.slice(0, length.likely), whole.isBytes)
      : opaque(length.likely, whole.isBytes);
  }

  /** What a container that starts empty has in it after it was filled. */
  private filled(value: Extract<Value, { op: "read" }>, at: Activation): Sample | undefined {
    const filled = filledWith(value, at, this.evaluator);
    if (!filled) return undefined;
    const turn = this.turn;
    const made: (readonly [Sample | undefined, Sample])[] = [];
    const count = filled.items.reduce((sum, { times }) => sum + times, 0);
    const most = Math.max(...filled.items.map(({ times }) => times));
    for (const item of filled.items) {
      // What comes once, beside something that comes hundreds of times, is no sample of the whole.
      if (item.times * 4 * mostItems < most) continue;
      const rounds = Math.min(mostItems, Math.max(1, Math.round(item.times)));
      for (this.turn = 0; this.turn < rounds; this.turn++) {
        const element = this.sample(item.value, filled.in);
        if (!element) break;
        made.push([item.key && this.sample(item.key, filled.in), element]);
      }
    }
    this.turn = turn;
    const [some] = made;
    if (!some) return undefined;
    const isMapping = filled.items.some(({ key }) => key !== undefined);
    return containerOf(made, isMapping, count);
  }

  /** Reads what a name is bound to, as it is written. */
  written<Result>(value: Value, at: Activation, read: (value: Value, at: Activation) => Result | undefined): Result | undefined {
    if (value.op !== "read") return read(value, at);
    return this.evaluator.followWhole(value, at, (bound, in_) => this.written(bound, in_, read));
  }

  /** The number that an argument likely is. */
  number(value: Value | undefined, at: Activation): number | undefined {
    if (!value) return undefined;
    const sample = this.sample(value, at);
    if (sample?.kind === "number") return sample.value;
    const count = asCount(this.evaluator.number(value, at));
    // What is only likely does not decide a test.
    return count && (!this.tested || count.low === count.high) ? count.likely : undefined;
  }
}

/** What a loop makes of elements, or of keys and elements. */
function containerOf(made: readonly (readonly [Sample | undefined, Sample])[], isMapping: boolean, count: number): Sample {
  const elements = made.map(([, element]) => element);
  if (!isMapping) return sequence(elements, count);
  const entries = made.map(([key, element]): readonly [Sample, Sample] => [key ?? textSample("key"), element]);
  return mapping(entries, count);
}

function mapping(entries: readonly (readonly [Sample, Sample])[], count: number): MappingSample {
  return { kind: "mapping", entries: entries.slice(0, mostItems * 2), count };
}

/** A sample, and what making it did besides. */
interface Made {
  readonly sample: Sample | undefined;
  readonly isSure: boolean;
  readonly uses: number;
  readonly steps: number;
  readonly asked: number;
  /** How far down it was made, and how much deeper the questions led that were asked. */
  readonly depth: number;
  readonly deeper: number;
  readonly metEmpty: boolean;
  readonly loops: readonly string[];
}

function keyOf(iterable: Value, at: Activation): string {
  return `${at.function.file.path} ${iterable.start} ${iterable.end}`;
}

function constant({ type, value, content }: Extract<Value, { op: "constant" }>): Sample | undefined {
  switch (type) {
    case "int":
    case "bool":
      return int(Number(value));
    case "float":
      return float(Number(value));
    case "str":
      return textSample(unescaped(String(value)));
    case "bytes":
      return content === undefined ? opaque(Number(value), true) : textSample(unescaped(content), true);
    case "none":
      return textSample("None");
    default:
      return undefined;
  }
}

const operators: typeof arithmetic = {
  ...arithmetic,
  "<<": (a, b) => a * 2 ** b,
  ">>": (a, b) => Math.floor(a / 2 ** b),
  "^": (a, b) => Number(BigInt(Math.trunc(a)) ^ BigInt(Math.trunc(b))),
  "&": (a, b) => Number(BigInt(Math.trunc(a)) & BigInt(Math.trunc(b))),
  "|": (a, b) => Number(BigInt(Math.trunc(a)) | BigInt(Math.trunc(b))),
};

/** So many different ones can be told from what repeats itself among those looked at. */
const mostSeen = (mostItems * mostItems) / 2;
/** How much farther all numbers reach than some of them. */
const outermost = (mostItems + 1) / (mostItems - 1);
/** Which element is looked at where one has to stand for all. */
const middle = 5;

/** Samples are not counted to the last element. */
function about(length: number): Interval {
  return length <= mostItems ? exactly(length) : interval(length * 0.92, length, length * 1.08);
}

/** Longer texts are as good as any other. */
const mostOfKey = 64;
const deepest = 40;
const mostSteps = 4_000;
/** So many elements of what is written out are looked at. */
const mostWritten = 64;
