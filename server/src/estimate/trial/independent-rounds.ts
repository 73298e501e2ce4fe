import type { CallExpression, Expression, For, Statement } from "../../syntax/nodes.js";
import { inScope } from "./scope.js";

/**
 * Whether a loop's rounds happen much the same where some before them are left out: none ends the loop, and no decision in one hangs on what others left
 * behind. A record that is kept, as by `if x > best: best = x`, decides about next to nothing.
 */
export function hasIndependentRounds(loop: For): boolean {
  if (endsEarly(loop.body)) return false;
  const changed = new Set(changesIn(loop.body).map(({ name }) => name));
  const bindings = bindingsIn(loop.body, loop.end);
  return decisionsIn(loop.body, loop.iterable).every(
    ({ name, at }) => !changed.has(name) || bindings.some((binding) => binding.name === name && binding.from <= at && at < binding.to),
  );
}

/**
 * Whether what a function does hangs on what earlier calls of it left behind, as in `if n in cache: return cache[n]`; `isOwn` tells the names that each call
 * has anew.
 */
export function hangsOnEarlierCalls(body: readonly Statement[], isOwn: (name: string, how: Change["how"]) => boolean): boolean {
  const changed = new Set<string>();
  for (const { name, how } of changesIn(body)) if (!isOwn(name.split(".", 1)[0] as string, how)) changed.add(name);
  return changed.size > 0 && decisionsIn(body).some(({ name }) => changed.has(name));
}

/** Where a name has a value that the same round gave it. */
interface Binding {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** The names that are given a value; `to`: where the statements end after which that need not be so. */
function bindingsIn(statements: readonly Statement[], to: number): readonly Binding[] {
  return statements.flatMap((statement) => {
    switch (statement.kind) {
      case "for":
      case "with":
      case "try":
        return bindingsIn(statement.body, to);
      case "if":
      case "while":
        return [statement.body, statement.otherwise].flatMap((arm) => bindingsIn(arm, arm.at(-1)?.end ?? to));
      case "assign":
        return statement.value
          ? statement.targets.flatMap((target) => boundBy(target).map((name) => ({ name, from: statement.end, to })))
          : [];
      default:
        return [];
    }
  });
}

function boundBy(target: Expression): readonly string[] {
  if (target.kind === "tuple" || target.kind === "list") return target.elements.flatMap(boundBy);
  return target.kind === "name" ? [target.name] : [];
}

function endsEarly(statements: readonly Statement[]): boolean {
  return statements.some((statement) => {
    switch (statement.kind) {
      case "break":
      case "return":
        return true;
      case "if":
        return endsEarly(statement.body) || endsEarly(statement.otherwise);
      case "for":
      case "while":
        return returns(statement.body) || endsEarly(statement.otherwise) || returns(statement.otherwise);
      case "with":
        return endsEarly(statement.body);
      case "try":
        return (
          [statement, ...statement.handlers].some(({ body }) => endsEarly(body)) || endsEarly([...statement.otherwise, ...statement.final])
        );
      default:
        return false;
    }
  });
}

function returns(statements: readonly Statement[]): boolean {
  let found = false;
  inScope(statements, ({ kind }) => {
    found ||= kind === "return";
  });
  return found;
}

/** The names that tests, loops and calls go by, and where they do. */
function decisionsIn(body: readonly Statement[], iterable?: Expression): readonly { readonly name: string; readonly at: number }[] {
  const found: { readonly name: string; readonly at: number }[] = [];
  const reads = (expression: Expression): void =>
    inScope([expression], (node) => {
      const name = node.kind === "name" || node.kind === "attribute" ? nameOf(node) : undefined;
      if (name !== undefined) found.push({ name, at: node.start });
    });
  if (iterable) reads(iterable);
  inScope(body, (node) => {
    if ((node.kind === "if" && !isRecord(node)) || node.kind === "while" || node.kind === "conditional") reads(node.test);
    if (node.kind === "for") reads(node.iterable);
    if (node.kind === "call" && !isBrief(node)) for (const { value } of node.arguments) reads(value);
    if (node.kind === "comprehension") for (const clause of node.clauses) reads(clause.kind === "if" ? clause.test : clause.iterable);
  });
  return found;
}

/** Whether a call takes about as long whatever it is given: of the better of two, or to keep one more. */
function isBrief({ callee }: CallExpression): boolean {
  if (callee.kind === "attribute") return changing.test(callee.name);
  return callee.kind === "name" && /^(min|max|len|abs|int|float|str|round|print)$/.test(callee.name);
}

/** Whether it only keeps what its test asks for: no more than assignments without calls hang on it. */
function isRecord({ body, otherwise }: { readonly body: readonly Statement[]; readonly otherwise: readonly Statement[] }): boolean {
  if (otherwise.length > 0) return false;
  let isPlain = true;
  inScope(body, ({ kind }) => {
    isPlain &&= kind !== "call" && kind !== "continue" && kind !== "comprehension";
  });
  return isPlain && body.every(({ kind }) => kind === "assign" || kind === "augmented-assign");
}

interface Change {
  readonly name: string;
  readonly how: "bound anew" | "in place";
}

/** What is changed, which those may find that come later. */
function changesIn(statements: readonly Statement[]): readonly Change[] {
  const found: Change[] = [];
  const change = (target: Expression, how: Change["how"] = "bound anew"): void => {
    if (target.kind === "tuple" || target.kind === "list") for (const element of target.elements) change(element, how);
    else if (target.kind === "starred") change(target.value, how);
    else if (target.kind === "subscript") change(target.object, "in place");
    else {
      const name = nameOf(target);
      if (name !== undefined) found.push({ name, how: target.kind === "attribute" ? "in place" : how });
    }
  };
  inScope(statements, (node) => {
    if (node.kind === "assign" && node.value) for (const target of node.targets) change(target);
    if (node.kind === "augmented-assign") change(node.target);
    if (node.kind === "delete") for (const target of node.targets) change(target);
    if (node.kind !== "call") return;
    const { callee } = node;
    const called = callee.kind === "attribute" || callee.kind === "name" ? callee.name : "";
    const first = node.arguments[0]?.value;
    if (/^(heap|insort)/.test(called) && first) change(first, "in place");
    else if (callee.kind === "attribute" && changing.test(called)) change(callee.object, "in place");
  });
  return found;
}

/** Methods that change what they are called on. */
const changing =
  /^(append|appendleft|add|clear|discard|extend|insert|pop|popitem|popleft|push|put|remove|reverse|rotate|setdefault|sort|update|difference_update|intersection_update)$/;

/** A name, or attributes of one, written with dots. */
function nameOf(expression: Expression): string | undefined {
  if (expression.kind === "name") return expression.name;
  if (expression.kind !== "attribute") return undefined;
  const object = nameOf(expression.object);
  return object === undefined ? undefined : `${object}.${expression.name}`;
}
