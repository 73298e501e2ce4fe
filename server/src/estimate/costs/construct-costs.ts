import { add, type Interval, interval, multiply, scale } from "../../base/interval.js";
import { atLeast, type Target } from "../../base/target.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { importsAny } from "../../program/link/linked-file.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { CallOperation, ComputeOperation, LoopOperation, ReadOperation, Value, WriteOperation } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import { combine } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import { shapeOf } from "../values/shape.js";
import { isNone } from "../values/value-shapes.js";
import { counterNs, isCounter, isOrdered } from "./counter-costs.js";
import { largeArithmeticNs, mediumArithmeticNs, operandBits } from "./integer-costs.js";
import { columnNs, comparedNs } from "./library-table.js";
import type { OperationCosts, Operations } from "./operation-costs.js";
import { tupleKeyNs } from "./tuple-keys.js";

/** What kind of thing a value is, as far as the cost of what is done with it depends on that. */
export type ValueKind =
  | "int"
  | "float"
  | "complex"
  | "text"
  | "list"
  | "tuple"
  | "dict"
  | "set"
  | "array"
  | "bytearray"
  | "view"
  | "unknown";

/** Tells what bytecode costs on a target, by the kinds of its operands. */
export class ConstructCosts {
  private depth = 0;

  /** Clauses of comprehensions after the first: they run in the frame of that. */
  private readonly innerClauses = new WeakSet<LoopOperation>();

  /** How many values were looked at for the one that was asked for. */
  private looks = 0;

  constructor(
    private readonly resolver: Resolver,
    private readonly evaluator: Evaluator,
    private readonly costs: OperationCosts,
    private readonly target: Target,
  ) {}

  private get operations(): Operations {
    return this.costs.operations;
  }

  /** What a value is; numbers unless something else is known. */
  kindOf(value: Value, at: Activation): ValueKind {
    if (this.depth === 0) this.looks = 0;
    // Variables that are made of others, each in several places, are followed on more ways than anybody can go.
    if (this.depth > deepest || ++this.looks > mostLooks) return "unknown";
    this.depth++;
    const kind = this.kindAtDepth(value, at);
    this.depth--;
    return kind;
  }

  private kindAtDepth(value: Value, at: Activation): ValueKind {
    switch (value.op) {
      case "constant":
        return value.type === "float" || value.type === "complex"
          ? value.type
          : value.type === "str" || value.type === "bytes"
            ? "text"
            : "int";
      case "display":
        return value.makes;
      case "comprehension":
        return value.makes === "generator" ? "unknown" : value.makes;
      case "compute":
        return this.kindOfComputation(value.operator, value.operands, at);
      case "read": {
        const { place } = value;
        if (place.kind === "element") {
          const object = this.kindOf(place.object, at);
          if (object === "text" || (place.index.op === "compute" && place.index.operator === "slice")) return object;
          return object === "array" ? "float" : this.elementKind(place.object, at);
        }
        const followed = this.evaluator.follow(
          value,
          at,
          (bound, in_) => this.kindOf(bound, in_),
          (bound, in_) => this.elementKind(bound, in_),
        );
        return followed ?? this.resolvedKind(value, at.function);
      }
      case "element-of":
        return this.elementKind(value.iterable, at);
      case "choice":
        return value.values[0] ? this.kindOf(value.values[0], at) : "unknown";
      case "call": {
        const [name] = this.resolver.externalCallees(value, at.function);
        if (name) return kindOfCall(name) ?? this.resolvedKind(value, at.function);
        return this.evaluator.returned(value, at, (bound, in_) => this.kindOf(bound, in_)) ?? "unknown";
      }
      default:
        return "unknown";
    }
  }

