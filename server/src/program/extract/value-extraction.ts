import { append } from "../../base/append.js";
import type { Range } from "../../base/range.js";
import type { ComprehensionExpression, Expression, FunctionDefinition } from "../../syntax/nodes.js";
import type { BodyPart } from "../facts.js";
import type { CallArgument, CallOperation, DisplayValue, NamePlace, Operation, Place, Value, WriteOperation } from "../operation.js";
import type { FileExtraction } from "./file-extraction.js";
import type { Scope } from "./scopes.js";

/**
 * Makes values of the expressions of one scope, and records what it does to find them: calls, reads that others can notice, writes. By itself, it tells
 * what a value is where nobody looks at what is recorded.
 */
export class ValueExtraction {
  protected operations: Operation[] = [];
  protected readonly bindings = new Map<string, Value[]>();
  protected readonly holds = new Set<BodyPart>();
  protected isGenerator = false;
  /** Whether the scope is a method of a class of the file, and what its first parameter is called. */
  protected readonly isMethod: boolean = false;
  protected readonly receiver: string | undefined;
  private readonly places = new Map<string, NamePlace>();

  constructor(
    protected readonly file: FileExtraction,
    protected readonly scope: Scope,
    /** The class in whose body the scope stands. */
    protected readonly owner: number | undefined,
  ) {
    if (scope.kind !== "function" || owner === undefined) return;
    const definition = scope.node as FunctionDefinition;
    const first = definition.parameters[0];
    const isStatic = definition.decorators.some((decorator) => decorator.kind === "name" && decorator.name === "staticmethod");
    if (first && !isStatic) this.receiver = first.name;
    this.isMethod = file.classes.has(owner);
  }

  /** Extracts a scope that stands in this one, in the body of a class of that index; who only asks for values has no use for it. */
  protected inside(_scope: Scope, _owner: number | undefined): void {}

  protected unknown(range: Range): Value {
    return { op: "unknown", start: range.start, end: range.end };
  }

  /** The operations of a part that runs on its own terms: a loop's body, a branch's arm. */
  protected inner(run: () => void): Operation[] {
    const outer = this.operations;
    this.operations = [];
    run();
    const inner = this.operations;
    this.operations = outer;
    return inner;
  }

  protected bind(name: string, value: Value, statement: Range = value): void {
    const place = this.namePlace(name);
    if (place.owner === this.scope.index) return append(this.bindings, name, value);
    // A name that `global` or `nonlocal` declares belongs to another scope; the write operation carries the value there.
    this.write({ op: "write", place, form: "assign", value, statement, start: value.start, end: value.end });
  }

  /** Where a name that is used here is kept: one object for all uses, since names come several times, as a rule. */
  private namePlace(name: string): NamePlace {
    let place = this.places.get(name);
    if (!place) {
      place = { kind: "name", name, owner: this.file.ownerOf(name, this.scope) };
      this.places.set(name, place);
    }
    return place;
  }

  protected assign(target: Expression, value: Value, statement: Range): void {
    switch (target.kind) {
      case "tuple":
      case "list": {
        const plain = value.op === "display" && !value.isOpen && value.elements.length === target.elements.length ? value : undefined;
        const hasStar = target.elements.some((element) => element.kind === "starred");
        if (hasStar)
          this.operations.push({ op: "compute", operator: "unpack-star", operands: [value], start: target.start, end: target.end });
        target.elements.forEach((element, index) => {
          const item: Value = plain
            ? (plain.elements[index] as Value)
            : { op: "item-of", value, index: hasStar ? -1 : index, start: element.start, end: element.end };
          this.assign(element, item, statement);
        });
        return;
      }
      case "starred":
        this.assign(target.value, this.unknown(target), statement);
        return;
      default: {
        const place = this.place(target);
        if (place) this.write({ op: "write", place, form: "assign", value, statement, start: target.start, end: target.end });
        else this.value(target);
      }
    }
  }

  /** Records what a write stores, and the write itself where another thread could see it. */
  protected write(given: WriteOperation): void {
    const { place, value } = given;
    // The statement comes as a node; facts keep its place only, so that the tree can go.
    const write: WriteOperation = { ...given, statement: { start: given.statement.start, end: given.statement.end } };
    if (place.kind === "name") {
      if (value && place.owner !== this.scope.index) this.holds.add("outer store");
      if (value && place.owner === this.scope.index) append(this.bindings, place.name, value);
    } else if (place.kind === "attribute" && this.isMethod && this.isReceiver(place.object)) {
      this.file.addAttribute(this.owner as number, place.name, { function: this.scope.index, write });
    } else if (place.kind === "attribute" && value) {
      const site = { write, function: this.scope.index };
      this.file.addWrite(place.name, site);
    }
    if (place.kind === "element" && value && given.form === "assign") this.holds.add("element store");
    if (this.isShareable(place)) this.operations.push(write);
  }

