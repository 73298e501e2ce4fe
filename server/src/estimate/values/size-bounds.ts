import type { ParameterFacts } from "../../program/facts.js";
import type { FunctionNode, LinkedFile } from "../../program/link/entity.js";
import { boundWhereRead } from "../../program/link/resolution/loop-variables.js";
import { argumentFor, type Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, Place, ReadOperation, Value } from "../../program/operation.js";
import { type Activation, activationOfCall, bareActivation } from "./activation.js";
import { isNone, sameName } from "./value-shapes.js";

/** The smallest and the largest number that something can be, both of them certain. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** One question about a value; `element` asks the same of what iterating over it gives. */
interface Question {
  readonly whole: (value: Value, at: Activation) => Bounds | undefined;
  readonly element: (value: Value, at: Activation) => Bounds | undefined;
}

/**
 * Sizes that the code leaves no doubt about: literals, simple arithmetic, `range`, reads of so many bytes. Where an estimate may take the
 * likely for the true, this answers nothing: what is said because something is small has to be right.
 */
export class SizeBounds {
  private depth = 0;
  private asked = 0;

  constructor(private readonly resolver: Resolver) {}

  private bounded(answer: () => Bounds | undefined): Bounds | undefined {
    if (this.depth === 0) this.asked = 0;
    if (this.depth > maximumDepth || ++this.asked > maximumQuestions) return undefined;
    this.depth++;
    const result = answer();
    this.depth--;
    return result && Number.isFinite(result.low) && Number.isFinite(result.high) ? result : undefined;
  }

  /** The bytes of `bytes` and the like; of text, what it takes as UTF-8 at most. */
  bytes(value: Value, at: Activation): Bounds | undefined {
    const length = this.length(value, at);
    if (!length || !this.isText(value, at)) return length;
    return { low: length.low, high: length.high * longestCharacter };
  }

  private isText(value: Value, at: Activation): boolean {
    if (value.op === "constant") return value.type === "str";
    if (value.op === "compute" && value.operator.startsWith("format")) return true;
    return this.resolver.resolve(value, at.function).some((entity) => entity.kind === "object" && entity.type === "builtins.str");
  }

  /** The number that a value is. */
  private readonly number: Question = {
    whole: (value, at) => this.bounded(() => this.numberOf(value, at)),
    element: (value, at) => this.bounded(() => this.elementNumber(value, at)),
  };

  /** How many elements or bytes a value has. */
  private readonly lengths: Question = {
    whole: (value, at) => this.bounded(() => this.lengthOf(value, at)),
    element: (value, at) => this.bounded(() => this.elementOf(value, at, this.lengths)),
  };

  /** How many numbers an array holds. */
  private readonly cells: Question = {
    whole: (value, at) => this.bounded(() => this.cellsOf(value, at)),
    element: (value, at) => this.bounded(() => this.elementOf(value, at, this.cells)),
  };

  length(value: Value, at: Activation): Bounds | undefined {
    return this.lengths.whole(value, at);
  }

  elementLength(iterable: Value, at: Activation): Bounds | undefined {
    return this.lengths.element(iterable, at);
  }

  /** How many elements an array has, over all its axes; one for a number. */
  elements(value: Value, at: Activation): Bounds | undefined {
    return this.cells.whole(value, at) ?? (this.number.whole(value, at) ? exactly(1) : undefined);
  }