  private kindOfComputation(operator: string, operands: readonly Value[], at: Activation): ValueKind {
    if (operator.startsWith("format")) return "text";
    const kinds = operands.slice(0, 2).map((operand) => this.kindOf(operand, at));
    if (kinds.includes("array")) return "array";
    if (kinds.includes("complex") && arithmetic.test(operator)) return "complex";
    if (operator === "/") return "float";
    const [left = "unknown", right = "unknown"] = kinds;
    if (operator === "*" || operator === "+" || operator === "%" || operator === "|" || operator === "&" || operator === "-") {
      for (const kind of ["text", "bytearray", "list", "tuple", "set", "dict"] as const) if (left === kind || right === kind) return kind;
    }
    if (left === "float" || right === "float") return "float";
    return left === "int" || right === "int" ? "int" : "unknown";
  }

  /** What each element of an iterable is. */
  private elementKind(iterable: Value, at: Activation): ValueKind {
    if (this.depth > deepest) return "unknown";
    switch (iterable.op) {
      case "display":
        return iterable.elements[0] ? this.kindOf(iterable.elements[0], at) : "unknown";
      case "comprehension":
        return this.kindOf(iterable.element, at);
      case "compute":
        return iterable.operands[0] ? this.elementKind(iterable.operands[0], at) : "unknown";
      case "constant":
        return iterable.type === "str" ? "text" : "int";
      case "read": {
        const followed = this.evaluator.followWhole(iterable, at, (bound, in_) => {
          this.depth++;
          const kind = this.elementKind(bound, in_);
          this.depth--;
          return kind;
        });
        return followed ?? "unknown";
      }
      case "call": {
        const [name] = this.resolver.externalCallees(iterable, at.function);
        return name === "builtins.range" ? "int" : name?.endsWith("str.split") || name?.endsWith("str.splitlines") ? "text" : "unknown";
      }
      default:
        return "unknown";
    }
  }

  private resolvedKind(value: Value, within: FunctionNode): ValueKind {
    for (const entity of this.resolver.resolve(value, within)) {
      if (entity.kind === "container") return entity.value.makes === "generator" ? "unknown" : entity.value.makes;
      if (entity.kind !== "object") continue;
      if (entity.type.startsWith("numpy.")) return "array";
      const known = kindsOfTypes[entity.type];
      if (known) return known;
    }
    return "unknown";
  }

  private isMatch(value: Value, at: Activation): boolean {
    const has = importsAny(at.function.file, "patterns", (module) => module === "re" || module === "regex");
    return has && this.resolver.resolve(value, at.function).some((entity) => entity.kind === "object" && entity.type === "re.Match");
  }

  /** Reading or writing a place. */
  access(operation: ReadOperation | WriteOperation, at: Activation): Interval {
    const { operations } = this;
    const { place, op: how } = operation;
    switch (place.kind) {
      case "name":
        return how === "read" ? operations.globalLoad : operations.globalStore;
      case "attribute":
        return how === "read" ? operations.attributeLoad : operations.attributeStore;
      case "element": {
        if (place.index.op === "compute" && place.index.operator === "slice") {
          const fixed = scale(operations.slice, how === "read" ? 0.5 : 1);
          return operation.op === "read" ? add(fixed, this.slicing(operation, place.object, place.index.operands, at)) : fixed;
        }
        const kind = this.kindOf(place.object, at);
        // `found["name"]` is a call of `found.group`: 22 to 34 ns, CPython 3.11 and 3.13.
        if (kind === "unknown" && how === "read" && this.isMatch(place.object, at)) return scale(operations.callCMethod, 1.2);
        // Counters have a method for deleting, which every store has to pass by: four times as long as storing (CPython 3.11 to 3.14).
        if (kind === "dict") return add(this.entryAccess(place.object, how, at), this.hashing(place.index, at));
        if (kind === "text") return operations.stringLoad;
        if (kind === "tuple") return operations.tupleLoad;
        return how === "read" ? operations.listLoad : operations.listStore;
      }
    }
  }

