import type { Argument, ComprehensionExpression, Expression, LambdaExpression } from "../../syntax/nodes.js";
import { unescaped } from "../samples/sample-text.js";
import { isUnknown } from "./arithmetic.js";
import type { Evaluate, Store } from "./code.js";
import { removeSlice, storeSlice } from "./items.js";
import type { Machine } from "./machine.js";
import { declareTarget, Scope } from "./scope.js";
import {
  Complex,
  Dict,
  done,
  Float,
  type Frame,
  Iterator_,
  List,
  lengthOf,
  Opaque,
  type Py,
  Raised,
  SetValue,
  setItem,
  Tuple,
  unclear,
} from "./values.js";

/** Turns expressions into closures. */
export abstract class ExpressionCompiler {
  constructor(protected readonly machine: Machine) {}

  protected abstract definition(node: LambdaExpression, outer: Scope): Evaluate;

  protected never(why: string): () => never {
    return () => unclear(why);
  }

  protected deletion(target: Expression, scope: Scope): (frame: Frame) => void {
    if (target.kind === "subscript") {
      const object = this.expression(target.object, scope);
      if (target.index.kind === "slice") {
        const parts = target.index.parts.map((part) => this.expression(part, scope));
        return (frame) => {
          const found = object(frame);
          removeSlice(
            this.machine,
            found,
            parts.map((part) => part(frame)),
          );
        };
      }
      const index = this.expression(target.index, scope);
      return (frame) => this.machine.deleteItem(object(frame), index(frame));
    }
    if (target.kind === "name") {
      const { depth, slot } = scope.find(target.name) ?? {};
      if (slot === undefined) return this.never("an unknown name");
      return (frame) => {
        at(frame, depth ?? 0).slots[slot] = undefined;
      };
    }
    return this.never("a deletion");
  }

  protected storeName(name: string, scope: Scope): Store {
    const found = scope.find(name);
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

  protected store(target: Expression, scope: Scope): Store {
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
        if (target.index.kind === "slice") {
          const parts = target.index.parts.map((part) => this.expression(part, scope));
          return (frame, value) => {
            const found = object(frame);
            storeSlice(
              machine,
              found,
              parts.map((part) => part(frame)),
              value,
            );
          };
        }
        const index = this.expression(target.index, scope);
        return (frame, value) => machine.setItem(object(frame), index(frame), value);
      }
      case "tuple":
      case "list": {
        const stores = target.elements.map((element) => this.store(element.kind === "starred" ? element.value : element, scope));
        const star = target.elements.findIndex((element) => element.kind === "starred");
        return (frame, value) => {
          const items = isUnknown(value) && star < 0 ? stores.map(() => new Opaque()) : machine.listOf(value);
          if (star < 0) {
            if (items.length !== stores.length) throw new Raised("ValueError", "wrong number of values to unpack");
            for (let i = 0; i < stores.length; i++) (stores[i] as Store)(frame, items[i] as Py);
            return;
          }
          if (items.length < stores.length - 1) throw new Raised("ValueError", "not enough values to unpack");
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
  protected watched(expression: Expression, scope: Scope): Evaluate {
    const value = this.expression(expression, scope);
    if (expression.kind === "literal" || expression.kind === "lambda" || expression.kind === "text") return value;
    if (expression.kind === "subscript" && expression.index.kind === "slice") return value;
    const site = this.machine.site(expression);
    return (frame) => {
      const found = value(frame);
      site.saw(found);
      return found;
    };
  }

  protected expression(expression: Expression, scope: Scope): Evaluate {
    const { machine } = this;
    switch (expression.kind) {
      case "name": {
        const found = scope.find(expression.name);
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
          // What it copies goes by its length.
          const site = machine.site(expression);
          return (frame) => {
            const found = object(frame);
            const slice = machine.slice(
              found,
              parts.map((part) => part(frame)),
            );
            site.saw(slice);
            return slice;
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
          let isKnown = true;
          values.forEach((value, index) => {
            const found = value(frame);
            isKnown &&= !isUnknown(found);
            if (isKnown) text += filledIn(machine, found, pieces[2 * index + 1] ?? "") + (pieces[2 * index + 2] ?? "");
          });
          return isKnown ? text : new Opaque();
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
      case "await": {
        const value = this.expression(expression.value, scope);
        return (frame) => machine.await(value(frame));
      }
      case "yield":
      case "error":
        return this.never(expression.kind);
    }
  }

  protected literal({ type, value, content }: Extract<Expression, { kind: "literal" }>): Evaluate {
    switch (type) {
      case "none":
        return () => null;
      case "bool":
        return () => value === 1;
      case "int":
        if (Number.isSafeInteger(value)) return () => value;
        if (content !== undefined && content.length < 5_000) {
          const large = BigInt(content);
          return () => large;
        }
        return this.never("a large number");
      case "float": {
        const made = new Float(Number(value));
        return () => made;
      }
      case "complex": {
        const made = new Complex(0, Number(value));
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

  protected spread(elements: readonly Expression[], scope: Scope): (frame: Frame) => Py[] {
    const parts = elements.map((element) => ({ isStarred: element.kind === "starred", value: this.expression(element, scope) }));
    if (!parts.some(({ isStarred }) => isStarred)) return (frame) => parts.map(({ value }) => value(frame));
    return (frame) => parts.flatMap(({ isStarred, value }) => (isStarred ? [...this.machine.listOf(value(frame))] : [value(frame)]));
  }

  protected callOf(expression: Extract<Expression, { kind: "call" }>, scope: Scope): Evaluate {
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

  protected superOf(scope: Scope): Evaluate {
    const self = [...scope.slots.keys()][0];
    const read = self === undefined ? undefined : this.expression({ kind: "name", name: self, start: 0, end: 0 }, scope);
    return read ? (frame) => this.machine.superOf(read(frame), scope.code?.owner) : this.never("super");
  }

  protected argumentsOf(
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

  protected comprehension(expression: ComprehensionExpression, outer: Scope): Evaluate {
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
    if (!first) return this.never("a comprehension");
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
    // What is kept of the rest, or what else a short list is good for, nobody knows.
    const isPlain = expression.makes === "list" && clauses.every(({ test }) => !test);
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
      const iterated = index === 0 ? start : clause.iterable(frame);
      clause.site.began();
      const rounds = (next: () => Py | typeof done): void => {
        for (let item = next(); item !== done; item = next()) {
          clause.site.round();
          clause.store(frame, item);
          all(frame, index + 1, null, add);
        }
      };
      const elements = isPlain && machine.isWatching && !machine.sampling.isStrict ? machine.elementsOf(iterated) : undefined;
      if (elements && elements.length > shortList) machine.sampling.run(elements, rounds);
      else rounds(machine.iterate(iterated));
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
          const { sampling } = machine;
          const outerWeight = sampling.weight;
          all(own, 0, iterable(frame), () => {
            const item = first(own);
            // It stands for those that are left out, so that the list is as long as it would be.
            for (let left = sampling.weight / outerWeight; left > 0; left--) items.push(item);
          });
          return makes === "list" ? new List(items) : new SetValue(items);
        };
      }
    }
  }
}

/** All elements of a list are made that is no longer than this. */
const shortList = 64;

/** What a value is filled in as: `!r` before how it is written. */
function filledIn(machine: Machine, value: Py, how: string): string {
  const [, kind, rest] = /^!([rsa])(?::(.*))?$/s.exec(how) ?? [];
  if (kind === undefined) return machine.formatted(value, how);
  return machine.formatted(kind === "s" ? machine.text(value) : machine.representation(value), rest ?? "");
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