  private numberOf(value: Value, at: Activation): Bounds | undefined {
    switch (value.op) {
      case "constant":
        return typeof value.value === "number" && (value.type === "int" || value.type === "float") ? exactly(value.value) : undefined;
      case "read":
        return this.follow(value, at, this.number);
      case "compute":
        return this.arithmetic(value.operator, value.operands, at);
      case "choice":
        return value.by === "condition" ? hull(value.values.map((each) => this.number.whole(each, at))) : undefined;
      case "element-of":
        return this.number.element(value.iterable, at);
      case "item-of":
        return this.item(value.value, value.index, at, this.number);
      case "call": {
        const name = this.externalName(value, at);
        const [first] = positional(value);
        if (name === "builtins.len" && first) return this.length(first, at);
        if ((name === "builtins.int" || name === "builtins.abs") && first) {
          const bounds = this.number.whole(first, at);
          return bounds && bounds.low >= 0 ? { low: Math.floor(bounds.low), high: bounds.high } : undefined;
        }
        if (name === "builtins.min") {
          const known = positional(value).flatMap((each) => this.number.whole(each, at) ?? []);
          // The smallest is at most the smallest that is known.
          const high = Math.min(...known.map((each) => each.high));
          return known.length === positional(value).length && known.length > 1
            ? { low: Math.min(...known.map((each) => each.low)), high }
            : undefined;
        }
        return undefined;
      }
      default:
        return undefined;
    }
  }

  private arithmetic(operator: string, operands: readonly Value[], at: Activation): Bounds | undefined {
    const [first, second] = operands;
    const left = first && this.number.whole(first, at);
    if (!left) return undefined;
    if (operator === "u-") return { low: -left.high, high: -left.low };
    const right = second && this.number.whole(second, at);
    if (!right) return undefined;
    const ends = (operation: (a: number, b: number) => number): Bounds => {
      const all = [left.low, left.high].flatMap((a) => [operation(a, right.low), operation(a, right.high)]);
      return { low: Math.min(...all), high: Math.max(...all) };
    };
    switch (operator) {
      case "+":
        return ends((a, b) => a + b);
      case "-":
        return ends((a, b) => a - b);
      case "*":
        return ends((a, b) => a * b);
      case "/":
        return right.low > 0 ? ends((a, b) => a / b) : undefined;
      case "//":
        return right.low > 0 ? ends((a, b) => Math.floor(a / b)) : undefined;
      case "%":
        return right.low > 0 ? { low: 0, high: right.high } : undefined;
      case "**":
        return left.low >= 1 && right.low >= 0 ? ends((a, b) => a ** b) : undefined;
      case "<<":
        return left.low >= 0 && right.low >= 0 ? ends((a, b) => a * 2 ** b) : undefined;
      case ">>":
        return left.low >= 0 && right.low >= 0 ? ends((a, b) => Math.floor(a / 2 ** b)) : undefined;
      default:
        return undefined;
    }
  }

  private elementNumber(iterable: Value, at: Activation): Bounds | undefined {
    if (iterable.op === "call" && this.externalName(iterable, at) === "builtins.range") {
      const range = this.rangeOf(iterable, at);
      return range && { low: Math.min(range.from.low, range.to.low), high: Math.max(range.from.high, range.to.high - 1) };
    }
    return this.elementOf(iterable, at, this.number);
  }

  /** Ranges that count upwards. */
  private rangeOf(call: CallOperation, at: Activation): { readonly from: Bounds; readonly to: Bounds; readonly step: Bounds } | undefined {
    const [first, second, third] = positional(call);
    const numbers = [first, second, third].map((each) => each && this.number.whole(each, at));
    const [from, to] = second ? [numbers[0], numbers[1]] : [exactly(0), numbers[0]];
    const step = third ? numbers[2] : exactly(1);
    return from && to && step && step.low > 0 ? { from, to, step } : undefined;
  }

  private lengthOf(value: Value, at: Activation): Bounds | undefined {
    switch (value.op) {
      case "constant":
        // Escapes are counted as they are written, so the value may be shorter.
        if (typeof value.value === "string") return exactly(value.value.length);
        return value.type === "bytes" ? exactly(value.value) : undefined;
      case "display": {
        const count = value.elements.length;
        return value.isOpen
          ? undefined
          : { low: value.makes === "list" || value.makes === "tuple" ? count : Math.min(1, count), high: count };
      }
      case "comprehension": {
        let high = 1;
        for (const iterable of value.iterables) high *= this.length(iterable, at)?.high ?? Number.NaN;
        return { low: 0, high };
      }
      case "compute":
        return this.computedLength(value.operator, value.operands, value, at);
      case "read":
        if (value.place.kind === "element" && value.place.index.op === "compute" && value.place.index.operator === "slice")
          return this.sliced(value.place.object, value.place.index, at);
        return this.follow(value, at, this.lengths);
      case "choice":
        return value.by === "condition" ? hull(value.values.map((each) => this.length(each, at))) : undefined;
      case "element-of":
        return this.lengths.element(value.iterable, at);
      case "item-of":
        return this.item(value.value, value.index, at, this.lengths);
      case "entered":
      case "await":
        return undefined;
      case "call":
        return this.callLength(value, at);
      default:
        return undefined;
    }
  }