  /** Reading or writing an entry of a dict whose key is a number or a text that was hashed before. */
  private entryAccess(dict: Value, how: "read" | "write", at: Activation): Interval {
    const { operations } = this;
    if (how === "read") return operations.dictLoad;
    if (isCounter(dict, at, this.resolver)) return scale(operations.callMethodTwo, 2.5);
    // These keep a list of their keys as well: 1.6 to 2.1 times (CPython 3.11, 3.13t and 3.14).
    return scale(operations.dictStore, isOrdered(dict, at, this.resolver) ? 1.8 : 1);
  }

  /** Beyond what a number takes as the key. */
  private hashing(key: Value, at: Activation): Interval {
    return this.kindOf(key, at) === "tuple" ? tupleKeyNs(this.costs) : nothing;
  }

  /** A computation: arithmetic, comparison, building a value. */
  compute({ operator, operands, template, isInPlace }: ComputeOperation, at: Activation): Interval {
    const { operations } = this;
    const kinds = operands.slice(0, 2).map((operand) => this.kindOf(operand, at));
    const isFloat = kinds.includes("float");
    const isText = kinds.includes("text");
    if (kinds.includes("complex") && arithmetic.test(operator))
      return scale(operations.complexMultiply, kinds.every((kind) => kind === "complex") ? 1 : realOperand);
    const isInteger = !isFloat && kinds.every((kind) => kind === "int" || kind === "unknown");
    const bits = isInteger ? operandBits(operator, operands, at, this.evaluator) : undefined;
    const large = bits && largeArithmeticNs(operator, operands, bits, at, this.evaluator, this.costs);
    if (large) return large;
    const counters = counterNs(operator, operands, at, this.evaluator, this.costs, this.target);
    if (counters) return counters;
    const medium = bits && mediumArithmeticNs(operator, bits, operations);
    if (medium) return medium;
    switch (operator) {
      case "+":
        if (isText)
          return isInPlace && operands[0]
            ? add(operations.stringConcat, this.copiedText(operands[0], at))
            : add(operations.stringConcat, this.copyingBlocks(operands, at));
        if ((kinds[0] === "list" || kinds[0] === "bytearray") && isInPlace) return add(operations.listBuild, this.extending(operands, at));
        if (kinds.includes("bytearray")) return add(operations.listBuild, this.copyingBlocks(operands, at));
        if (kinds.includes("list") || kinds.includes("tuple")) return add(operations.listBuild, this.copying(operands, at));
        return isFloat ? operations.floatAdd : operations.intAdd;
      case "-":
        if (kinds.includes("set")) return add(operations.setBuild, this.combining(operator, operands, at));
        return isFloat ? operations.floatAdd : operations.intSubtract;
      case "*":
        if (isText || kinds.includes("bytearray")) return add(operations.stringConcat, this.repeatingBlock(operands, at));
        if (kinds.includes("list") || kinds.includes("tuple")) return add(operations.listBuild, this.repeating(operands, at));
        return isFloat ? operations.floatMultiply : operations.intMultiply;
      case "/":
        return isFloat ? operations.floatDivide : operations.intDivide;
      case "//":
        return operations.intFloorDivide;
      case "%":
        if (kinds[0] === "text") return this.percent(operands, at);
        return operations.intModulo;
      case "**":
        return isFloat ? operations.floatPower : operations.intPower;
      case "format":
        return this.formatting(operands, at);
      case "format-padded":
        return this.paddedFormatting(
          operands,
          at,
          template?.split("\0").filter((_, index) => index % 2 === 1),
        );
      case "slice":
        return scale(operations.slice, 0.5);
      case "list":
        return operations.listBuild;
      case "tuple":
        // The compiler makes those of constants once.
        if (operands.every(({ op }) => op === "constant")) return operations.localStore;
        return this.building("tupleBuild", operands.length);
      case "swap":
        return operations.swap;
      case "unpack-star":
        // A list of the elements is made first: 8 calls of a function on CPython 3.11, 7 on 3.13t, 5 on 3.14, and twice what copying it takes.
        return add(
          scale(operations.callPython, 6.5),
          multiply(scale(operations.listCopyElement, 2), this.evaluator.length(operands[0] as Value, at) ?? fewParts),
        );
      case "match-value":
        return operations.compare;
      case "match-sequence":
        return scale(operations.callPython, 1.5);
      case "match-class":
        // One that does not fit takes 1.5 calls of a function, one that does and whose attributes are read 9 to 18 (CPython 3.11, 3.13t and 3.14).
        return scale(operations.callPython, 5);
      case "match-mapping":
        return scale(operations.callPython, 10);
      case "set":
        return operations.setBuild;
      case "dict":
        return this.building("dictBuild", operands.length);
      case "not":
        return operations.notOperator;
      case "u-":
      case "~":
        return operations.unaryMinus;
      case "in":
      case "not in": {
        const container = operands[1];
        const kind = container && this.kindOf(container, at);
        const isSequence = kind === "list" || kind === "tuple";
        const length = container && isSequence ? this.evaluator.length(container, at) : undefined;
        // On average half of a list is looked at.
        if (length) return scale(operations.containsListElement, Math.max(1, length.likely / 2));
        return operands[0] && !isSequence ? add(operations.containsDict, this.hashing(operands[0], at)) : operations.containsDict;
      }
      case "is":
      case "is not":
        return operations.identity;
      case "&":
      case "|":
      case "^":
        return kinds.includes("set") ? add(operations.setBuild, this.combining(operator, operands, at)) : operations.intBitAnd;
      case "<<":
      case ">>":
        return operations.intShift;
      case "<":
      case ">":
      case "<=":
      case ">=":
      case "==":
      case "!=": {
        const compared = comparedNs(operator, operands, at.function, this.resolver, this.costs);
        if (compared) return compared;
        return isText ? operations.compareString : isFloat ? operations.compareFloat : operations.compare;
      }
      default:
        return isText ? operations.compareString : isFloat ? operations.compareFloat : operations.compare;
    }
  }

