import type { Range } from "../../base/range.js";
import type {
  Argument,
  ClassDefinition,
  ComprehensionExpression,
  Expression,
  FunctionDefinition,
  LambdaExpression,
  Module,
  Parameter,
  Statement,
} from "../../syntax/nodes.js";
import { unescaped } from "../sample-text.js";
import type { Machine, Site } from "./machine.js";
import {
  Dict,
  done,
  Float,
  type Frame,
  Imported,
  Iterator_,
  List,
  lengthOf,
  Opaque,
  type Py,
  PyFunction,
  Raised,
  SetValue,
  setItem,
  Tuple,
  unclear,
} from "./values.js";

/** How a statement ends. */
enum End {
  next,
  break,
  continue,
  return,
}

type Evaluate = (frame: Frame) => Py;
type Run = (frame: Frame) => End;
type Store = (frame: Frame, value: Py) => void;
type Generate = (frame: Frame) => Generator<Py, End>;

/** A function, ready to be run in a frame of so many slots. */
export interface Compiled {
  readonly name: string;
  readonly site: Site;
  readonly parameters: readonly { readonly name: string; readonly slot: number; readonly form: Parameter["form"] }[];
  readonly slotsOf: () => number;
  readonly isAsync: boolean;
  readonly run: Run;
  /** Of a generator function. */
  readonly generate: Generate | undefined;
}

class Scope {
  readonly slots = new Map<string, number>();
  readonly globals = new Set<string>();
  readonly nonlocals = new Set<string>();

  constructor(
    readonly kind: "module" | "function" | "class" | "comprehension",
    readonly outer: Scope | undefined,
  ) {}

  declare(name: string): number {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      slot = this.slots.size;
      this.slots.set(name, slot);
    }
    return slot;
  }
}

/** Turns a program into closures that follow it step by step. */
export class Compiler {
  constructor(private readonly machine: Machine) {}

  module(module: Module): { readonly run: (frame: Frame) => void; readonly newFrame: () => Frame } {
    const scope = new Scope("module", undefined);
    scope.declare("__name__");
    declareBound(module.body, scope);
    const run = this.block(module.body, scope);
    return { run, newFrame: () => ({ slots: ["__main__"], outer: undefined, returned: null }) };
  }

  private block(statements: readonly Statement[], scope: Scope): Run {
    const runs = statements.map((statement) => this.statement(statement, scope));
    if (runs.length === 1) return runs[0] as Run;
    return (frame) => {
      for (let i = 0; i < runs.length; i++) {
        const end = (runs[i] as Run)(frame);
        if (end !== End.next) return end;
      }
      return End.next;
    };
  }

