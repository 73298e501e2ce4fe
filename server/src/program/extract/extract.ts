import { append } from "../../base/append.js";
import type { Range } from "../../base/range.js";
import type { Source } from "../../base/source.js";
import type {
  ClassDefinition,
  ComprehensionExpression,
  Expression,
  FunctionDefinition,
  LambdaExpression,
  Module,
  Parameter,
  Statement,
} from "../../syntax/nodes.js";
import { type BodyPart, bodyParts, type ClassFacts, type Facts, type FunctionFacts, type ParameterFacts } from "../facts.js";
import type { CallArgument, CallOperation, DisplayValue, NamePlace, Operation, Place, Value, WriteOperation } from "../operation.js";
import { readDirectives } from "./directives.js";
import type { ExtractionMemory } from "./extraction-memory.js";
import { FileExtraction } from "./file-extraction.js";
import { findScopes, type Scope } from "./scopes.js";

/**
 * Summarises one parsed file. Depends on nothing but the module and the text that it was parsed from; `memory` of the text before an edit saves
 * the work for definitions that are the same nodes.
 */
export function extract(module: Module, source: Source, memory?: ExtractionMemory): Facts {
  const scopes = findScopes(module, memory?.numbers, memory?.scopes);
  const file = new FileExtraction(scopes, memory?.next(scopes.all[0] as Scope));
  extractScope(file, file.scopes.all[0] as Scope, undefined);
  // A lambda in an annotation is no part of what a function does, but it has a scope, and every scope has its facts.
  for (const scope of file.scopes.all)
    if (!file.functions.has(scope.index)) extractScope(file, scope, { qualifiedName: "", class: undefined });
  return {
    functions: scopes.all.map((scope) => file.functions.get(scope.index) as FunctionFacts),
    classes: [...file.classes.values()],
    callsByName: file.callsByName,
    writesByAttribute: file.writesByAttribute,
    imports: file.imports,
    directives: module.directives.length > 0 ? readDirectives(module.directives, source) : [],
    syntaxErrors: module.errors,
    lineCount: module.lineCount,
  };
}

/** Extracts one scope and those inside it. */
function extractScope(
  file: FileExtraction,
  scope: Scope,
  parent: { readonly qualifiedName: string; readonly class: number | undefined } | undefined,
): void {
  new FunctionExtraction(file, scope, parent).extract();
}

class FunctionExtraction {
  private operations: Operation[] = [];
  private readonly bindings = new Map<string, Value[]>();
  private readonly annotations = new Map<string, Value>();
  private readonly places = new Map<string, NamePlace>();
  private readonly returned: Value[] = [];
  private readonly isMethod: boolean = false;
  private readonly receiver: string | undefined;
  private readonly qualifiedName: string;
  private readonly holds = new Set<BodyPart>();
  private isGenerator = false;
  /** Counts `return`, so that a loop knows whether one stands in it. */
  private exits = 0;
  /** Counts the `break`s of the innermost loop. */
  private breaks = 0;

  constructor(
    private readonly file: FileExtraction,
    private readonly scope: Scope,
    private readonly parent: { readonly qualifiedName: string; readonly class: number | undefined } | undefined,
  ) {
    const name = this.name();
    const prefix = parent?.qualifiedName;
    const local = scope.parent?.kind === "function" || scope.parent?.kind === "lambda" ? "<locals>." : "";
    this.qualifiedName = prefix ? `${prefix}.${local}${name}` : name;
    if (scope.kind === "function" && parent?.class !== undefined) {
      const definition = scope.node as FunctionDefinition;
      const first = definition.parameters[0];
      const isStatic = definition.decorators.some((decorator) => decorator.kind === "name" && decorator.name === "staticmethod");
      if (first && !isStatic) this.receiver = first.name;
      this.isMethod = file.classes.has(parent.class);
    }
  }