  private isReceiver(value: Value): boolean {
    return (
      value.op === "read" && value.place.kind === "name" && value.place.name === this.receiver && value.place.owner === this.scope.index
    );
  }

  /** Whether anything but the running call of this function can reach the place. */
  protected isShareable(place: Place): boolean {
    if (place.kind !== "name") return true;
    if (place.owner !== this.scope.index) return place.owner >= 0;
    return this.scope.kind === "module" || this.scope.rebound.has(place.name);
  }

  /** The value of an expression that is not evaluated here, or whose operations are recorded elsewhere. */
  protected silently(expression: Expression, scope: Scope = this.scope): Value {
    return new ValueExtraction(this.file.forValues(), scope, undefined).value(expression);
  }

  protected place(target: Expression): Place | undefined {
    switch (target.kind) {
      case "name":
        return this.namePlace(target.name);
      case "attribute":
        return { kind: "attribute", object: this.value(target.object), name: target.name };
      case "subscript":
        return { kind: "element", object: this.value(target.object), index: this.value(target.index) };
      default:
        return undefined;
    }
  }

  protected values(expressions: readonly Expression[]): Value[] {
    return expressions.map((expression) => this.value(expression));
  }

  protected value(expression: Expression): Value {
    const { start, end } = expression;
    switch (expression.kind) {
      case "name":
      case "attribute":
      case "subscript": {
        const place = this.place(expression) as Place;
        const read: Value = { op: "read", place, start, end };
        const isConstantName = place.kind === "name" && !this.isRebound(place.name, place.owner);
        if (this.isShareable(place) && !isConstantName) this.operations.push(read);
        return read;
      }
      case "call":
        return this.call(expression);
      case "literal":
        return {
          op: "constant",
          type: expression.type,
          value: expression.value,
          ...(expression.content === undefined ? {} : { content: expression.content }),
          start,
          end,
        };
      case "text":
        return this.compute(
          expression.isPadded ? "format-padded" : "format",
          this.values(expression.values),
          expression,
          expression.template,
        );
      case "binary":
        return this.compute(expression.operator, [this.value(expression.left), this.value(expression.right)], expression);
      case "boolean": {
        const left = this.value(expression.left);
        let right: Value = this.unknown(expression.right);
        const operations = this.inner(() => {
          right = this.value(expression.right);
        });
        const { operator } = expression;
        this.optional(left, operator === "and" ? [operations, []] : [[], operations], expression);
        return { op: "choice", by: operator, values: [left, right], start, end };
      }
      case "comparison":
        return this.compute(expression.operators[0] ?? "==", this.values(expression.operands), expression);
      case "unary":
        return this.compute(expression.operator === "-" ? "u-" : expression.operator, [this.value(expression.operand)], expression);
      case "conditional": {
        const test = this.value(expression.test);
        const values: Value[] = [];
        const arms = [expression.then, expression.otherwise].map((arm) => this.inner(() => values.push(this.value(arm))));
        this.optional(test, arms, expression);
        return { op: "choice", by: "condition", values, test, start, end };
      }
      case "lambda": {
        const scope = this.file.scopes.of.get(expression);
        // Who only asks for the value has no use for what stands in it, and twice the work at each level is too much where lambdas nest.
        if (this.file.keeps === "values" && scope) return { op: "function", function: scope.index, start, end };
        for (const parameter of expression.parameters) if (parameter.default) this.value(parameter.default);
        if (!scope) return this.unknown(expression);
        if (!this.file.functions.has(scope.index)) {
          this.inside(scope, undefined);
        }
        return { op: "function", function: scope.index, start, end };
      }
      case "list":
      case "tuple":
      case "set":
        return this.display(expression);
      case "dict": {
        const keys: (Value | undefined)[] = [];
        const elements: Value[] = [];
        for (const entry of expression.entries) {
          keys.push(entry.key && this.value(entry.key));
          elements.push(this.value(entry.value));
        }
        const display: DisplayValue = { op: "display", makes: "dict", elements, keys, isOpen: keys.includes(undefined), start, end };
        this.compute("dict", elements.slice(0, displaySample), expression);
        return display;
      }
      case "comprehension":
        return this.comprehension(expression);
      case "slice":
        return this.compute("slice", this.values(expression.parts), expression);
      case "starred":
        return this.value(expression.value);
      case "named": {
        const value = this.value(expression.value);
        this.assign(expression.target, value, expression);
        return value;
      }
      case "await": {
        const operation: Value = { op: "await", value: this.value(expression.value), start, end };
        this.operations.push(operation);
        return operation;
      }
      case "yield": {
        if (this.scope.kind === "function" || this.scope.kind === "lambda") this.isGenerator = true;
        const value = expression.value && this.value(expression.value);
        const operation: Value = { op: "yield", value, isFrom: expression.isFrom, start, end };
        this.operations.push(operation);
        return operation;
      }
      case "error":
        this.values(expression.values);
        return this.unknown(expression);
    }
  }