  private computedLength(operator: string, operands: readonly Value[], whole: Value, at: Activation): Bounds | undefined {
    const [left, right] = operands;
    // What stands between the braces in the source is at least as long as what it adds besides the values.
    if (operator === "format") return this.filled(whole.end - whole.start, operands, at, 0);
    if (!left || !right) return undefined;
    if (operator === "%") return this.fromTemplate(left, right.op === "display" && right.makes === "tuple" ? right.elements : [right], at);
    const [one, other] = [this.length(left, at), this.length(right, at)];
    if (operator === "+") return one && other && { low: one.low + other.low, high: one.high + other.high };
    if (operator !== "*") return undefined;
    const [length, times] = one ? [one, this.number.whole(right, at)] : [other, this.number.whole(left, at)];
    return length && times && { low: length.low * Math.max(0, times.low), high: length.high * Math.max(0, times.high) };
  }

  /** `b"salt:%08d" % key` */
  private fromTemplate(template: Value, fields: readonly Value[], at: Activation): Bounds | undefined {
    const length = this.length(template, at);
    // Any number in the text may be a width.
    const numbers = template.op === "constant" && typeof template.value === "string" ? (template.value.match(/\d+/g) ?? []) : [];
    return length && this.filled(length.high, fields, at, Math.max(widestField, ...numbers.map(Number)));
  }

  private filled(written: number, fields: readonly Value[], at: Activation, width: number): Bounds {
    let high = written;
    for (const field of fields) high += Math.max(width, this.textLength(field, at)?.high ?? Number.NaN);
    return { low: 0, high };
  }

  /**
   * Whether a value is a number of which nobody would write hundreds of digits: a count, a place in a sequence, or simple arithmetic of such. Their
   * bounds may be unknown.
   */
  private readonly isCount: Question = {
    whole: (value, at) => this.bounded(() => (this.isCountAtDepth(value, at) ? exactly(0) : undefined)),
    element: (value, at) =>
      this.bounded(() =>
        value.op === "call" && this.externalName(value, at) === "builtins.range" ? exactly(0) : this.elementOf(value, at, this.isCount),
      ),
  };

  private isCountAtDepth(value: Value, at: Activation): boolean {
    if (this.number.whole(value, at)) return true;
    const isCount = (each: Value | undefined): boolean => each !== undefined && this.isCount.whole(each, at) !== undefined;
    switch (value.op) {
      case "read":
        return this.follow(value, at, this.isCount) !== undefined;
      case "compute":
        return /^([-+*%/]|\/\/|u-)$/.test(value.operator) && value.operands.every(isCount);
      case "choice":
        return value.by === "condition" && value.values.every(isCount);
      case "element-of":
        return this.isCount.element(value.iterable, at) !== undefined;
      case "item-of": {
        const { iterable } = value.value.op === "element-of" ? value.value : { iterable: undefined };
        const isNumbered = iterable?.op === "call" && this.externalName(iterable, at) === "builtins.enumerate" && value.index === 0;
        return isNumbered || this.item(value.value, value.index, at, this.isCount) !== undefined;
      }
      case "call":
        return counting.test(this.externalName(value, at) ?? "");
      default:
        return false;
    }
  }

  /** How long a value is as text. */
  private textLength(value: Value, at: Activation): Bounds | undefined {
    if (this.number.whole(value, at) || this.isCount.whole(value, at)) return { low: 1, high: longestNumber };
    return this.isText(value, at) ? this.length(value, at) : undefined;
  }