  extract(): void {
    const { scope } = this;
    const node = scope.node;
    let parameters: readonly Parameter[] = [];
    let decorators: readonly Expression[] = [];
    let returns: Expression | undefined;
    let nameRange: Range = { start: 0, end: 0 };
    let bodyStart = 0;
    let isAsync = false;
    let start = 0;
    let end = 0;
    switch (scope.kind) {
      case "module": {
        const module = node as Module;
        bodyStart = module.body[0]?.start ?? 0;
        end = module.body[module.body.length - 1]?.end ?? 0;
        this.block(module.body);
        break;
      }
      case "class-body": {
        const definition = node as ClassDefinition;
        ({ nameRange, start, end } = definition);
        bodyStart = definition.body[0]?.start ?? end;
        this.block(definition.body);
        break;
      }
      case "function": {
        const definition = node as FunctionDefinition;
        ({ parameters, decorators, returns, nameRange, isAsync, start, end } = definition);
        bodyStart = definition.body[0]?.start ?? end;
        this.block(definition.body);
        break;
      }
      case "lambda": {
        const definition = node as LambdaExpression;
        ({ parameters, start, end } = definition);
        nameRange = { start, end: start + "lambda".length };
        bodyStart = definition.body.start;
        const value = this.value(definition.body);
        this.returned.push(value);
        this.operations.push({ op: "return", value, start: definition.body.start, end: definition.body.end });
        break;
      }
    }
    const isOther = (value: Value): boolean => value.op !== "function";
    if (scope.kind === "class-body" && [...this.bindings.values()].some((values) => values.some(isOther)))
      this.holds.add("class attribute");
    this.file.addFunction({
      index: scope.index,
      kind: scope.kind,
      name: this.name(),
      qualifiedName: this.qualifiedName,
      nameRange,
      parent: scope.parent?.index,
      class: this.parent?.class,
      parameters: parameters.map((parameter) => this.parameter(parameter)),
      decorators: decorators.map((decorator) => this.outside(decorator)),
      isAsync,
      isGenerator: this.isGenerator,
      returns: returns && this.outside(returns),
      bindings: this.bindings,
      rebound: scope.rebound,
      annotations: this.annotations,
      returned: this.returned,
      body: this.operations,
      bodyStart,
      holds: bodyParts(this.holds),
      start,
      end,
    });
  }

  private name(): string {
    switch (this.scope.kind) {
      case "module":
        return "<module>";
      case "lambda":
        return "<lambda>";
      default:
        return (this.scope.node as FunctionDefinition | ClassDefinition).name;
    }
  }

  private parameter(parameter: Parameter): ParameterFacts {
    return {
      name: parameter.name,
      form: parameter.form,
      annotation: parameter.annotation && this.outside(parameter.annotation),
      default: parameter.default && this.outside(parameter.default),
    };
  }

  /** The value of an expression that stands in the header and is evaluated in the scope around, where its operations were recorded. */
  private outside(expression: Expression): Value {
    const outer = this.scope.parent;
    if (!outer) return this.unknown(expression);
    const silent = new FunctionExtraction(this.file.forValues(), outer, undefined);
    return silent.value(expression);
  }

  private unknown(range: Range): Value {
    return { op: "unknown", start: range.start, end: range.end };
  }

  private block(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
  }

  /** The operations of a part that runs on its own terms: a loop's body, a branch's arm. */
  private inner(run: () => void): Operation[] {
    const outer = this.operations;
    this.operations = [];
    run();
    const inner = this.operations;
    this.operations = outer;
    return inner;
  }

  private loopBody(run: () => void): { readonly body: readonly Operation[]; readonly endsEarly: boolean; readonly isBroken: boolean } {
    const { exits, breaks } = this;
    this.breaks = 0;
    const body = this.inner(run);
    const isBroken = this.breaks > 0;
    const endsEarly = this.exits > exits || isBroken;
    this.breaks = breaks;
    return { body, endsEarly, isBroken };
  }

  /** The `else` of a loop, which is passed over when a `break` ends that. */
  private loopElse(otherwise: readonly Statement[], isBroken: boolean, { start, end }: Range): void {
    if (!isBroken || otherwise.length === 0) return this.block(otherwise);
    const arms = [this.inner(() => this.block(otherwise)), []];
    this.operations.push({ op: "branch", test: undefined, arms, start, end });
  }

