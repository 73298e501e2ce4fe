import type { ClassDefinition, FunctionDefinition, LambdaExpression, Module, Parameter, Statement } from "../../syntax/nodes.js";
import { makeClass } from "./classes.js";
import { type Compiled, End, type Evaluate, type Generate, type Run, type Store } from "./code.js";
import { ExpressionCompiler } from "./expressions.js";
import { hangsOnEarlierCalls, hasIndependentRounds } from "./independent-rounds.js";
import type { Machine } from "./machine.js";
import { declareBound, holdsKind, holdsYield, Scope } from "./scope.js";
import { done, type Frame, Imported, Opaque, type Py, PyFunction, Raised, Unclear, UnknownTest } from "./values.js";

/** Whether what is asserted does not hold; what cannot be told is taken to hold, as it does nearly always. */
function fails(test: () => boolean): boolean {
  try {
    return !test();
  } catch (error) {
    if (error instanceof Unclear) return false;
    throw error;
  }
}

/** What a block is entered with, and where that is kept. */
interface Manager {
  readonly context: Evaluate;
  readonly store: Store | undefined;
}

function enterAll(machine: Machine, items: readonly Manager[], frame: Frame): readonly Py[] {
  return items.map(({ context, store }) => {
    const manager = context(frame);
    const value = machine.enter(manager);
    store?.(frame, value);
    return manager;
  });
}

/** `error`: what ended the block. Whether that goes no further. */
function leaveAll(machine: Machine, entered: readonly Py[], error?: unknown): boolean {
  if (error !== undefined && !(error instanceof Raised)) return false;
  let isOver = false;
  for (const manager of [...entered].reverse()) isOver = machine.leave(manager, isOver ? undefined : error) || isOver;
  return isOver;
}

/** The names that statements bind which do nothing else; undefined where they do. */
function namesBoundIn(statements: readonly Statement[]): readonly string[] | undefined {
  const names: string[] = [];
  for (const statement of statements) {
    if (statement.kind === "pass") continue;
    if (statement.kind === "expression") {
      const { value } = statement;
      if (value.kind === "call" && value.callee.kind === "name" && value.callee.name === "print") continue;
      return undefined;
    }
    if (statement.kind !== "assign" && statement.kind !== "augmented-assign") return undefined;
    if (statement.value && holdsKind([statement.value], /^(call|await|yield|named)$/)) return undefined;
    for (const target of statement.kind === "assign" ? statement.targets : [statement.target]) {
      if (target.kind !== "name") return undefined;
      names.push(target.name);
    }
  }
  return names;
}