  /** Whether a name can change after its definition: only then does reading it tell anything. */
  private isRebound(name: string, owner: number): boolean {
    return owner >= 0 && (this.file.scopes.at(owner)?.rebound.has(name) ?? false);
  }

  private optional(test: Value, arms: readonly (readonly Operation[])[], range: Range): void {
    if (arms.some((arm) => arm.length > 0)) this.operations.push({ op: "branch", test, arms, start: range.start, end: range.end });
  }

  private compute(operator: string, operands: readonly Value[], range: Range, template?: string): Value {
    const written = template === undefined ? {} : { template };
    const operation: Value = { op: "compute", operator, operands, ...written, start: range.start, end: range.end };
    this.operations.push(operation);
    return operation;
  }

  private display(expression: Extract<Expression, { kind: "list" | "tuple" | "set" }>): Value {
    const { start, end } = expression;
    const isOpen = expression.elements.some((element) => element.kind === "starred");
    const elements = this.values(expression.elements);
    const display: DisplayValue = { op: "display", makes: expression.kind, elements, keys: [], isOpen, start, end };
    this.compute(expression.kind, elements.slice(0, displaySample), expression);
    return display;
  }

  private comprehension(expression: ComprehensionExpression): Value {
    const { start, end } = expression;
    const iterables: Value[] = [];
    let elements: Value[] = [];
    const clause = (index: number): void => {
      const current = expression.clauses[index];
      if (!current) {
        elements = this.values(expression.elements);
        return;
      }
      if (current.kind === "if") {
        const test = this.value(current.test);
        const arm = this.inner(() => clause(index + 1));
        this.operations.push({ op: "branch", test, arms: [arm, []], start: current.test.start, end });
        return;
      }
      const iterable = this.value(current.iterable);
      iterables.push(iterable);
      const body = this.inner(() => {
        this.assign(current.target, { op: "element-of", iterable, start: current.target.start, end: current.target.end }, current.target);
        clause(index + 1);
      });
      const header = { start, end };
      this.operations.push({
        op: "loop",
        form: "comprehension",
        isAsync: current.isAsync,
        iterable,
        test: undefined,
        body,
        endsEarly: false,
        header,
        makes: expression.clauses.slice(index + 1).some((clause) => clause.kind !== "if") ? undefined : expression.makes,
        start,
        end,
      });
    };
    clause(0);
    const element = elements[elements.length - 1] ?? this.unknown(expression);
    const isFiltered = expression.clauses.some((part) => part.kind === "if");
    const key = expression.makes === "dict" && elements.length === 2 ? elements[0] : undefined;
    return { op: "comprehension", makes: expression.makes, iterables, isFiltered, element, ...(key ? { key } : {}), start, end };
  }

  private call(expression: Extract<Expression, { kind: "call" }>): Value {
    const callee = this.callee(expression.callee);
    const args = expression.arguments.map(
      (argument): CallArgument => ({ form: argument.form, name: argument.name, value: this.value(argument.value) }),
    );
    const call: CallOperation = { op: "call", callee, arguments: args, start: expression.start, end: expression.end };
    this.recordCall(call);
    return call;
  }

  /** A method is looked up and called at once, so only the reads before the last dot are reads of their own. */
  private callee(expression: Expression): Value {
    if (expression.kind !== "attribute") return this.value(expression);
    const object = this.value(expression.object);
    return { op: "read", place: { kind: "attribute", object, name: expression.name }, start: expression.start, end: expression.end };
  }

  protected recordCall(call: CallOperation): void {
    this.operations.push(call);
    const { callee } = call;
    if (callee.op !== "read" || callee.place.kind === "element") return;
    if (callee.place.kind === "attribute" && callee.place.name === "acquire") this.holds.add("lock");
    const site = { call, function: this.scope.index };
    this.file.addCall(callee.place.name, site);
  }
}

/** How many elements of a display its building refers to; more say nothing new and cost memory in generated tables. */
const displaySample = 16;