  private statement(statement: Statement): void {
    const { start, end } = statement;
    switch (statement.kind) {
      case "expression":
        this.value(statement.value);
        return;
      case "assign": {
        if (statement.annotation) {
          const target = statement.targets[0];
          if (target?.kind === "name") this.annotations.set(target.name, this.outsideOrHere(statement.annotation));
          else if (target?.kind === "attribute" && statement.value === undefined) this.annotatedAttribute(target, statement.annotation);
        }
        if (!statement.value) return;
        const value = this.value(statement.value);
        if (isTakenApart(statement.value, statement.targets)) {
          const made = this.operations.pop();
          if (made?.op === "compute") this.operations.push({ ...made, operator: "swap" });
        }
        for (const target of statement.targets) this.assign(target, value, statement);
        return;
      }
      case "augmented-assign":
        this.augmented(statement);
        return;
      case "return": {
        const value = statement.value && this.value(statement.value);
        if (value) this.returned.push(value);
        this.exits++;
        this.operations.push({ op: "return", value, start, end });
        return;
      }
      case "raise": {
        const value = statement.value && this.value(statement.value);
        this.operations.push({ op: "raise", value, start, end });
        return;
      }
      case "assert":
        for (const value of statement.values) this.value(value);
        return;
      case "delete":
        for (const target of statement.targets) {
          const place = this.place(target);
          if (place) this.write({ op: "write", place, form: "delete", value: undefined, statement, start: target.start, end: target.end });
        }
        return;
      case "pass":
        return;
      case "break":
        this.breaks++;
        this.operations.push({ op: "break", value: undefined, start, end });
        return;
      case "continue":
        this.operations.push({ op: "continue", value: undefined, start, end });
        return;
      case "if": {
        // `if True:` keeps code together and decides nothing.
        if (statement.otherwise.length === 0 && isTrue(statement.test)) return this.block(statement.body);
        const test = this.value(statement.test);
        const arms = [this.inner(() => this.block(statement.body)), this.inner(() => this.block(statement.otherwise))];
        this.operations.push({ op: "branch", test, arms, start, end });
        return;
      }
      case "while": {
        this.holds.add("loop");
        let test: Value | undefined;
        const { body, endsEarly, isBroken } = this.loopBody(() => {
          test = this.value(statement.test);
          this.block(statement.body);
        });
        const header = { start, end: statement.test.end };
        this.operations.push({
          op: "loop",
          form: "while",
          isAsync: false,
          iterable: undefined,
          test,
          body,
          endsEarly,
          header,
          makes: undefined,
          start,
          end,
        });
        this.loopElse(statement.otherwise, isBroken, statement);
        return;
      }
      case "for": {
        if (!statement.isAsync) this.holds.add("loop");
        const iterable = this.value(statement.iterable);
        const { body, endsEarly, isBroken } = this.loopBody(() => {
          this.assign(
            statement.target,
            { op: "element-of", iterable, start: statement.target.start, end: statement.target.end },
            statement.target,
          );
          this.block(statement.body);
        });
        const header = { start, end: statement.iterable.end };
        this.operations.push({
          op: "loop",
          form: "for",
          isAsync: statement.isAsync,
          iterable,
          test: undefined,
          body,
          endsEarly,
          header,
          makes: undefined,
          start,
          end,
        });
        this.loopElse(statement.otherwise, isBroken, statement);
        return;
      }
      case "with":
        this.withItems(statement, 0);
        return;
      case "try": {
        const body = this.inner(() => this.block(statement.body));
        const caught: Value[][] = [];
        const handlers = statement.handlers.map((handler) =>
          this.inner(() => {
            caught.push(this.values(handler.types));
            if (handler.name) this.bind(handler.name.name, this.unknown(handler.name));
            this.block(handler.body);
          }),
        );
        const otherwise = this.inner(() => this.block(statement.otherwise));
        const final = this.inner(() => this.block(statement.final));
        this.operations.push({ op: "attempt", body, handlers, caught, otherwise, final, start, end });
        return;
      }
      case "match": {
        const subject = this.value(statement.subject);
        const arms = statement.cases.map((clause) =>
          this.inner(() => {
            for (const capture of clause.captures)
              this.bind(capture.name, { op: "item-of", value: subject, index: -1, start: capture.start, end: capture.end });
            if (clause.guard) this.value(clause.guard);
            this.block(clause.body);
          }),
        );
        this.operations.push({ op: "branch", test: undefined, arms, start, end });
        return;
      }
      case "function":
        this.functionDefinition(statement);
        return;
      case "class":
        this.classDefinition(statement);
        return;
      case "import":
        for (const name of statement.names) {
          const bound = name.alias ?? (name.name.split(".")[0] as string);
          // `import a.b` binds `a`; `import a.b as c` binds `a.b`.
          const module = name.alias ? name.name : bound;
          this.file.addImport({
            level: 0,
            module: name.name,
            name: undefined,
            bound,
            function: this.scope.index,
            start: name.start,
            end: name.end,
            statement: { start, end },
          });
          this.bind(bound, { op: "import", level: 0, module, name: undefined, start: name.start, end: name.end });
        }
        return;
      case "import-from":
        for (const name of statement.names) {
          const bound = name.alias ?? name.name;
          const { level, module } = statement;
          this.file.addImport({
            level,
            module,
            name: name.name,
            bound,
            function: this.scope.index,
            start: name.start,
            end: name.end,
            statement: { start, end },
          });
          if (name.name !== "*") this.bind(bound, { op: "import", level, module, name: name.name, start: name.start, end: name.end });
        }
        return;
      case "global":
      case "nonlocal":
        return;
      case "error-statement":
        this.block(statement.body);
        for (const value of statement.values) this.value(value);
        return;
    }
  }