  /**
   * What a slice copies: of lists and tuples 1.0 to 1.3 ns for each element where they are different objects, whose counts of references lie apart; texts and
   * bytes backwards 0.25 to 0.4 ns a character (CPython 3.11 and 3.13, 10 to 10,000 elements; `listCopyElement` has 0.8), and else as a block. A part of a
   * view copies nothing.
   */
  private slicing(slice: ReadOperation, object: Value, parts: readonly Value[], at: Activation): Interval {
    const kind = this.kindOf(object, at);
    if (kind === "array" || kind === "view") return nothing;
    const isBlock = kind === "text" || kind === "bytearray";
    const length = this.evaluator.length(slice, at);
    if (!length) return nothing;
    const isStepped = parts[2] !== undefined && !isNone(parts[2]);
    if (isBlock && !isStepped) return blockNs(length);
    return multiply(
      scale(this.operations.listCopyElement, isBlock ? 0.4 : 1.5),
      interval(Math.max(0, length.low), Math.max(0, length.likely), Math.max(0, length.high)),
    );
  }

  /** `left + right` of texts and bytes. */
  private copyingBlocks(operands: readonly Value[], at: Activation): Interval {
    return operands
      .map((operand) => this.evaluator.length(operand, at))
      .reduce<Interval>((sum, length) => (length ? add(sum, blockNs(length)) : sum), nothing);
  }

  /** `b"=" * n`. */
  private repeatingBlock([left, right]: readonly Value[], at: Activation): Interval {
    const [times, one] = left && this.evaluator.length(left, at) ? [right, left] : [left, right];
    const length = combine(times && this.evaluator.number(times, at), one && this.evaluator.length(one, at), (a, b) => Math.max(0, a) * b);
    return length ? blockNs(length) : nothing;
  }

