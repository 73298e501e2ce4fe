import type { Range } from "../../base/range.js";
import type { Source } from "../../base/source.js";
import type {
  ClassDefinition,
  Expression,
  FunctionDefinition,
  LambdaExpression,
  Module,
  Parameter,
  Statement,
} from "../../syntax/nodes.js";
import { bodyParts, type Facts, type FunctionFacts, type ParameterFacts } from "../facts.js";
import type { CallOperation, Operation, Value } from "../operation.js";
import { readDirectives } from "./directives.js";
import { promiseIn } from "./docstring-promise.js";
import type { ExtractionMemory } from "./extraction-memory.js";
import { FileExtraction } from "./file-extraction.js";
import { importsBy } from "./imports.js";
import { headerOf, nameOf } from "./scope-header.js";
import { findScopes, type Scope } from "./scopes.js";
import { ValueExtraction } from "./value-extraction.js";

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
function extractScope(file: FileExtraction, scope: Scope, parent: Surroundings | undefined): void {
  new FunctionExtraction(file, scope, parent).extract();
}

/** What a scope stands in: its name, and the class if that is it. */
interface Surroundings {
  readonly qualifiedName: string;
  readonly class: number | undefined;
}

class FunctionExtraction extends ValueExtraction {
  private readonly annotations = new Map<string, Value>();
  private readonly returned: Value[] = [];
  private readonly name: string;
  private readonly qualifiedName: string;
  /** Counts `return`, so that a loop knows whether one stands in it. */
  private exits = 0;
  /** Counts the `break`s of the innermost loop. */
  private breaks = 0;

  constructor(file: FileExtraction, scope: Scope, parent: Surroundings | undefined) {
    super(file, scope, parent?.class);
    this.name = nameOf(scope);
    const prefix = parent?.qualifiedName;
    const local = scope.parent?.kind === "function" || scope.parent?.kind === "lambda" ? "<locals>." : "";
    this.qualifiedName = prefix ? `${prefix}.${local}${this.name}` : this.name;
  }

  extract(): void {
    const { scope } = this;
    const header = headerOf(scope);
    if (scope.kind === "lambda") this.lambda(scope.node as LambdaExpression);
    else this.block((scope.node as Module | ClassDefinition | FunctionDefinition).body);
    const isOther = (value: Value): boolean => value.op !== "function";
    if (scope.kind === "class-body" && [...this.bindings.values()].some((values) => values.some(isOther)))
      this.holds.add("class attribute");
    this.file.addFunction({
      index: scope.index,
      kind: scope.kind,
      name: this.name,
      qualifiedName: this.qualifiedName,
      nameRange: header.nameRange,
      parent: scope.parent?.index,
      class: this.owner,
      parameters: header.parameters.map((parameter) => this.parameter(parameter)),
      decorators: header.decorators.map((decorator) => this.outside(decorator)),
      isAsync: header.isAsync,
      isGenerator: this.isGenerator,
      returns: header.returns && this.outside(header.returns),
      bindings: this.bindings,
      rebound: scope.rebound,
      annotations: this.annotations,
      returned: this.returned,
      body: this.operations,
      bodyStart: header.bodyStart,
      holds: bodyParts(this.holds),
      start: header.start,
      end: header.end,
    });
  }

  private lambda({ body }: LambdaExpression): void {
    const value = this.value(body);
    this.returned.push(value);
    this.operations.push({ op: "return", value, start: body.start, end: body.end });
  }

  protected override inside(scope: Scope, owner: number | undefined): void {
    extractScope(this.file, scope, { qualifiedName: this.scope.kind === "module" ? "" : this.qualifiedName, class: owner });
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
    return outer ? this.silently(expression, outer) : this.unknown(expression);
  }

  private block(statements: readonly Statement[]): void {
    for (const statement of statements) this.statement(statement);
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
          if (target?.kind === "name") this.annotations.set(target.name, this.silently(statement.annotation));
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
        // Which one fits is not known: those before the middle are asked in vain, on average.
        for (const clause of statement.cases.slice(0, Math.ceil(statement.cases.length / 2))) {
          if (clause.pattern === "any") continue;
          this.operations.push({
            op: "compute",
            operator: `match-${clause.pattern}`,
            operands: [subject],
            start: clause.start,
            end: clause.start,
          });
        }
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
      case "import-from":
        for (const { fact, value } of importsBy(statement, this.scope.index)) {
          this.file.addImport(fact);
          if (value) this.bind(fact.bound, value);
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
    const owner = this.scope.kind === "class-body" ? this.owner : undefined;
    this.file.definitionOf(statement, scope, owner, () => this.inside(scope, owner));
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
    this.file.definitionOf(statement, scope, this.scope.kind === "class-body" ? this.owner : undefined, () => {
      this.file.addClass({
        index,
        name: statement.name,
        nameRange: statement.nameRange,
        // What is recorded around the class is extracted anew at each edit, while a class that stays as it is keeps these.
        bases: statement.arguments.filter(({ form }) => form === "positional").map(({ value }) => this.silently(value)),
        metaclass: metaclass && this.silently(metaclass.value),
        decorators: statement.decorators.map((decorator) => this.silently(decorator)),
        body: scope.index,
        instanceAttributes: new Map(),
        docstring: promiseIn(statement.body[0]),
        start: statement.start,
        end: statement.end,
      });
      this.inside(scope, index);
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

  private annotatedAttribute(target: Extract<Expression, { kind: "attribute" }>, annotation: Expression): void {
    if (!this.isMethod || target.object.kind !== "name" || target.object.name !== this.receiver) return;
    // `self.x: T` without a value stores nothing; the annotation is kept as the value it promises.
    this.silently(annotation);
  }
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