  private statement(statement: Statement, scope: Scope): Run {
    const { machine } = this;
    const then =
      (run: (frame: Frame) => void): Run =>
      (frame) => {
        machine.tick();
        run(frame);
        return End.next;
      };
    switch (statement.kind) {
      case "expression": {
        const value = this.expression(statement.value, scope);
        return then(value);
      }
      case "assign": {
        if (!statement.value) return () => End.next;
        const value = this.expression(statement.value, scope);
        const stores = statement.targets.map((target) => this.store(target, scope));
        return then((frame) => {
          const found = value(frame);
          for (const store of stores) store(frame, found);
        });
      }
      case "augmented-assign":
        return then(this.augmented(statement, scope));
      case "return": {
        const value = statement.value && this.expression(statement.value, scope);
        return (frame) => {
          machine.tick();
          frame.returned = value ? value(frame) : null;
          return End.return;
        };
      }
      case "raise": {
        const value = statement.value && this.expression(statement.value, scope);
        return then((frame) => machine.raise(value?.(frame)));
      }
      case "assert":
      case "pass":
      case "global":
      case "nonlocal":
        return () => End.next;
      case "delete": {
        const deletes = statement.targets.map((target) => this.deletion(target, scope));
        return then((frame) => {
          for (const each of deletes) each(frame);
        });
      }
      case "break":
        return () => End.break;
      case "continue":
        return () => End.continue;
      case "if": {
        const test = this.expression(statement.test, scope);
        const site = machine.site(statement);
        const body = this.block(statement.body, scope);
        const otherwise = this.block(statement.otherwise, scope);
        return (frame) => {
          machine.tick();
          const holds = machine.truth(test(frame));
          site.took(holds);
          return holds ? body(frame) : otherwise(frame);
        };
      }
      case "while": {
        const test = this.expression(statement.test, scope);
        const body = this.block(statement.body, scope);
        const otherwise = this.block(statement.otherwise, scope);
        const site = machine.site(statement);
        return (frame) => {
          site.began();
          while (machine.truth(test(frame))) {
            machine.tick();
            site.round();
            const end = body(frame);
            if (end === End.break || end === End.return) {
              site.ended();
              return end === End.break ? End.next : end;
            }
          }
          site.ended();
          return otherwise(frame);
        };
      }
      case "for": {
        if (statement.isAsync) return this.never("an asynchronous loop");
        const iterable = this.watched(statement.iterable, scope);
        const store = this.store(statement.target, scope);
        const body = this.block(statement.body, scope);
        const otherwise = this.block(statement.otherwise, scope);
        const site = machine.site(statement);
        return (frame) => {
          const next = machine.iterate(iterable(frame));
          site.began();
          for (let item = next(); item !== done; item = next()) {
            site.round();
            store(frame, item);
            const end = body(frame);
            if (end === End.break || end === End.return) {
              site.ended();
              return end === End.break ? End.next : end;
            }
          }
          site.ended();
          return otherwise(frame);
        };
      }
      case "with": {
        const items = statement.items.map(({ context, target }) => ({
          context: this.expression(context, scope),
          store: target && this.store(target, scope),
        }));
        const body = this.block(statement.body, scope);
        return (frame) => {
          machine.tick();
          const entered: Py[] = [];
          for (const { context, store } of items) {
            const manager = context(frame);
            entered.push(manager);
            const value = machine.enter(manager);
            store?.(frame, value);
          }
          const end = body(frame);
          for (const manager of entered.reverse()) machine.leave(manager);
          return end;
        };
      }
      case "try":
        return this.attempt(statement, scope);
      case "function": {
        const make = this.definition(statement, scope);
        const decorators = statement.decorators.map((decorator) => this.expression(decorator, scope));
        const store = this.storeName(statement.name, scope);
        return then((frame) => {
          const given = decorators.map((decorator) => decorator(frame));
          store(
            frame,
            given.reduceRight((value: Py, decorator) => machine.call(decorator, [value]), make(frame)),
          );
        });
      }
      case "class":
        return then(this.classDefinition(statement, scope));
      case "import": {
        const stores = statement.names.map(({ name, alias }) => ({
          store: this.storeName(alias ?? (name.split(".")[0] as string), scope),
          module: alias ? name : (name.split(".")[0] as string),
        }));
        return then((frame) => {
          for (const { store, module } of stores) store(frame, new Imported(module));
        });
      }
      case "import-from": {
        if (statement.level > 0) return this.never("another module of the program");
        const stores = statement.names.map(({ name, alias }) => ({ store: this.storeName(alias ?? name, scope), name }));
        return then((frame) => {
          for (const { store, name } of stores) store(frame, machine.member(`${statement.module}.${name}`));
        });
      }
      case "match":
      case "error-statement":
        return this.never(statement.kind);
    }
  }

  private never(why: string): () => never {
    return () => unclear(why);
  }

  private augmented(statement: Extract<Statement, { kind: "augmented-assign" }>, scope: Scope): (frame: Frame) => void {
    const { machine } = this;
    const { target, operator } = statement;
    const right = this.expression(statement.value, scope);
    if (target.kind === "name") {
      const read = this.expression(target, scope);
      const store = this.store(target, scope);
      return (frame) => store(frame, machine.inPlace(operator, read(frame), right(frame)));
    }
    if (target.kind === "attribute") {
      const object = this.expression(target.object, scope);
      return (frame) => {
        const found = object(frame);
        machine.setAttribute(found, target.name, machine.inPlace(operator, machine.attribute(found, target.name), right(frame)));
      };
    }
    if (target.kind !== "subscript") return this.never("an augmented assignment");
    const object = this.expression(target.object, scope);
    const index = this.expression(target.index, scope);
    return (frame) => {
      const [found, at] = [object(frame), index(frame)];
      machine.setItem(found, at, machine.inPlace(operator, machine.item(found, at), right(frame)));
    };
  }