/** Turns a program into closures that follow it step by step. */
export class Compiler extends ExpressionCompiler {
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
      case "assert": {
        const test = statement.values[0] && this.expression(statement.values[0], scope);
        return then((frame) => {
          if (test && fails(() => machine.truth(test(frame)))) machine.fail("AssertionError", "");
        });
      }
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
        const bound = namesBoundIn([...statement.body, ...statement.otherwise]);
        if (bound) {
          const forgets = bound.map((name) => this.storeName(name, scope));
          return (frame) => {
            machine.tick();
            let holds: boolean;
            try {
              holds = machine.truth(test(frame));
            } catch (error) {
              if (!(error instanceof UnknownTest)) throw error;
              for (const forget of forgets) forget(frame, new Opaque());
              return End.next;
            }
            site.took(holds);
            return holds ? body(frame) : otherwise(frame);
          };
        }
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
        const run = (frame: Frame): End => {
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
        return (frame) => (machine.sampling.isStrict ? run(frame) : machine.sampling.inOrder(() => run(frame)));
      }
      case "for": {
        const iterable = this.watched(statement.iterable, scope);
        const store = this.store(statement.target, scope);
        const body = this.block(statement.body, scope);
        const otherwise = this.block(statement.otherwise, scope);
        const site = machine.site(statement);
        const run = (frame: Frame, next: () => Py | typeof done): End => {
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
        const isIndependent = hasIndependentRounds(statement);
        return (frame) => {
          const iterated = iterable(frame);
          site.began();
          const { sampling } = machine;
          if (!machine.isWatching || sampling.isStrict) return run(frame, machine.iterate(iterated));
          const elements = isIndependent ? machine.elementsOf(iterated) : undefined;
          if (elements) return sampling.run(elements, (next) => run(frame, next));
          return sampling.inOrder(() => run(frame, machine.iterate(iterated)));
        };
      }
      case "with": {
        const items = this.managers(statement, scope);
        const body = this.block(statement.body, scope);
        return (frame) => {
          machine.tick();
          const entered = enterAll(machine, items, frame);
          let end: End;
          try {
            end = body(frame);
          } catch (error) {
            if (leaveAll(machine, entered, error)) return End.next;
            throw error;
          }
          leaveAll(machine, entered);
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

  private managers(statement: Extract<Statement, { kind: "with" }>, scope: Scope): readonly Manager[] {
    return statement.items.map(({ context, target }) => ({
      context: this.expression(context, scope),
      store: target && this.store(target, scope),
    }));
  }

  private attempt(statement: Extract<Statement, { kind: "try" }>, scope: Scope): Run {
    const { machine } = this;
    const body = this.block(statement.body, scope);
    const otherwise = this.block(statement.otherwise, scope);
    const final = this.block(statement.final, scope);
    const handlers = this.handlers(statement, scope, (handled) => this.block(handled, scope));
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
          store?.(frame, machine.errorOf(error));
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

  private handlers<Handled>(
    { handlers }: Extract<Statement, { kind: "try" }>,
    scope: Scope,
    run: (body: readonly Statement[]) => Handled,
  ): readonly { readonly types: readonly Evaluate[]; readonly store: Store | undefined; readonly run: Handled }[] {
    return handlers.map(({ types, name, body }) => ({
      types: types.map((type) => this.expression(type, scope)),
      store: name && this.store(name, scope),
      run: run(body),
    }));
  }

  private parameters(parameters: readonly Parameter[], outer: Scope): (frame: Frame) => Map<string, Py> {
    const defaults = parameters.flatMap(({ name, default: usual }) => (usual ? [{ name, value: this.expression(usual, outer) }] : []));
    return (frame) => new Map(defaults.map(({ name, value }) => [name, value(frame)]));
  }

  protected definition(node: FunctionDefinition | LambdaExpression, outer: Scope): Evaluate {
    const scope = new Scope("function", outer);
    const parameters = node.parameters.map(({ name, form }) => ({ name, form, slot: scope.declare(name) }));
    const body: readonly Statement[] =
      node.kind === "lambda" ? [{ kind: "return", value: node.body, start: node.body.start, end: node.body.end }] : node.body;
    if (node.kind === "function") declareBound(body, scope);
    const isGenerator = holdsYield(body);
    const isOwn = (name: string, how: "bound anew" | "in place"): boolean =>
      scope.slots.has(name) && (how === "bound anew" || parameters.every((parameter) => parameter.name !== name));
    let hangsOnEarlier: boolean | undefined;
    let run: Run | undefined;
    let generate: Generate | undefined;
    const code: Compiled = {
      name: node.kind === "function" ? node.name : "<lambda>",
      site: this.machine.site(node.kind === "function" ? node.nameRange : node),
      parameters,
      slotsOf: () => scope.slots.size,
      owner: undefined,
      isAsync: node.kind === "function" && node.isAsync,
      hangsOnEarlier: () => {
        hangsOnEarlier ??= hangsOnEarlierCalls(body, isOwn);
        return hangsOnEarlier;
      },
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
    scope.code = code;
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
      const made = makeClass(
        machine,
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
          }
          const sent = isFrom ? undefined : yield found;
          for (const store of stores) store(frame, sent ?? null);
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
      case "with": {
        const items = this.managers(statement, scope);
        const body = this.generating(statement.body, scope);
        return function* (frame) {
          machine.tick();
          const entered = enterAll(machine, items, frame);
          let end: End;
          try {
            end = yield* body(frame);
          } catch (error) {
            if (leaveAll(machine, entered, error)) return End.next;
            throw error;
          }
          leaveAll(machine, entered);
          return end;
        };
      }
      case "try": {
        const body = this.generating(statement.body, scope);
        const otherwise = this.generating(statement.otherwise, scope);
        const final = this.generating(statement.final, scope);
        const handlers = this.handlers(statement, scope, (handled) => this.generating(handled, scope));
        const site = machine.site(statement);
        return function* (frame) {
          machine.tick();
          let end = End.next;
          let thrown: unknown;
          try {
            end = yield* body(frame);
            site.took(false);
            if (end === End.next) end = yield* otherwise(frame);
          } catch (error) {
            if (!(error instanceof Raised)) throw error;
            site.took(true);
            const handler = handlers.find(({ types }) => types.length === 0 || types.some((type) => machine.catches(type(frame), error)));
            if (handler) {
              handler.store?.(frame, machine.errorOf(error));
              end = yield* handler.run(frame);
            } else thrown = error;
          }
          const last = yield* final(frame);
          if (last === End.next && thrown !== undefined) throw thrown;
          return last === End.next ? end : last;
        };
      }
      case "while":
      case "for": {
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