  private withItems(statement: Extract<Statement, { kind: "with" }>, index: number): void {
    const item = statement.items[index];
    if (!item) return this.block(statement.body);
    this.holds.add("lock");
    const context = this.value(item.context);
    const { target } = item;
    const body = this.inner(() => {
      if (target) this.assign(target, { op: "entered", context, start: target.start, end: target.end }, target);
      this.withItems(statement, index + 1);
    });
    this.operations.push({ op: "with", context, isAsync: statement.isAsync, body, start: item.context.start, end: statement.end });
  }

  private augmented(statement: Extract<Statement, { kind: "augmented-assign" }>): void {
    const { target } = statement;
    const place = this.place(target);
    if (!place) {
      this.value(statement.value);
      return;
    }
    const read: Value = { op: "read", place, start: target.start, end: target.end };
    if (this.isShareable(place)) this.operations.push(read);
    const right = this.value(statement.value);
    const value: Value = {
      op: "compute",
      operator: statement.operator,
      operands: [read, right],
      isInPlace: true,
      start: statement.start,
      end: statement.end,
    };
    this.operations.push(value);
    this.write({ op: "write", place, form: "update", value, statement, start: target.start, end: target.end });
  }

  /** Records a definition's header in this scope, and its body in its own. */
  private functionDefinition(statement: FunctionDefinition): void {
    for (const parameter of statement.parameters) if (parameter.default) this.value(parameter.default);
    const scope = this.file.scopes.of.get(statement);
    if (!scope) return;
    const owner = this.scope.kind === "class-body" ? this.parent?.class : undefined;
    this.file.definitionOf(statement, scope, owner, () =>
      extractScope(this.file, scope, { qualifiedName: this.scope.kind === "module" ? "" : this.qualifiedName, class: owner }),
    );
    let value: Value = { op: "function", function: scope.index, start: statement.nameRange.start, end: statement.nameRange.end };
    value = this.decorated(value, statement.decorators);
    this.bind(statement.name, value, statement);
  }

  private classDefinition(statement: ClassDefinition): void {
    for (const argument of statement.arguments) this.value(argument.value);
    const scope = this.file.scopes.of.get(statement);
    if (!scope) return;
    const metaclass = statement.arguments.find(({ form, name }) => form !== "positional" && name === "metaclass");
    const index = scope.classIndex;
    const qualifiedName = this.scope.kind === "module" ? "" : this.qualifiedName;
    this.file.definitionOf(statement, scope, this.scope.kind === "class-body" ? this.parent?.class : undefined, () => {
      this.file.addClass({
        index,
        name: statement.name,
        nameRange: statement.nameRange,
        // What is recorded around the class is extracted anew at each edit, while a class that stays as it is keeps these.
        bases: statement.arguments.filter(({ form }) => form === "positional").map(({ value }) => this.outsideOrHere(value)),
        metaclass: metaclass && this.outsideOrHere(metaclass.value),
        decorators: statement.decorators.map((decorator) => this.outsideOrHere(decorator)),
        body: scope.index,
        instanceAttributes: new Map(),
        docstring: promiseIn(statement.body[0]),
        start: statement.start,
        end: statement.end,
      });
      extractScope(this.file, scope, { qualifiedName, class: index });
    });
    const value: Value = { op: "class", class: index, start: statement.nameRange.start, end: statement.nameRange.end };
    this.bind(statement.name, this.decorated(value, statement.decorators), statement);
  }

  /** `@d def f` binds `d(f)`, and so it is with classes; the call is recorded like one that is written out, so that parameters of `d` find their values. */
  private decorated(value: Value, decorators: readonly Expression[]): Value {
    let result = value;
    for (let i = decorators.length - 1; i >= 0; i--) {
      const decorator = decorators[i] as Expression;
      const callee = this.value(decorator);
      const call: CallOperation = {
        op: "call",
        callee,
        arguments: [{ form: "positional", name: "", value: result }],
        start: decorator.start,
        end: decorator.end,
      };
      this.recordCall(call);
      result = { op: "choice", by: "decorator", values: [call, value], start: decorator.start, end: decorator.end };
      this.holds.add("decorated definition");
    }
    return result;
  }