  private attempt(statement: Extract<Statement, { kind: "try" }>, scope: Scope): Run {
    const { machine } = this;
    const body = this.block(statement.body, scope);
    const otherwise = this.block(statement.otherwise, scope);
    const final = this.block(statement.final, scope);
    const handlers = statement.handlers.map((handler) => ({
      types: handler.types.map((type) => this.expression(type, scope)),
      store: handler.name && this.store(handler.name, scope),
      run: this.block(handler.body, scope),
    }));
    const site = machine.site(statement);
    const tried = (frame: Frame): End => {
      try {
        const end = body(frame);
        site.took(false);
        if (end !== End.next) return end;
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        site.took(true);
        for (const { types, store, run } of handlers) {
          if (types.length > 0 && !types.some((type) => machine.catches(type(frame), error))) continue;
          store?.(frame, error.value);
          return run(frame);
        }
        throw error;
      }
      return otherwise(frame);
    };
    return (frame) => {
      machine.tick();
      let end: End;
      try {
        end = tried(frame);
      } catch (error) {
        if (error instanceof Raised) final(frame);
        throw error;
      }
      const last = final(frame);
      return last === End.next ? end : last;
    };
  }

  private deletion(target: Expression, scope: Scope): (frame: Frame) => void {
    if (target.kind === "subscript") {
      const object = this.expression(target.object, scope);
      const index = this.expression(target.index, scope);
      return (frame) => this.machine.deleteItem(object(frame), index(frame));
    }
    if (target.kind === "name") {
      const { depth, slot } = this.place(target.name, scope) ?? {};
      if (slot === undefined) return this.never("an unknown name");
      return (frame) => {
        at(frame, depth ?? 0).slots[slot] = undefined;
      };
    }
    return this.never("a deletion");
  }

  private parameters(parameters: readonly Parameter[], outer: Scope): (frame: Frame) => Map<string, Py> {
    const defaults = parameters.flatMap(({ name, default: usual }) => (usual ? [{ name, value: this.expression(usual, outer) }] : []));
    return (frame) => new Map(defaults.map(({ name, value }) => [name, value(frame)]));
  }

  private definition(node: FunctionDefinition | LambdaExpression, outer: Scope): Evaluate {
    const scope = new Scope("function", outer);
    const parameters = node.parameters.map(({ name, form }) => ({ name, form, slot: scope.declare(name) }));
    const body: readonly Statement[] =
      node.kind === "lambda" ? [{ kind: "return", value: node.body, start: node.body.start, end: node.body.end }] : node.body;
    if (node.kind === "function") declareBound(body, scope);
    const isGenerator = holdsYield(body);
    let run: Run | undefined;
    let generate: Generate | undefined;
    const code: Compiled = {
      name: node.kind === "function" ? node.name : "<lambda>",
      site: this.machine.site(node.kind === "function" ? node.nameRange : node),
      parameters,
      slotsOf: () => scope.slots.size,
      isAsync: node.kind === "function" && node.isAsync,
      // Compiled when it is first called: most functions of a large file never are.
      run: (frame) => {
        run ??= this.block(body, scope);
        return run(frame);
      },
      generate: isGenerator
        ? (frame) => {
            generate ??= this.generating(body, scope);
            return generate(frame);
          }
        : undefined,
    };
    const defaults = this.parameters(node.parameters, outer);
    return (frame) => new PyFunction(code, frame, defaults(frame));
  }

  private classDefinition(node: ClassDefinition, outer: Scope): (frame: Frame) => void {
    const { machine } = this;
    const scope = new Scope("class", outer);
    declareBound(node.body, scope);
    const annotated = node.body.flatMap((statement) =>
      statement.kind === "assign" && statement.annotation && statement.targets[0]?.kind === "name" ? [statement.targets[0].name] : [],
    );
    for (const name of annotated) scope.declare(name);
    const body = this.block(node.body, scope);
    const bases = node.arguments.map(({ value }) => this.expression(value, outer));
    const decorators = node.decorators.map((decorator) => this.expression(decorator, outer));
    const store = this.storeName(node.name, outer);
    return (frame) => {
      const own: Frame = { slots: [], outer: frame, returned: null };
      body(own);
      const attributes = new Map<string, Py>();
      for (const [name, slot] of scope.slots) {
        const value = own.slots[slot];
        if (value !== undefined) attributes.set(name, value);
      }
      const made = machine.makeClass(
        node.name,
        bases.map((base) => base(frame)),
        attributes,
        annotated,
      );
      store(
        frame,
        decorators.map((decorator) => decorator(frame)).reduceRight((value: Py, decorator) => machine.call(decorator, [value]), made),
      );
    };
  }