  private sliced(object: Value, slice: Extract<Value, { op: "compute" }>, at: Activation): Bounds | undefined {
    const whole = this.length(object, at);
    const [start, stop, step] = slice.operands;
    const smaller = (high: number | undefined): Bounds | undefined => {
      const least = Math.min(high ?? Number.POSITIVE_INFINITY, whole?.high ?? Number.POSITIVE_INFINITY);
      return Number.isFinite(least) ? { low: 0, high: least } : undefined;
    };
    const upper = (value: Value): number | undefined => {
      const bounds = this.number.whole(value, at);
      return bounds && bounds.low >= 0 ? bounds.high : undefined;
    };
    if (!start || !stop || isNone(stop) || step) return smaller(undefined);
    // `x[:n]`
    if (isNone(start)) return smaller(upper(stop));
    // `x[i : i + n]`
    if (stop.op === "compute" && stop.operator === "+" && stop.operands[0] && sameName(start, stop.operands[0]))
      return smaller(stop.operands[1] && upper(stop.operands[1]));
    const from = this.number.whole(start, at);
    const to = upper(stop);
    return smaller(from && from.low >= 0 && to !== undefined ? Math.max(0, to - from.low) : undefined);
  }

  private callLength(call: CallOperation, at: Activation): Bounds | undefined {
    const name = this.externalName(call, at);
    const [first, second] = positional(call);
    if (name === "builtins.range") {
      const range = this.rangeOf(call, at);
      return range && { low: 0, high: Math.max(0, Math.ceil((range.to.high - range.from.low) / range.step.low)) };
    }
    if (name !== undefined && first && madeOfSize.has(name)) return this.number.whole(first, at) ?? this.length(first, at);
    if (name !== undefined && first && sameElements.has(name)) return this.length(first, at);
    if (name === "builtins.str" && first) return this.textLength(first, at);
    if (name === "builtins.zip") {
      const lengths = positional(call).flatMap((each) => this.length(each, at) ?? []);
      return lengths.length === 0 ? undefined : { low: 0, high: Math.min(...lengths.map((each) => each.high)) };
    }
    if (name === "builtins.map" && second) return this.length(second, at);
    const { callee } = call;
    if (callee.op === "read" && callee.place.kind === "attribute") {
      const method = this.methodLength(call, callee.place.object, callee.place.name, first, name, at);
      if (method) return method;
    }
    return this.returned(call, at, this.lengths);
  }

  private methodLength(
    call: CallOperation,
    object: Value,
    method: string,
    first: Value | undefined,
    name: string | undefined,
    at: Activation,
  ): Bounds | undefined {
    if (name !== undefined && readsAtMost.test(name) && call.arguments.length === 1 && first) {
      const size = this.number.whole(first, at);
      return size && size.low >= 0 ? { low: 0, high: size.high } : undefined;
    }
    if (name !== undefined && /^hashlib\.HASH\.(hex)?digest$/.test(name) && !first) return { low: 0, high: longestDigest };
    switch (method) {
      case "format":
        return call.arguments.every(({ form }) => form === "positional" || form === "keyword")
          ? this.fromTemplate(
              object,
              call.arguments.map(({ value }) => value),
              at,
            )
          : undefined;
      case "encode":
        return this.bytes(object, at);
      case "decode":
      case "strip":
      case "lstrip":
      case "rstrip":
      case "copy":
        return shrunk(this.length(object, at));
      case "to_bytes":
        return first && this.number.whole(first, at);
      case "hex": {
        const length = first ? undefined : this.length(object, at);
        return length && { low: 0, high: 2 * length.high };
      }
      default:
        return undefined;
    }
  }

