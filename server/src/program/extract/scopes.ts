import type {
  ClassDefinition,
  Expression,
  FunctionDefinition,
  LambdaExpression,
  Module,
  Parameter,
  Statement,
} from "../../syntax/nodes.js";
import { definitionAt } from "../facts.js";
import { unbound } from "../operation.js";
import { ScopeNumbers } from "./scope-numbers.js";

/** One namespace of a file: the module, a function, a lambda or a class body. Its numbers and what is around it count only while facts are extracted. */
export interface Scope {
  /** What facts call it. */
  index: number;
  /** What facts call the class whose body it is; -1 for none. */
  classIndex: number;
  readonly kind: "module" | "function" | "lambda" | "class-body";
  readonly node: Module | FunctionDefinition | LambdaExpression | ClassDefinition;
  parent: Scope | undefined;
  readonly bound: Set<string>;
  readonly globals: Set<string>;
  readonly nonlocals: Set<string>;
  /** Names of this scope that inner functions rebind through `global` or `nonlocal`. */
  readonly rebound: Set<string>;
}

/** The scopes of a file, the module's first; each definition comes after the scope that holds it. */
export interface Scopes {
  readonly all: readonly Scope[];
  readonly of: ReadonlyMap<object, Scope>;
  readonly at: (index: number) => Scope | undefined;
}

/** The scopes of functions, their own first, of a text that is being edited: a function that an edit leaves alone is the same node afterwards. */
export type KnownScopes = WeakMap<FunctionDefinition, readonly Scope[]>;

/**
 * Finds every scope and the names bound in it. The variables of comprehensions count to the function around them: they cannot be told apart by
 * name there anyway, and nothing outside the comprehension can reach them. `known`: those of the text before an edit, whose functions mostly stay.
 */