  /** Where a name is kept: so many frames out, in that slot; undefined where the file does not bind it. */
  private place(name: string, from: Scope): { readonly depth: number; readonly slot: number } | undefined {
    let depth = 0;
    const isGlobal = from.globals.has(name);
    for (let scope: Scope | undefined = from; scope; scope = scope.outer) {
      const isSkipped =
        (scope.kind === "class" && scope !== from) ||
        (isGlobal && scope.kind !== "module") ||
        (scope === from && scope.nonlocals.has(name));
      const slot = isSkipped ? undefined : scope.slots.get(name);
      if (slot !== undefined) return { depth, slot };
      if (scope !== from && scope.globals.has(name)) return this.place(name, scope) && shifted(this.place(name, scope), depth);
      depth++;
    }
    return undefined;
  }

  private storeName(name: string, scope: Scope): Store {
    const found = this.place(name, scope);
    if (!found) return this.never(`\`${name}\` is bound nowhere`);
    const { depth, slot } = found;
    if (depth === 0)
      return (frame, value) => {
        frame.slots[slot] = value;
      };
    return (frame, value) => {
      at(frame, depth).slots[slot] = value;
    };
  }

  private store(target: Expression, scope: Scope): Store {
    const { machine } = this;
    switch (target.kind) {
      case "name":
        return this.storeName(target.name, scope);
      case "attribute": {
        const object = this.expression(target.object, scope);
        return (frame, value) => machine.setAttribute(object(frame), target.name, value);
      }
      case "subscript": {
        const object = this.expression(target.object, scope);
        const index = this.expression(target.index, scope);
        return (frame, value) => machine.setItem(object(frame), index(frame), value);
      }
      case "tuple":
      case "list": {
        const stores = target.elements.map((element) => this.store(element.kind === "starred" ? element.value : element, scope));
        const star = target.elements.findIndex((element) => element.kind === "starred");
        return (frame, value) => {
          const items = machine.listOf(value);
          if (star < 0) {
            if (items.length !== stores.length) throw new Raised("ValueError", "wrong number of values to unpack");
            for (let i = 0; i < stores.length; i++) (stores[i] as Store)(frame, items[i] as Py);
            return;
          }
          const after = stores.length - star - 1;
          stores.forEach((store, index) => {
            if (index < star) store(frame, items[index] ?? null);
            else if (index === star) store(frame, new List(items.slice(star, items.length - after)));
            else store(frame, items[items.length - after + (index - star - 1)] ?? null);
          });
        };
      }
      default:
        return this.never("an assignment");
    }
  }

  /** The value, whose length or number is noted: what calls and loops take goes by it. */
  private watched(expression: Expression, scope: Scope): Evaluate {
    const value = this.expression(expression, scope);
    if (expression.kind === "literal" || expression.kind === "lambda" || expression.kind === "text") return value;
    const site = this.machine.site(expression);
    return (frame) => {
      const found = value(frame);
      site.saw(found);
      return found;
    };
  }