  private cellsOf(value: Value, at: Activation): Bounds | undefined {
    switch (value.op) {
      case "call":
        return this.callCells(value, at);
      case "read": {
        const { place } = value;
        // A part of an array is no larger than the whole.
        if (place.kind === "element") return shrunk(this.cells.whole(place.object, at)) ?? this.follow(value, at, this.cells);
        if (place.kind === "attribute" && place.name === "T" && this.isArray(place.object, at)) return this.cells.whole(place.object, at);
        return this.follow(value, at, this.cells);
      }
      case "compute": {
        const [left, right] = value.operands;
        if (!left || !right) return left && this.cells.whole(left, at);
        // Arrays of two shapes can make a larger one; an array and a number cannot.
        if (this.number.whole(right, at)) return this.cells.whole(left, at);
        return this.number.whole(left, at) && this.cells.whole(right, at);
      }
      case "element-of":
        return this.cells.element(value.iterable, at);
      case "item-of":
        return this.item(value.value, value.index, at, this.cells);
      default:
        return undefined;
    }
  }

  private isArray(value: Value, at: Activation): boolean {
    return this.resolver.resolve(value, at.function).some((entity) => entity.kind === "object" && entity.type === "numpy.ndarray");
  }

  private callCells(call: CallOperation, at: Activation): Bounds | undefined {
    const name = this.externalName(call, at);
    const [first, second] = positional(call);
    const given = (keyword: string): Value | undefined => call.arguments.find((each) => each.name === keyword)?.value;
    if (call.arguments.some((argument) => argument.form === "star" || argument.form === "double-star")) return undefined;
    if (name === undefined) return this.returned(call, at, this.cells);
    if (/^numpy\.(zeros|ones|empty|full)$/.test(name)) return this.shape(first ?? given("shape"), at);
    if (/^numpy\.(eye|identity)$/.test(name)) {
      const side = first && this.number.whole(first, at);
      return side && !second ? { low: side.low ** 2, high: side.high ** 2 } : undefined;
    }
    if (name === "numpy.arange") {
      const range = this.rangeOf(call, at);
      return range && { low: 0, high: Math.max(0, Math.ceil((range.to.high - range.from.low) / range.step.low)) };
    }
    if (name === "numpy.linspace") {
      const count = positional(call)[2] ?? given("num");
      return count ? this.number.whole(count, at) : exactly(50);
    }
    if (/^numpy\.(array|asarray)$/.test(name) && first) return this.literalCells(first, at) ?? this.cells.whole(first, at);
    if (/^numpy\.random\.(rand|randn)$/.test(name))
      return product(positional(call).map((each) => this.number.whole(each, at))) ?? undefined;
    if (/^numpy\.random\./.test(name)) {
      const size = given("size") ?? (/\.(random|random_sample|standard_normal)$/.test(name) ? first : undefined);
      return size && this.shape(size, at);
    }
    if (oneToOne.test(name) && first && !second) return this.cells.whole(first, at);
    const { callee } = call;
    if (callee.op === "read" && callee.place.kind === "attribute" && keepsCells.has(callee.place.name))
      return this.isArray(callee.place.object, at) ? this.cells.whole(callee.place.object, at) : undefined;
    return undefined;
  }

  /** A number, or the product of a tuple of numbers. */
  private shape(value: Value | undefined, at: Activation): Bounds | undefined {
    if (!value) return undefined;
    if (value.op === "display" && !value.isOpen) return product(value.elements.map((each) => this.number.whole(each, at)));
    return this.number.whole(value, at);
  }

  /** Numbers that are written out, in lists of lists. */
  private literalCells(value: Value, at: Activation): Bounds | undefined {
    if (value.op === "display" && !value.isOpen && value.makes !== "dict" && value.makes !== "set") {
      const parts = value.elements.map((each) => this.literalCells(each, at) ?? (this.number.whole(each, at) && exactly(1)));
      return parts.reduce<Bounds | undefined>(
        (sum, part) => sum && part && { low: sum.low + part.low, high: sum.high + part.high },
        exactly(0),
      );
    }
    if (value.op === "call" && this.externalName(value, at) === "builtins.range") return this.callLength(value, at);
    if (value.op === "comprehension" && this.number.whole(value.element, at)) return this.length(value, at);
    return undefined;
  }