  /**
   * `left += right` of lists and byte arrays, which grow by a share of their length whenever they are full: 1 to 4 ns for each element that comes, 0.1 ns
   * for each byte, however long the left one is (CPython 3.11, 3.13 and 3.14, 1,000 to 16,000 times).
   */
  private extending([, right]: readonly Value[], at: Activation): Interval {
    if (!right) return nothing;
    return scale(
      this.operations.listCopyElement,
      (this.evaluator.length(right, at)?.likely ?? 0) * (/^(text|bytearray|view)$/.test(this.kindOf(right, at)) ? 0.1 : 1.5),
    );
  }

  /**
   * `text += more` makes a text that only one variable holds longer where it is, which free-threaded builds up to 3.13 do not: they copy what there is, of which a growing
   * text has half on average: 4.2 µs for each of 100,000 times up to 500,000 characters, where others take 0.05 µs (`test/measure/growing_data.py`).
   */
  private copiedText(text: Value, at: Activation): Interval {
    if (this.costs.library.column !== "3.13t") return nothing;
    const length = this.evaluator.length(text, at);
    return length ? multiply(interval(0.005, 0.01, 0.03), length) : nothing;
  }

  /** `left + right` of lists. */
  private copying(operands: readonly Value[], at: Activation): Interval {
    const lengths = operands.map((operand) => this.evaluator.length(operand, at)?.likely ?? 0);
    return scale(
      this.operations.listCopyElement,
      lengths.reduce((a, b) => a + b, 0),
    );
  }

  /** `[0] * n`. */
  private repeating([left, right]: readonly Value[], at: Activation): Interval {
    const count = [left, right].map((operand) => operand && this.evaluator.number(operand, at)?.likely).find((each) => each !== undefined);
    const length = [left, right].map((operand) => operand && this.evaluator.length(operand, at)?.likely).find((each) => each !== undefined);
    return scale(this.operations.listCopyElement, Math.max(0, count ?? 0) * (length ?? 1) * 0.5);
  }

  /**
   * `left & right` of sets goes through the smaller one, `-` through the left one, `|` and `^` through both. CPython 3.11, 3.13t and 3.14: 9 to 17 ns for
   * each of 100 and of 1 000 texts, up to 36 ns for each of 14, which is twice what making the set of a list takes, and more for small ones; of 667 to 1,000 integers
   * 0.6 to 1.3 times as much as that (`test/measure/implicit_calls.py`).
   */
  private combining(operator: string, operands: readonly Value[], at: Activation): Interval {
    const lengths = operands.slice(0, 2).map((operand) => this.evaluator.length(operand, at)?.likely);
    const known = lengths.filter((length) => length !== undefined);
    if (known.length === 0) return nothing;
    const count =
      operator === "&" ? Math.min(...known) : operator === "-" ? (lengths[0] ?? known[0] ?? 0) : known.reduce((a, b) => a + b, 0);
    const shape = operands[0] && shapeOf(operands[0], at, this.evaluator);
    return scale(this.operations.setOfListElement, count * (shape && shape.integers > 0 && shape.texts === 0 ? 1 : 2));
  }

  /** What NumPy takes for an operator on whole arrays; undefined for anything else. */
  arrayNs(operator: string, operands: readonly Value[], at: Activation): Interval | undefined {
    if (!operands.slice(0, 2).some((operand) => this.kindOf(operand, at) === "array")) return undefined;
    const sizes = operands.flatMap((operand) => this.evaluator.length(operand, at) ?? []);
    const size = Math.max(1, ...sizes.map((each) => each.likely));
    if (sizes.length === 0) return undefined;
    const each = operator === "@" ? Math.sqrt(size) * matrixNsPerProduct : operator === "**" || operator === "/" ? 1.2 : 1;
    return interval(600 + size * each * 0.4, 800 + size * each, 2_000 + size * each * 3);
  }