export function findScopes(module: Module, numbers = new ScopeNumbers(), known?: KnownScopes): Scopes {
  const all: Scope[] = [];
  const of = new Map<object, Scope>();

  const open = (kind: Scope["kind"], node: Scope["node"], parent: Scope | undefined): Scope => {
    const scope: Scope = {
      index: -1,
      classIndex: -1,
      kind,
      node,
      parent,
      bound: new Set(),
      globals: new Set(),
      nonlocals: new Set(),
      rebound: new Set(),
    };
    all.push(scope);
    of.set(node, scope);
    return scope;
  };

  /** What was found in a function stays as it is, wherever that stands now. */
  const adopt = (inside: readonly Scope[], parent: Scope): void => {
    const [outermost] = inside;
    if (outermost) outermost.parent = parent;
    for (const scope of inside) {
      all.push(scope);
      of.set(scope.node, scope);
    }
  };

  const bind = (target: Expression, scope: Scope): void => {
    switch (target.kind) {
      case "name":
        scope.bound.add(target.name);
        return;
      case "tuple":
      case "list":
        for (const element of target.elements) bind(element, scope);
        return;
      case "starred":
        bind(target.value, scope);
        return;
      default:
        expression(target, scope);
    }
  };

  const parameters = (list: readonly Parameter[], inner: Scope, outer: Scope): void => {
    for (const parameter of list) {
      inner.bound.add(parameter.name);
      if (parameter.annotation) expression(parameter.annotation, outer);
      if (parameter.default) expression(parameter.default, outer);
    }
  };

  const statements = (list: readonly Statement[], scope: Scope): void => {
    for (const statement of list) visit(statement, scope);
  };

  const visit = (statement: Statement, scope: Scope): void => {
    switch (statement.kind) {
      case "expression":
        return expression(statement.value, scope);
      case "assign":
        for (const target of statement.targets) bind(target, scope);
        if (statement.annotation) expression(statement.annotation, scope);
        if (statement.value) expression(statement.value, scope);
        return;
      case "augmented-assign":
        bind(statement.target, scope);
        return expression(statement.value, scope);
      case "return":
      case "raise":
        if (statement.value) expression(statement.value, scope);
        return;
      case "assert":
        for (const value of statement.values) expression(value, scope);
        return;
      case "delete":
        for (const target of statement.targets) bind(target, scope);
        return;
      case "pass":
      case "break":
      case "continue":
        return;
      case "if":
      case "while":
        expression(statement.test, scope);
        statements(statement.body, scope);
        return statements(statement.otherwise, scope);
      case "for":
        bind(statement.target, scope);
        expression(statement.iterable, scope);
        statements(statement.body, scope);
        return statements(statement.otherwise, scope);
      case "with":
        for (const item of statement.items) {
          expression(item.context, scope);
          if (item.target) bind(item.target, scope);
        }
        return statements(statement.body, scope);
      case "try":
        statements(statement.body, scope);
        for (const handler of statement.handlers) {
          if (handler.name) scope.bound.add(handler.name.name);
          for (const type of handler.types) expression(type, scope);
          statements(handler.body, scope);
        }
        statements(statement.otherwise, scope);
        return statements(statement.final, scope);
      case "match":
        expression(statement.subject, scope);
        for (const clause of statement.cases) {
          for (const capture of clause.captures) scope.bound.add(capture.name);
          if (clause.guard) expression(clause.guard, scope);
          statements(clause.body, scope);
        }
        return;
      case "function": {
        scope.bound.add(statement.name);
        for (const decorator of statement.decorators) expression(decorator, scope);
        const inside = known?.get(statement);
        if (inside) return adopt(inside, scope);
        const first = all.length;
        const inner = open("function", statement, scope);
        parameters(statement.parameters, inner, scope);
        statements(statement.body, inner);
        if (statement.parameters.every((each) => isPlain(each.annotation) && isPlain(each.default)))
          known?.set(statement, all.slice(first));
        return;
      }
      case "class": {
        scope.bound.add(statement.name);
        for (const decorator of statement.decorators) expression(decorator, scope);
        for (const argument of statement.arguments) expression(argument.value, scope);
        return statements(statement.body, open("class-body", statement, scope));
      }
      case "import":
        for (const name of statement.names) scope.bound.add(name.alias ?? (name.name.split(".")[0] as string));
        return;
      case "import-from":
        for (const name of statement.names) if (name.name !== "*") scope.bound.add(name.alias ?? name.name);
        return;
      case "global":
        for (const name of statement.names) scope.globals.add(name);
        return;
      case "nonlocal":
        for (const name of statement.names) scope.nonlocals.add(name);
        return;
      case "error-statement":
        statements(statement.body, scope);
        for (const value of statement.values) expression(value, scope);
        return;
    }
  };

  const expression = (node: Expression, scope: Scope): void => {
    switch (node.kind) {
      case "name":
      case "literal":
        return;
      case "attribute":
        return expression(node.object, scope);
      case "subscript":
        expression(node.object, scope);
        return expression(node.index, scope);
      case "call":
        expression(node.callee, scope);
        for (const argument of node.arguments) expression(argument.value, scope);
        return;
      case "text":
      case "error":
        for (const value of node.values) expression(value, scope);
        return;
      case "binary":
      case "boolean":
        expression(node.left, scope);
        return expression(node.right, scope);
      case "comparison":
        for (const operand of node.operands) expression(operand, scope);
        return;
      case "unary":
        return expression(node.operand, scope);
      case "conditional":
        expression(node.test, scope);
        expression(node.then, scope);
        return expression(node.otherwise, scope);
      case "lambda": {
        const inner = open("lambda", node, scope);
        parameters(node.parameters, inner, scope);
        return expression(node.body, inner);
      }
      case "list":
      case "tuple":
      case "set":
        for (const element of node.elements) expression(element, scope);
        return;
      case "dict":
        for (const entry of node.entries) {
          if (entry.key) expression(entry.key, scope);
          expression(entry.value, scope);
        }
        return;
      case "comprehension":
        for (const clause of node.clauses) {
          if (clause.kind === "if") expression(clause.test, scope);
          else {
            bind(clause.target, scope);
            expression(clause.iterable, scope);
          }
        }
        for (const element of node.elements) expression(element, scope);
        return;
      case "slice":
        for (const part of node.parts) expression(part, scope);
        return;
      case "starred":
      case "await":
        return expression(node.value, scope);
      case "named":
        scope.bound.add(node.target.name);
        return expression(node.value, scope);
      case "yield":
        if (node.value) expression(node.value, scope);
        return;
    }
  };

  const root = open("module", module, undefined);
  statements(module.body, root);
  numbers.number(all);
  for (const scope of all) {
    for (const name of scope.globals) {
      scope.bound.delete(name);
      root.bound.add(name);
      root.rebound.add(name);
    }
    for (const name of scope.nonlocals) {
      scope.bound.delete(name);
      for (let outer = scope.parent; outer; outer = outer.parent) {
        if (outer.kind === "class-body" || outer.kind === "module" || !outer.bound.has(name)) continue;
        outer.rebound.add(name);
        break;
      }
    }
  }
  return { all, of, at: (index) => definitionAt(all, index) };
}

/** Whether what is evaluated where a function is defined neither holds lambdas nor binds names there. */
function isPlain(node: Expression | undefined): boolean {
  switch (node?.kind) {
    case undefined:
    case "name":
    case "literal":
      return true;
    case "attribute":
      return isPlain(node.object);
    case "subscript":
      return isPlain(node.object) && isPlain(node.index);
    case "binary":
      return isPlain(node.left) && isPlain(node.right);
    case "tuple":
    case "list":
      return node.elements.every(isPlain);
    default:
      return false;
  }
}

/** The index of the scope that a name used in `scope` belongs to. */
export function ownerOf(name: string, scope: Scope): number {
  if (scope.globals.has(name)) return 0;
  if (scope.bound.has(name)) return scope.index;
  for (let outer = scope.parent; outer; outer = outer.parent) {
    // A class body's names are not visible in its methods.
    if (outer.kind === "class-body") continue;
    if (outer.globals.has(name)) return 0;
    if (outer.bound.has(name)) return outer.index;
  }
  return unbound;
}