  /** Asks the question of what a name, an attribute or an element stands for, of everything that it can stand for. */
  private follow(read: ReadOperation, at: Activation, question: Question): Bounds | undefined {
    const { place } = read;
    switch (place.kind) {
      case "name":
        return this.followName(read, place, at, question);
      case "attribute":
        return this.followAttribute(place.object, place.name, at, question);
      case "element":
        return question.element(place.object, at);
    }
  }

  private followName(read: ReadOperation, place: Extract<Place, { kind: "name" }>, at: Activation, question: Question): Bounds | undefined {
    const holder = activationOf(place.owner, at);
    if (!holder) return undefined;
    const { head, file } = holder.function;
    if (head.rebound.has(place.name) || isChanged(place.name, place.owner, file)) return undefined;
    const bound = boundWhereRead(holder.function, place.name, read);
    if (bound.length > maximumBindings) return undefined;
    const answers = bound.map((value) =>
      value.op === "import" ? this.imported(place.name, file, question) : question.whole(value, holder),
    );
    const argument = holder.arguments.get(place.name);
    if (argument) answers.push((argument.how === "element" ? question.element : question.whole)(argument.value, argument.in));
    else {
      const parameter = head.parameters.find((each) => each.name === place.name);
      if (parameter) answers.push(this.passed(parameter, holder, question));
    }
    return hull(answers);
  }

  /** What all calls of a function pass for the parameter, where nothing is known of the one at hand. */
  private passed(
    parameter: ParameterFacts,
    { function: node, arguments: given, caller }: Activation,
    question: Question,
  ): Bounds | undefined {
    const { form } = parameter;
    if (caller || given.size > 0 || form === "star" || form === "double-star") return undefined;
    const callers = this.resolver.callersOf(node).filter(({ within }) => within !== node);
    if (callers.length === 0 || callers.length > maximumCallers) return undefined;
    return hull(
      callers.map(({ call, within, receiver }) => {
        const argument = argumentFor(node, parameter, call, receiver);
        return argument && question.whole(argument, bareActivation(within));
      }),
    );
  }

  /** `from settings import CHUNK_SIZE`. */
  private imported(name: string, file: LinkedFile, question: Question): Bounds | undefined {
    const origin = this.resolver.imports.origin(file, name);
    const module = origin && this.resolver.files.get(origin.path)?.functionAt(0);
    return module && this.moduleConstant(module, origin.name, question);
  }

  private moduleConstant(module: FunctionNode, name: string, question: Question): Bounds | undefined {
    const { head, file } = module;
    const bound = module.bound(name) ?? [];
    const [only] = bound;
    if (bound.length !== 1 || !only || head.rebound.has(name) || isChanged(name, 0, file)) return undefined;
    return question.whole(only, bareActivation(module));
  }

  private followAttribute(object: Value, name: string, at: Activation, question: Question): Bounds | undefined {
    const entities = this.resolver.resolve(object, at.function);
    const answers = entities.map((entity): Bounds | undefined => {
      const module = entity.kind === "module" ? entity.file.functionAt(0) : undefined;
      if (module) return this.moduleConstant(module, name, question);
      if (entity.kind !== "instance" && entity.kind !== "class") return undefined;
      const { facts, file } = entity.class;
      if (file.stores(name).length > 0 || isChanged(name, undefined, file)) return undefined;
      const body = file.functionAt(facts.body);
      const stores = facts.instanceAttributes.get(name) ?? [];
      const bound = body?.bound(name) ?? [];
      const values = stores.map(({ function: index, write }) => {
        const method = file.functionAt(index);
        return method && write.value && question.whole(write.value, bareActivation(method));
      });
      if (body) values.push(...bound.map((value) => question.whole(value, bareActivation(body))));
      return values.length > maximumBindings ? undefined : hull(values);
    });
    return hull(answers);
  }