  /**
   * An f-string: floats are dear, texts are hardly more than copied. The measured one has an integer and a text, of which the integer takes most
   * (CPython 3.9 to 3.13: one integer 0.6 to 0.9 times as much, two 1.6 times, four 3.3 times, one text 0.4 times).
   */
  private formatting(operands: readonly Value[], at: Activation): Interval {
    const { fString, stringOfFloat } = this.operations;
    let floats = 0;
    let share = 0.15;
    for (const operand of operands) {
      const kind = this.kindOf(operand, at);
      if (kind === "float") floats++;
      else share += kind === "int" ? 0.75 : kind === "text" ? 0.15 : 0.7;
    }
    const { low, likely, high } = add(scale(fString, share), scale(stringOfFloat, floats * computedDigits));
    // What may be a text may as well be a float.
    return operands.some((operand) => this.kindOf(operand, at) === "unknown")
      ? interval(low * 0.5, likely, high * 2.5)
      : { low, likely, high };
  }

  /**
   * `"%d %s %.2f" % (…)`: in multiples of the measured one, whose two fields are texts or integers; a float with digits as much as that again (CPython 3.11 and
   * 3.13: one integer 1.0 to 1.2, two texts 0.6 to 0.8, an integer, a text and a float 2.4 to 2.7).
   */
  private percent([template, values]: readonly Value[], at: Activation): Interval {
    const { percentFormat } = this.operations;
    const text = template?.op === "constant" && typeof template.value === "string" ? template.value : undefined;
    if (text === undefined) return percentFormat;
    const given = values?.op === "display" ? values.elements : [values];
    const fields = [...text.matchAll(/%[-+ #0]*[\d*]*(?:\.\d+)?([a-zA-Z])/g)];
    const share = fields.reduce((sum, [, code = ""], index) => {
      const value = given[index];
      const isFloat = /[feg]/i.test(code) || (value !== undefined && this.kindOf(value, at) === "float");
      return sum + (isFloat ? 1.2 : code === "s" ? 0.35 : 0.6);
    }, 0.25);
    return scale(percentFormat, share);
  }

  /**
   * An f-string with format specifiers. In multiples of the measured f-string, CPython 3.9 to 3.14 and 3.13t: an integer with a width or separators 1.7
   * to 2.5, a float with digits 1.7 to 2.1, with separators as well 3, a text with a width 1.0 to 1.3 (`test/measure/short_calls.py`). Where it is not
   * known which fields have one, half of the texts do.
   */
  private paddedFormatting(operands: readonly Value[], at: Activation, specifiers: readonly string[] | undefined): Interval {
    const { fString, stringOfFloat } = this.operations;
    let share = 0.15;
    let floats = 0;
    for (const [index, operand] of operands.entries()) {
      const kind = this.kindOf(operand, at);
      const specifier = specifiers?.[index];
      if (specifier === "") {
        if (kind === "float") floats++;
        else share += kind === "int" ? 0.75 : kind === "text" ? 0.15 : 0.7;
      } else if (specifier !== undefined && /[feg%]$/i.test(specifier)) share += /[,_]/.test(specifier) ? 3 : 2.1;
      else if (kind === "text") share += specifier === undefined ? 0.5 : 1.3;
      else share += kind === "int" || kind === "float" || /[dxob]$/i.test(specifier ?? "") ? 2.1 : 1.6;
    }
    const { low, likely, high } = add(scale(fString, share), scale(stringOfFloat, floats * computedDigits));
    return interval(low / 2, likely, high * 1.2);
  }

  /**
   * What a loop takes before its first round: its iterator, for a generator or, before 3.12, any comprehension a function that is made and called.
   * In multiples of the measured f-string, CPython 3.9 to 3.14 and 3.13t: `for` over a list 0.2 to 0.4, `enumerate` 1.0 to 1.4, `zip` 1.6 to 2.2,
   * `items()` 0.9 to 1.1, a comprehension 0.6 to 0.8, before 3.12 1.4 to 1.6, a generator 1.8 to 2.2 (`test/measure/short_calls.py`).
   */
  begin(loop: LoopOperation, at: Activation): Interval {
    const { low, likely, high } = scale(this.operations.fString, this.beginShare(loop, at));
    return interval(low * 0.6, likely, high * 1.5);
  }

  private beginShare(loop: LoopOperation, at: Activation): number {
    const { form, iterable } = loop;
    if (form === "while") return 0;
    const inner = form === "comprehension" && loop.makes === undefined ? clausesIn(loop) : [];
    for (const clause of inner) this.innerClauses.add(clause);
    const makes = this.innerClauses.has(loop) ? undefined : (inner[inner.length - 1] ?? loop).makes;
    if (makes === "generator") return 1.9;
    if (makes !== undefined) return atLeast(this.target, 3, 12) ? 0.65 : 1.5;
    if (iterable?.op === "call") {
      const [name] = this.resolver.externalCallees(iterable, at.function);
      if (name === "builtins.zip") return 1.8;
      if (name === "builtins.enumerate") return 0.9;
      if (iterable.callee.op === "read" && iterable.callee.place.kind === "attribute" && iterable.callee.place.name === "items") return 0.7;
    }
    return 0.3;
  }

  /** The measured ones have two elements. */
  private building(construct: "tupleBuild" | "dictBuild", count: number): Interval {
    return scale(this.operations[construct], 0.5 + count / 4);
  }

  /** What `abs` of a complex number takes beyond being called, where multiplying two takes 51, 52 and 45 ns: 30, 35 and 25 (CPython 3.11, 3.13t and 3.14). */
  magnitude({ arguments: [number] }: CallOperation, at: Activation): Interval {
    return number && this.kindOf(number.value, at) === "complex" ? scale(this.operations.complexMultiply, 0.6) : nothing;
  }

  /**
   * Deciding by what was worked out just before. A comparison that decides is not kept, and the jump is part of it: `if x < 7: pass` takes 0.6 to 1.3 times what
   * `y = x < 7` does (CPython 3.8 to 3.15 and 3.13t). Of a name it takes 0.4 to 0.8 times as long as with a comparison (CPython 3.11, 3.13t and 3.14).
   */
  jump(test: Value | undefined): Interval {
    if (test?.op === "constant") return nothing;
    const isKept = test?.op !== "compute" || !decides.test(test.operator);
    return isKept ? scale(this.operations.branch, 0.6) : nothing;
  }

  /** What a round of a loop takes beyond its body. */
  pass(loop: LoopOperation, at: Activation): Interval {
    const columns = loop.iterable && columnNs(loop.iterable, at, this.evaluator, this.costs);
    return columns ? add(this.ownPass(loop, at), columns) : this.ownPass(loop, at);
  }

  private ownPass(loop: LoopOperation, at: Activation): Interval {
    const { operations } = this;
    if (loop.form === "while") return this.jump(loop.test);
    if (loop.form === "comprehension") {
      switch (loop.makes) {
        case "dict":
          return operations.dictComprehensionElement;
        case "set":
          return operations.setComprehensionElement;
        case "generator":
          return operations.generatorExpressionElement;
        default:
          return operations.comprehensionElement;
      }
    }
    const { iterable } = loop;
    if (iterable?.op === "call") {
      const [name] = this.resolver.externalCallees(iterable, at.function);
      if (name === "builtins.range") return operations.forRangePass;
      if (name === "builtins.enumerate") return operations.forEnumeratePass;
      if (name === "builtins.zip") return operations.forZipPass;
      if (name?.startsWith("itertools.")) return operations.forZipPass;
      if (iterable.callee.op === "read" && iterable.callee.place.kind === "attribute" && iterable.callee.place.name === "items")
        return operations.forItemsPass;
    }
    return operations.forListPass;
  }
}

/** The clauses of a comprehension that stand in this one, up to the one that makes its elements. */
function clausesIn({ body }: LoopOperation): readonly LoopOperation[] {
  const inner = body.find((operation): operation is LoopOperation => operation.op === "loop" && operation.form === "comprehension");
  if (!inner) return [];
  return inner.makes === undefined ? [inner, ...clausesIn(inner)] : [inner];
}

/** Floats that were computed have all their digits, which takes longer to find: 240 to 440 ns against the measured `str(1.2345)` (CPython 3.11, 3.13). */
const computedDigits = 1.5;
const deepest = 16;
const mostLooks = 300;
const nothing = interval(0, 0, 0);

/** How many parts a sequence has that is taken apart, where nobody can tell. */
const fewParts = interval(1, 4, 50);
/** Of doubles, one thread, about 15 thousand million a second. */
const matrixNsPerProduct = 0.07;

/** Operators that a jump follows at once. */
const decides = /^([<>]=?|[=!]=|(not )?in|is( not)?|not)$/;

const arithmetic = /^([-+*/]|\*\*|u-)$/;

/** A real operand is made complex first: 1.3 to 1.5 times what two complex ones take, CPython 3.8, 3.11 and 3.13; sums take as long as products. */
const realOperand = 1.4;

/**
 * What copying so many bytes as a block takes: 0.01 ns a byte of as much as the caches hold, 0.02 to 0.06 of more (slices, sums and copies of `bytes`, `bytearray` and
 * `str` of 20 KB to 8 MB, CPython 3.11, 3.13t and 3.14; `test/measure/block_copies.py`).
 */
function blockNs(length: Interval): Interval {
  const ns = (bytes: number, [near, far]: readonly [number, number]): number => Math.max(0, bytes) * (bytes > largestNear ? far : near);
  return interval(ns(length.low, [0.005, 0.015]), ns(length.likely, [0.01, 0.025]), ns(length.high, [0.02, 0.06]));
}

const largestNear = 1_000_000;

function kindOfCall(name: string): ValueKind | undefined {
  if (name.startsWith("math.")) return /gcd|isqrt|floor|ceil|comb|factorial|lcm/.test(name) ? "int" : "float";
  if (/^random\.(random|uniform|gauss|normalvariate|expovariate)$/.test(name)) return "float";
  if (/^builtins\.(int|len|ord|round|hash|sum)$/.test(name) || name === "random.randint") return "int";
  if (name === "builtins.float") return "float";
  if (name === "builtins.complex") return "complex";
  if (/^builtins\.(str|repr|chr|input|bytes)$/.test(name) || /^builtins\.str\.(join|upper|lower|replace|strip|format)$/.test(name))
    return "text";
  if (/^builtins\.(sorted|list)$/.test(name) || /^builtins\.str\.(split|splitlines)$/.test(name)) return "list";
  if (name === "builtins.tuple") return "tuple";
  if (name === "builtins.bytearray") return "bytearray";
  if (name === "builtins.memoryview") return "view";
  if (name === "builtins.dict" || name === "collections.defaultdict" || name === "collections.Counter") return "dict";
  if (name === "builtins.set" || name === "builtins.frozenset") return "set";
  return name.startsWith("numpy.") ? "array" : undefined;
}

const kindsOfTypes: Readonly<Record<string, ValueKind>> = {
  "builtins.str": "text",
  "builtins.bytes": "text",
  "builtins.bytearray": "bytearray",
  "builtins.memoryview": "view",
  "builtins.int": "int",
  "builtins.float": "float",
  "builtins.complex": "complex",
  "builtins.list": "list",
  "builtins.tuple": "tuple",
  "builtins.dict": "dict",
  "builtins.set": "set",
  "builtins.frozenset": "set",
  "collections.defaultdict": "dict",
  "collections.Counter": "dict",
  "collections.OrderedDict": "dict",
};