  private expression(expression: Expression, scope: Scope): Evaluate {
    const { machine } = this;
    switch (expression.kind) {
      case "name": {
        const found = this.place(expression.name, scope);
        if (!found) {
          const builtIn = machine.builtIn(expression.name);
          return builtIn === undefined ? this.never(`\`${expression.name}\` is not known`) : () => builtIn;
        }
        const { depth, slot } = found;
        const unbound = (): Py => machine.builtIn(expression.name) ?? machine.fail("NameError", expression.name);
        if (depth === 0) return (frame) => frame.slots[slot] ?? (frame.slots[slot] === null ? null : unbound());
        return (frame) => {
          const value = at(frame, depth).slots[slot];
          return value === undefined ? unbound() : value;
        };
      }
      case "attribute": {
        const object = this.expression(expression.object, scope);
        return (frame) => machine.attribute(object(frame), expression.name);
      }
      case "subscript": {
        const object = this.expression(expression.object, scope);
        if (expression.index.kind === "slice") {
          const parts = expression.index.parts.map((part) => this.expression(part, scope));
          return (frame) => {
            const found = object(frame);
            return machine.slice(
              found,
              parts.map((part) => part(frame)),
            );
          };
        }
        const index = this.expression(expression.index, scope);
        return (frame) => {
          const found = object(frame);
          return machine.item(found, index(frame));
        };
      }
      case "call":
        return this.callOf(expression, scope);
      case "literal":
        return this.literal(expression);
      case "text": {
        const values = expression.values.map((value) => this.expression(value, scope));
        const { template } = expression;
        if (template === undefined) return this.never("a long text");
        // Pieces that are written out stand between what is filled in, and how.
        const pieces = template.split("\u0000").map((piece, index) => (index % 2 === 0 ? writtenOut(piece) : piece.replace(/^:/, "")));
        return (frame) => {
          let text = pieces[0] ?? "";
          values.forEach((value, index) => {
            text += machine.formatted(value(frame), pieces[2 * index + 1] ?? "") + (pieces[2 * index + 2] ?? "");
          });
          return text;
        };
      }
      case "binary": {
        const left = this.expression(expression.left, scope);
        const right = this.expression(expression.right, scope);
        const { operator } = expression;
        const [leftSite, rightSite] = [machine.site(expression.left), machine.site(expression.right)];
        return (frame) => {
          const a = left(frame);
          const b = right(frame);
          if (typeof a === "number" && typeof b === "number") return machine.binary(operator, a, b);
          // What joining texts, lists or sets takes goes by their lengths.
          if (lengthOf(a) !== undefined) leftSite.saw(a);
          if (lengthOf(b) !== undefined) rightSite.saw(b);
          return machine.binary(operator, a, b);
        };
      }
      case "boolean": {
        const left = this.expression(expression.left, scope);
        const right = this.expression(expression.right, scope);
        const site = machine.site(expression);
        const isAnd = expression.operator === "and";
        return (frame) => {
          const first = left(frame);
          const holds = machine.truth(first);
          site.took(holds);
          return holds === isAnd ? right(frame) : first;
        };
      }
      case "comparison": {
        const operands = expression.operands.map((operand) => this.expression(operand, scope));
        const { operators } = expression;
        const [first, second] = operands;
        const [operator] = operators;
        if (operands.length === 2 && first && second && operator)
          return (frame) => {
            const a = first(frame);
            return machine.compared(operator, a, second(frame));
          };
        return (frame) => {
          let left = (operands[0] as Evaluate)(frame);
          for (let i = 1; i < operands.length; i++) {
            const right = (operands[i] as Evaluate)(frame);
            if (!machine.compared(operators[i - 1] as string, left, right)) return false;
            left = right;
          }
          return true;
        };
      }
      case "unary": {
        const operand = this.expression(expression.operand, scope);
        const { operator } = expression;
        return operator === "not" ? (frame) => !machine.truth(operand(frame)) : (frame) => machine.unary(operator, operand(frame));
      }
      case "conditional": {
        const test = this.expression(expression.test, scope);
        const then = this.expression(expression.then, scope);
        const otherwise = this.expression(expression.otherwise, scope);
        const site = machine.site(expression);
        return (frame) => {
          const holds = machine.truth(test(frame));
          site.took(holds);
          return holds ? then(frame) : otherwise(frame);
        };
      }
      case "lambda":
        return this.definition(expression, scope);
      case "list":
      case "tuple":
      case "set": {
        const elements = this.spread(expression.elements, scope);
        const { kind } = expression;
        return (frame) => {
          const items = elements(frame);
          return kind === "list" ? new List(items) : kind === "tuple" ? new Tuple(items) : new SetValue(items);
        };
      }
      case "dict": {
        const entries = expression.entries.map(({ key, value }) => ({
          key: key && this.expression(key, scope),
          value: this.expression(value, scope),
        }));
        return (frame) => {
          const made = new Dict();
          for (const { key, value } of entries) {
            if (key) setItem(made, key(frame), value(frame));
            else machine.updateDict(made, value(frame));
          }
          return made;
        };
      }
      case "comprehension":
        return this.comprehension(expression, scope);
      case "slice": {
        const parts = expression.parts.map((part) => this.expression(part, scope));
        return (frame) => {
          for (const part of parts) part(frame);
          return unclear("a slice on its own");
        };
      }
      case "starred":
        return this.expression(expression.value, scope);
      case "named": {
        const value = this.expression(expression.value, scope);
        const store = this.storeName(expression.target.name, scope);
        return (frame) => {
          const found = value(frame);
          store(frame, found);
          return found;
        };
      }
      case "await":
      case "yield":
      case "error":
        return this.never(expression.kind);
    }
  }