  /** The answer for what iterating over the value gives, whatever it is that is asked. */
  private elementOf(iterable: Value, at: Activation, question: Question): Bounds | undefined {
    switch (iterable.op) {
      case "display":
        if (iterable.isOpen || iterable.makes === "dict" || iterable.elements.length > maximumElements) return undefined;
        return hull(iterable.elements.map((element) => question.whole(element, at)));
      case "comprehension":
        return question.whole(iterable.element, at);
      case "compute": {
        const [left, right] = iterable.operands;
        if (iterable.operator === "*" && left) return question.element(left, at);
        return iterable.operator === "+" && left && right ? hull([question.element(left, at), question.element(right, at)]) : undefined;
      }
      case "read":
        return iterable.place.kind === "element"
          ? undefined
          : this.follow(iterable, at, { whole: question.element, element: () => undefined });
      case "call": {
        const name = this.externalName(iterable, at);
        const [first, second] = positional(iterable);
        if (name === "builtins.iter" && first && second) return this.calledWithout(first, at, question);
        if (name === undefined) return this.returned(iterable, at, { whole: question.element, element: () => undefined });
        return first && sameElements.has(name) ? question.element(first, at) : undefined;
      }
      default:
        return undefined;
    }
  }

  /** What calling a function without arguments gives: the first argument of `iter(lambda: file.read(64), b"")`. */
  private calledWithout(callee: Value, at: Activation, question: Question): Bounds | undefined {
    const entities = this.resolver.resolve(callee, at.function);
    const [entity] = entities;
    if (entities.length !== 1 || entity?.kind !== "function") return undefined;
    const { head, returned } = entity.function;
    if (head.isGenerator || returned.length !== 1) return undefined;
    return question.whole(returned[0] as Value, { function: entity.function, arguments: new Map(), caller: at });
  }

  private item(value: Value, index: number, at: Activation, question: Question): Bounds | undefined {
    if (value.op !== "element-of") return undefined;
    const { iterable } = value;
    if (iterable.op === "call") {
      const name = this.externalName(iterable, at);
      const source = positional(iterable)[name === "builtins.zip" ? index : 0];
      if (!source) return undefined;
      if (name === "builtins.zip") return question.element(source, at);
      if (name !== "builtins.enumerate" || iterable.arguments.length !== 1) return undefined;
      if (index === 1) return question.element(source, at);
      const length = question === this.number ? this.length(source, at) : undefined;
      return length && { low: 0, high: length.high };
    }
    if (iterable.op !== "display" || iterable.isOpen || iterable.elements.length > maximumElements) return undefined;
    const parts = iterable.elements.map((element) => (element.op === "display" ? element.elements[index] : undefined));
    return hull(parts.map((part) => part && question.whole(part, at)));
  }

  /** What a function of the program returns, if it is one expression. */
  private returned(call: CallOperation, at: Activation, question: Question): Bounds | undefined {
    const callees = this.resolver.callees(call, at.function);
    const [callee] = callees;
    if (callees.length !== 1 || !callee || callee.function.head.decorators.length > 0) return undefined;
    const { head, returned } = callee.function;
    if (head.isGenerator || head.isAsync || returned.length === 0 || returned.length > maximumBindings) return undefined;
    const inner = activationOfCall(callee.function, call, at, callee.receiver !== undefined);
    return hull(returned.map((value) => question.whole(value, inner)));
  }

  private externalName(call: CallOperation, at: Activation): string | undefined {
    const names = this.resolver.externalCallees(call, at.function);
    return names.length === 1 ? names[0] : undefined;
  }
}

const maximumDepth = 24;
const maximumQuestions = 300;
const maximumBindings = 4;
const maximumElements = 64;
const maximumCallers = 4;

/** UTF-8 takes at most three bytes for each UTF-16 unit. */
const longestCharacter = 3;

/** `-1.7976931348623157e+308`; integers of that many digits are not what sizes and counters are. */
const longestNumber = 25;

/** No program pads a number to more than that. */
const widestField = 100;
const counting =
  /^(builtins\.(len|ord|hash|id)|os\.(getpid|getppid|cpu_count)|threading\.(get_ident|get_native_id|active_count)|time\.(time|monotonic|perf_counter|process_time)(_ns)?|random\.(random|uniform|randint|randrange)|math\.(sqrt|log|log2|log10|sin|cos|isqrt))$/;