  private bind(name: string, value: Value, statement: Range = value): void {
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

  private assign(target: Expression, value: Value, statement: Range): void {
    switch (target.kind) {
      case "tuple":
      case "list": {
        const plain = value.op === "display" && !value.isOpen && value.elements.length === target.elements.length ? value : undefined;
        const hasStar = target.elements.some((element) => element.kind === "starred");
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
  private write(given: WriteOperation): void {
    const { place, value } = given;
    // The statement comes as a node; facts keep its place only, so that the tree can go.
    const write: WriteOperation = { ...given, statement: { start: given.statement.start, end: given.statement.end } };
    if (place.kind === "name") {
      if (value && place.owner !== this.scope.index) this.holds.add("outer store");
      if (value && place.owner === this.scope.index) append(this.bindings, place.name, value);
    } else if (place.kind === "attribute" && this.isMethod && this.isReceiver(place.object)) {
      this.file.addAttribute(this.parent?.class as number, place.name, { function: this.scope.index, write });
    } else if (place.kind === "attribute" && value) {
      const site = { write, function: this.scope.index };
      this.file.addWrite(place.name, site);
    }
    if (place.kind === "element" && value && given.form === "assign") this.holds.add("element store");
    if (this.isShareable(place)) this.operations.push(write);
  }

  private annotatedAttribute(target: Extract<Expression, { kind: "attribute" }>, annotation: Expression): void {
    if (!this.isMethod || target.object.kind !== "name" || target.object.name !== this.receiver) return;
    // `self.x: T` without a value stores nothing; the annotation is kept as the value it promises.
    this.outsideOrHere(annotation);
  }

  private isReceiver(value: Value): boolean {
    return (
      value.op === "read" && value.place.kind === "name" && value.place.name === this.receiver && value.place.owner === this.scope.index
    );
  }

  /** Whether anything but the running call of this function can reach the place. */
  private isShareable(place: Place): boolean {
    if (place.kind !== "name") return true;
    if (place.owner !== this.scope.index) return place.owner >= 0;
    return this.scope.kind === "module" || this.scope.rebound.has(place.name);
  }

  private outsideOrHere(expression: Expression): Value {
    const silent = new FunctionExtraction(this.file.forValues(), this.scope, undefined);
    return silent.value(expression);
  }

  private place(target: Expression): Place | undefined {
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

  private values(expressions: readonly Expression[]): Value[] {
    return expressions.map((expression) => this.value(expression));
  }

  private value(expression: Expression): Value {
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
          extractScope(this.file, scope, { qualifiedName: this.scope.kind === "module" ? "" : this.qualifiedName, class: undefined });
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

  private recordCall(call: CallOperation): void {
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

/** What a docstring says of threads. Only its own words about the class count: "not thread-safe" is no promise. */
function promiseIn(first: Statement | undefined): ClassFacts["docstring"] {
  const text =
    first?.kind === "expression" && first.value.kind === "literal" && first.value.type === "str" ? String(first.value.value) : "";
  // "is **not** thread-safe", "should not be considered thread-safe".
  const found = /(\b(?:not|non|never|isn't|aren't)\b[\s*_`-]+(?:\w+\s+){0,2})?\bthread[- ]?safe\b/i.exec(text);
  if (!found) return "silent";
  if (found[1]) return "not thread-safe";
  // "Adding is thread-safe. Other methods may not be."
  return /\b(?:other|rest|remaining)\b[^.]*\b(?:not|aren't|isn't)\b/i.test(text.slice(found.index)) ? "silent" : "thread-safe";
}

function isTrue(test: Expression): boolean {
  return test.kind === "literal" && test.type === "bool" && test.value === 1;
}

/** `a, b = b, a + b`: no tuple is made of two or three. */
function isTakenApart(value: Expression, targets: readonly Expression[]): boolean {
  const isPlain = ({ kind }: Expression): boolean => kind !== "starred";
  if (value.kind !== "tuple" || value.elements.length < 2 || value.elements.length > 3 || !value.elements.every(isPlain)) return false;
  return targets.every(
    (target) =>
      (target.kind === "tuple" || target.kind === "list") &&
      target.elements.length === value.elements.length &&
      target.elements.every(isPlain),
  );
}