  private literal({ type, value, content }: Extract<Expression, { kind: "literal" }>): Evaluate {
    switch (type) {
      case "none":
        return () => null;
      case "bool":
        return () => value === 1;
      case "int":
        return Number.isSafeInteger(value) ? () => value : this.never("a large number");
      case "float": {
        const made = new Float(Number(value));
        return () => made;
      }
      case "str": {
        const text = unescaped(String(value));
        return () => text;
      }
      case "bytes": {
        const made = this.machine.bytes(content === undefined ? undefined : unescaped(content), Number(value));
        return () => made;
      }
      case "ellipsis":
        return () => new Opaque();
    }
  }

  private spread(elements: readonly Expression[], scope: Scope): (frame: Frame) => Py[] {
    const parts = elements.map((element) => ({ isStarred: element.kind === "starred", value: this.expression(element, scope) }));
    if (!parts.some(({ isStarred }) => isStarred)) return (frame) => parts.map(({ value }) => value(frame));
    return (frame) => parts.flatMap(({ isStarred, value }) => (isStarred ? [...this.machine.listOf(value(frame))] : [value(frame)]));
  }

  private callOf(expression: Extract<Expression, { kind: "call" }>, scope: Scope): Evaluate {
    const { machine } = this;
    const { callee } = expression;
    const given = this.argumentsOf(expression.arguments, scope);
    if (callee.kind === "name" && callee.name === "super" && expression.arguments.length === 0) return this.superOf(scope);
    if (callee.kind === "attribute") {
      const object = this.watched(callee.object, scope);
      return (frame) => {
        const receiver = object(frame);
        const { positional, named } = given(frame);
        return machine.callMethod(receiver, callee.name, positional, named);
      };
    }
    const value = this.expression(callee, scope);
    return (frame) => {
      const found = value(frame);
      const { positional, named } = given(frame);
      return machine.call(found, positional, named);
    };
  }

  private superOf(scope: Scope): Evaluate {
    const self = [...scope.slots.keys()][0];
    const read = self === undefined ? undefined : this.expression({ kind: "name", name: self, start: 0, end: 0 }, scope);
    return read ? (frame) => this.machine.superOf(read(frame)) : this.never("super");
  }

  private argumentsOf(
    list: readonly Argument[],
    scope: Scope,
  ): (frame: Frame) => { readonly positional: Py[]; readonly named: Map<string, Py> | undefined } {
    const { machine } = this;
    const parts = list.map(({ form, name, value }) => ({ form, name, value: this.watched(value, scope) }));
    if (parts.every(({ form }) => form === "positional")) {
      const [first, second] = parts.map(({ value }) => value);
      if (!first) return () => ({ positional: [], named: undefined });
      if (parts.length === 1) return (frame) => ({ positional: [first(frame)], named: undefined });
      if (parts.length === 2 && second) return (frame) => ({ positional: [first(frame), second(frame)], named: undefined });
    }
    return (frame) => {
      const positional: Py[] = [];
      const named = new Map<string, Py>();
      for (const { form, name, value } of parts) {
        const found = value(frame);
        if (form === "positional") positional.push(found);
        else if (form === "keyword") named.set(name, found);
        else if (form === "star") positional.push(...machine.listOf(found));
        else if (found instanceof Dict) for (const [key, each] of found.entries.values()) named.set(String(key), each);
        else unclear("keyword arguments");
      }
      return { positional, named };
    };
  }