/** Of SHA-512, in hexadecimal. */
const longestDigest = 128;

const madeOfSize: ReadonlySet<string> = new Set([
  "builtins.bytes",
  "builtins.bytearray",
  "os.urandom",
  "random.randbytes",
  "random.Random.randbytes",
  "secrets.token_bytes",
  "numpy.random.bytes",
]);

const sameElements: ReadonlySet<string> = new Set([
  "builtins.list",
  "builtins.tuple",
  "builtins.sorted",
  "builtins.reversed",
  "builtins.iter",
  "builtins.memoryview",
]);

/** Calls that give at most as many bytes as they are told. */
const readsAtMost =
  /^(io\.(BufferedReader|BufferedRandom|BytesIO|FileIO|RawIOBase)\.(read|read1)|socket\.socket\.recv|ssl\.SSLSocket\.(recv|read)|os\.read)$/;

/** Functions of NumPy whose result has one element for each of their argument's. */
const oneToOne =
  /^numpy\.(exp|expm1|log|log2|log10|log1p|sin|cos|tan|arcsin|arccos|arctan|tanh|sqrt|abs|absolute|square|negative|sort|copy)$/;

const keepsCells: ReadonlySet<string> = new Set("astype copy reshape ravel flatten transpose".split(" "));

function positional(call: CallOperation): readonly Value[] {
  const star = call.arguments.findIndex((argument) => argument.form === "star");
  const before = star < 0 ? call.arguments : call.arguments.slice(0, star);
  return before.flatMap((argument) => (argument.form === "positional" ? [argument.value] : []));
}

/** The activation in which names of that owner are to be read. */
function activationOf(owner: number, at: Activation): Activation | undefined {
  for (let current: Activation | undefined = at; current; current = current.caller) {
    if (current.function.file === at.function.file && current.function.index === owner) return current;
  }
  const node = owner >= 0 ? at.function.file.functionAt(owner) : undefined;
  return node && bareActivation(node);
}

const changers = "append appendleft extend insert add update setdefault write".split(" ");

/** Whether the file makes what the name stands for larger after it was bound; of an attribute, whichever object it belongs to. */
function isChanged(name: string, owner: number | undefined, file: LinkedFile): boolean {
  return file.entry("names made larger", changedName(name, owner), () => namesMadeLarger(file)) === true;
}

function namesMadeLarger(file: LinkedFile): ReadonlyMap<string, true> {
  const names = new Map<string, true>();
  for (const changer of changers) {
    for (const { call } of file.calls(changer)) {
      const { callee } = call;
      if (callee.op !== "read" || callee.place.kind !== "attribute" || callee.place.object.op !== "read") continue;
      const { place } = callee.place.object;
      if (place.kind !== "element") names.set(changedName(place.name, place.kind === "name" ? place.owner : undefined), true);
    }
  }
  return names;
}

function changedName(name: string, owner: number | undefined): string {
  return owner === undefined ? `.${name}` : `${owner} ${name}`;
}

function product(factors: readonly (Bounds | undefined)[]): Bounds | undefined {
  return factors.reduce<Bounds | undefined>(
    (result, factor) => result && factor && { low: result.low * factor.low, high: result.high * factor.high },
    exactly(1),
  );
}

/** The smallest bounds that hold all; undefined if one is unknown or there are none. */
function hull(all: readonly (Bounds | undefined)[]): Bounds | undefined {
  let result: Bounds | undefined;
  for (const each of all) {
    if (!each) return undefined;
    result = result ? { low: Math.min(result.low, each.low), high: Math.max(result.high, each.high) } : each;
  }
  return result;
}

function shrunk(bounds: Bounds | undefined): Bounds | undefined {
  return bounds && { low: 0, high: bounds.high };
}

function exactly(value: number): Bounds {
  return { low: value, high: value };
}