  private comprehension(expression: ComprehensionExpression, outer: Scope): Evaluate {
    const { machine } = this;
    const scope = new Scope("comprehension", outer);
    for (const clause of expression.clauses) if (clause.kind === "for") declareTarget(clause.target, scope);
    const clauses = expression.clauses.map((clause, index) => {
      if (clause.kind === "if")
        return { test: this.expression(clause.test, scope), site: machine.site({ start: clause.test.start, end: expression.end }) };
      return {
        // The first is looked at outside.
        iterable: this.watched(clause.iterable, index === 0 ? outer : scope),
        store: this.store(clause.target, scope),
        site: machine.site(clause.iterable),
      };
    });
    const elements = expression.elements.map((element) => this.expression(element, scope));
    const [first, second] = elements;
    if (!first || expression.clauses.some((clause) => clause.kind === "for" && clause.isAsync)) return this.never("a comprehension");
    const each = function* (frame: Frame, index: number, start: Py): Generator<Frame> {
      const clause = clauses[index];
      if (!clause) {
        yield frame;
        return;
      }
      if (clause.test) {
        const holds = machine.truth(clause.test(frame));
        clause.site.took(holds);
        if (holds) yield* each(frame, index + 1, null);
        return;
      }
      const next = machine.iterate(index === 0 ? start : clause.iterable(frame));
      clause.site.began();
      for (let item = next(); item !== done; item = next()) {
        clause.site.round();
        clause.store(frame, item);
        yield* each(frame, index + 1, null);
      }
      clause.site.ended();
    };
    /** The same without the cost of generators where all is made at once. */
    const all = (frame: Frame, index: number, start: Py, add: () => void): void => {
      const clause = clauses[index];
      if (!clause) return add();
      if (clause.test) {
        const holds = machine.truth(clause.test(frame));
        clause.site.took(holds);
        if (holds) all(frame, index + 1, null, add);
        return;
      }
      const next = machine.iterate(index === 0 ? start : clause.iterable(frame));
      clause.site.began();
      for (let item = next(); item !== done; item = next()) {
        clause.site.round();
        clause.store(frame, item);
        all(frame, index + 1, null, add);
      }
      clause.site.ended();
    };
    const source = clauses[0];
    if (!source?.iterable) return this.never("a comprehension");
    const { iterable } = source;
    const inside = (frame: Frame): Frame => ({ slots: [], outer: frame, returned: null });
    switch (expression.makes) {
      case "generator":
        return (frame) => {
          const own = inside(frame);
          const frames = each(own, 0, iterable(frame));
          return new Iterator_(() => {
            const step = frames.next();
            return step.done ? done : first(own);
          });
        };
      case "dict":
        return (frame) => {
          const own = inside(frame);
          const made = new Dict();
          all(own, 0, iterable(frame), () => setItem(made, first(own), second?.(own) ?? null));
          return made;
        };
      default: {
        const { makes } = expression;
        return (frame) => {
          const own = inside(frame);
          const items: Py[] = [];
          all(own, 0, iterable(frame), () => items.push(first(own)));
          return makes === "list" ? new List(items) : new SetValue(items);
        };
      }
    }
  }

  /** The statements of a generator function. A `yield` is a statement, what is assigned, or returned. */
  private generating(statements: readonly Statement[], scope: Scope): Generate {
    const parts = statements.map((statement) => this.generatingStatement(statement, scope));
    return function* (frame) {
      for (const part of parts) {
        const end = yield* part(frame);
        if (end !== End.next) return end;
      }
      return End.next;
    };
  }

  private generatingStatement(statement: Statement, scope: Scope): Generate {
    const { machine } = this;
    if (!holdsYield([statement])) {
      const run = this.statement(statement, scope);
      // biome-ignore lint/correctness/useYield: one that hands out nothing
      return function* (frame) {
        return run(frame);
      };
    }
    switch (statement.kind) {
      case "expression":
      case "assign": {
        const { value } = statement;
        if (value?.kind !== "yield") break;
        const handed = value.value && this.expression(value.value, scope);
        const stores = statement.kind === "assign" ? statement.targets.map((target) => this.store(target, scope)) : [];
        const { isFrom } = value;
        return function* (frame) {
          machine.tick();
          const found = handed ? handed(frame) : null;
          if (isFrom) {
            const next = machine.iterate(found);
            for (let item = next(); item !== done; item = next()) yield item;
          } else yield found;
          for (const store of stores) store(frame, null);
          return End.next;
        };
      }
      case "if": {
        const test = this.expression(statement.test, scope);
        const site = machine.site(statement);
        const body = this.generating(statement.body, scope);
        const otherwise = this.generating(statement.otherwise, scope);
        return function* (frame) {
          machine.tick();
          const holds = machine.truth(test(frame));
          site.took(holds);
          return yield* holds ? body(frame) : otherwise(frame);
        };
      }
      case "while":
      case "for": {
        if (statement.kind === "for" && statement.isAsync) break;
        const test = statement.kind === "while" ? this.expression(statement.test, scope) : undefined;
        const iterable = statement.kind === "for" ? this.watched(statement.iterable, scope) : undefined;
        const store = statement.kind === "for" ? this.store(statement.target, scope) : undefined;
        const body = this.generating(statement.body, scope);
        const otherwise = this.generating(statement.otherwise, scope);
        const site = machine.site(statement);
        return function* (frame) {
          const next = iterable && machine.iterate(iterable(frame));
          site.began();
          for (;;) {
            if (test && !machine.truth(test(frame))) break;
            const item = next?.();
            if (item === done) break;
            machine.tick();
            site.round();
            if (item !== undefined) store?.(frame, item);
            const end = yield* body(frame);
            if (end === End.break || end === End.return) {
              site.ended();
              return end === End.break ? End.next : end;
            }
          }
          site.ended();
          return yield* otherwise(frame);
        };
      }
      default:
    }
    return this.never("a generator");
  }
}

/** A piece of an f-string's text. */
function writtenOut(piece: string): string {
  return unescaped(piece.replace(/([{}])\1/g, "$1"));
}

function at(frame: Frame, depth: number): Frame {
  let found = frame;
  for (let i = 0; i < depth; i++) found = found.outer as Frame;
  return found;
}

function shifted(place: { readonly depth: number; readonly slot: number } | undefined, by: number) {
  return place && { depth: place.depth + by, slot: place.slot };
}

function declareTarget(target: Expression, scope: Scope): void {
  if (target.kind === "name") {
    if (!scope.globals.has(target.name) && !scope.nonlocals.has(target.name)) scope.declare(target.name);
  } else if (target.kind === "tuple" || target.kind === "list") for (const element of target.elements) declareTarget(element, scope);
  else if (target.kind === "starred") declareTarget(target.value, scope);
}

/** Declares the names that statements bind in their own scope. */
function declareBound(statements: readonly Statement[], scope: Scope): void {
  inScope(statements, (node) => {
    if (node.kind === "global") for (const name of node.names) scope.globals.add(name);
    if (node.kind === "nonlocal") for (const name of node.names) scope.nonlocals.add(name);
  });
  const name = (bound: string): void => {
    if (!scope.globals.has(bound) && !scope.nonlocals.has(bound)) scope.declare(bound);
  };
  inScope(statements, (node) => {
    switch (node.kind) {
      case "assign":
        for (const target of node.targets) if (node.value) declareTarget(target, scope);
        break;
      case "augmented-assign":
      case "for":
        declareTarget(node.target, scope);
        break;
      case "with":
        for (const { target } of node.items) if (target) declareTarget(target, scope);
        break;
      case "try":
        for (const { name: caught } of node.handlers) if (caught) name(caught.name);
        break;
      case "function":
      case "class":
        name(node.name);
        break;
      case "import":
        for (const { name: module, alias } of node.names) name(alias ?? (module.split(".")[0] as string));
        break;
      case "import-from":
        for (const { name: member, alias } of node.names) name(alias ?? member);
        break;
      case "named":
        name(node.target.name);
        break;
      case "delete":
        for (const target of node.targets) declareTarget(target, scope);
        break;
      default:
    }
  });
}

function holdsYield(statements: readonly Statement[]): boolean {
  let found = false;
  inScope(statements, (node) => {
    found ||= node.kind === "yield";
  });
  return found;
}

type Node = (Statement | Expression) & Range;

/** Visits what stands in a scope, without the bodies of functions and classes in it. */
function inScope(nodes: readonly Node[], visit: (node: Node) => void): void {
  const look = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value) look(each);
      return;
    }
    if (typeof value !== "object" || value === null) return;
    const { kind } = value as { kind?: unknown };
    if (typeof kind === "string") visit(value as Node);
    if (kind === "function" || kind === "lambda" || kind === "class") return;
    for (const each of Object.values(value)) if (typeof each === "object") look(each);
  };
  look(nodes);
}
