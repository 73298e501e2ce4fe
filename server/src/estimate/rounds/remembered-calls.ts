import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { FunctionFacts, ParameterFacts } from "../../program/facts.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { decoratorNames } from "../../program/link/resolution/resolver.js";
import { walkOperations } from "../../program/link/walk.js";
import type { BranchOperation, CallOperation, Operation, ReadOperation, Value } from "../../program/operation.js";
import type { OperationCosts } from "../costs/operation-costs.js";
import type { Activation } from "../values/activation.js";
import { type Amount, combine, hullOf } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import { lastName } from "../values/names-in-text.js";
import { mentions } from "../values/value-shapes.js";

/** Decorators that keep what a function returned for arguments that come again. */
const remembering: ReadonlySet<string> = new Set(["lru_cache", "cache", "memoize", "memoized", "cached"]);

/**
 * Whether the function keeps what it found for arguments that come again: by a decorator, or in a container that is not its own, of which it returns what
 * is there, and in which it stores what it has worked out.
 */
export function remembers(node: FunctionNode): boolean {
  return decoratorNames(node).some((name) => remembering.has(name)) || keepsResults(node);
}

const keeping = new WeakMap<FunctionFacts, boolean>();

/** Of a function by itself: who asks for it rests on nothing else in its file. */
function keepsResults(node: FunctionNode): boolean {
  const known = keeping.get(node.facts);
  if (known !== undefined) return known;
  const stores = new Set<string>();
  walkOperations(node.facts.body, (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "element" || operation.value?.op === "constant") return;
    const name = keptIn(operation.place.object, node);
    if (name !== undefined) stores.add(name);
  });
  const returns = (value: Value, depth = 0): boolean => {
    if (value.op === "read" && value.place.kind === "element") return stores.has(keptIn(value.place.object, node) ?? "");
    if (value.op === "call" && value.callee.op === "read" && value.callee.place.kind === "attribute" && value.callee.place.name === "get")
      return stores.has(keptIn(value.callee.place.object, node) ?? "");
    if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index || depth > 2) return false;
    return (node.bound(value.place.name) ?? []).some((bound) => returns(bound, depth + 1));
  };
  const keeps = stores.size > 0 && node.returned.some((value) => returns(value));
  keeping.set(node.facts, keeps);
  return keeps;
}

/** The name of a container that outlives a call: a parameter, a variable of a function around, an attribute. */
function keptIn(container: Value, node: FunctionNode): string | undefined {
  if (container.op !== "read" || container.place.kind === "element") return undefined;
  const { place } = container;
  if (place.kind === "attribute") return `.${place.name}`;
  if (place.owner !== node.index) return place.name;
  return node.head.parameters.some(({ name }) => name === place.name) && (node.bound(place.name) ?? []).length === 0
    ? place.name
    : undefined;
}

/**
 * How many different calls a recursion makes: no more than there are combinations of what its arguments can be, each from what it is first given to where
 * the function stops, in the steps that its calls of itself take.
 */
export function rememberedCount(
  node: FunctionNode,
  calls: readonly CallOperation[],
  activation: Activation,
  evaluator: Evaluator,
): Interval | undefined {
  const { parameters } = node.head;
  const own = parameters[0];
  const isMethod =
    own !== undefined &&
    calls.every((call) => call.callee.op === "read" && call.callee.place.kind === "attribute") &&
    node.head.class !== undefined;
  let all: Interval = exactly(1);
  let known = 0;
  let varying = 0;
  for (const [index, parameter] of parameters.entries()) {
    if (isMethod && index === 0) continue;
    const given = calls.map((call) => argumentOf(call, parameter, index - (isMethod ? 1 : 0)));
    if (given.every((value) => value === undefined || isParameter(value, parameter, node))) continue;
    varying++;
    const values = valuesOf(parameter, given, node, activation, evaluator);
    if (values) known++;
    all = multiply(all, values ?? anyValues);
  }
  if (known === 0) return undefined;
  const most = Math.min(all.high, mostKept);
  // Of a table of several arguments, some part is never asked for.
  const share = varying > 1 ? usualShare : 1;
  const likely = Math.min(most, Math.max(1, all.likely * share));
  // That it stops where it seems to is a guess as well.
  return interval(Math.min(likely, Math.max(1, all.low ** (1 / Math.max(1, varying)))), likely, most * 2);
}

const usualShare = 0.6;
/** Of an argument of which nobody knows what it can be. */
const anyValues: Interval = interval(1, 10, 1_000);
/** What is kept has to be somewhere. */
const mostKept = 1e8;

function argumentOf(call: CallOperation, { name }: ParameterFacts, position: number): Value | undefined {
  const named = call.arguments.find((each) => each.form === "keyword" && each.name === name);
  const placed = call.arguments[position];
  return named?.value ?? (placed?.form === "positional" ? placed.value : undefined);
}

/** How many values a parameter can have. */
function valuesOf(
  parameter: ParameterFacts,
  given: readonly (Value | undefined)[],
  node: FunctionNode,
  activation: Activation,
  evaluator: Evaluator,
): Amount {
  const argument = activation.arguments.get(parameter.name);
  const number = (): Amount =>
    argument
      ? argument.how === "element"
        ? evaluator.elementNumber(argument.value, argument.in)
        : evaluator.number(argument.value, argument.in)
      : parameter.default && evaluator.number(parameter.default, activation);
  const start = number();
  const ranges: Amount[] = [];
  for (const value of given) {
    if (!value || isParameter(value, parameter, node)) continue;
    const part = partOf(value, parameter, node);
    if (part === "shorter") {
      const length =
        argument &&
        (argument.how === "element" ? evaluator.elementLength(argument.value, argument.in) : evaluator.length(argument.value, argument.in));
      ranges.push(combine(length, exactly(1), (a, b) => a + b));
      continue;
    }
    if (!part) {
      ranges.push(elementsOf(value, node, activation, evaluator));
      continue;
    }
    const step = part.by && evaluator.number(part.by, activation);
    const exact = step && step.low === step.high && step.low > 0 ? step.low : 1;
    const size = start && interval(Math.max(0, start.low), Math.max(0, start.likely), Math.max(0, start.high));
    if (part.how === "divide")
      ranges.push(size && combine(size, exactly(Math.max(2, step?.low ?? 2)), (n, by) => Math.log(Math.max(1, n)) / Math.log(by) + 2));
    else if (part.how === "down") ranges.push(size && combine(size, exactly(exact), (n, by) => n / by + 1));
    else {
      const end = limitOf(parameter, node, activation, evaluator);
      // Bits that are set at first stay set.
      const values = (to: number, from: number): number =>
        part.how === "up" ? Math.max(0, to - from) / exact + 1 : (to + 1) / 2 ** bitsOf(from);
      ranges.push(combine(end, start ?? exactly(0), values));
    }
  }
  if (ranges.length === 0 || ranges.includes(undefined)) return undefined;
  const all = ranges as readonly Interval[];
  const most = (end: keyof Interval): number => Math.max(...all.map((each) => each[end]));
  return interval(most("low"), most("likely"), most("high"));
}

function bitsOf(value: number): number {
  return value > 0 && value < 2 ** 31 ? [...Math.floor(value).toString(2)].filter((bit) => bit === "1").length : 0;
}

/** How many values an argument has that is what a loop goes over, or next to it: `for k in range(n): best(k + 1)`. */
function elementsOf(value: Value, node: FunctionNode, activation: Activation, evaluator: Evaluator): Amount {
  if (value.op === "compute" && /^[+-]$/.test(value.operator)) {
    const [left, right] = value.operands;
    const moved = right?.op === "constant" ? left : left?.op === "constant" ? right : undefined;
    return moved && elementsOf(moved, node, activation, evaluator);
  }
  if (value.op === "item-of") return elementsOf(value.value, node, activation, evaluator);
  if (value.op === "element-of") {
    const { iterable } = value;
    if (iterable.op !== "call" || evaluator.externalNames(iterable, activation)[0] !== "builtins.range")
      return evaluator.length(iterable, activation);
    // Up to where it goes for what the function is first called with, from where it begins.
    const [from, to] = iterable.arguments.length > 1 ? iterable.arguments : [undefined, iterable.arguments[0]];
    const [start, end] = [from, to].map((each) => each && evaluator.number(each.value, activation));
    return end && combine(end, start ?? exactly(0), (last, first) => Math.max(1, last - first + 1));
  }
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return undefined;
  const bound = node.bound(value.place.name) ?? [];
  return bound.length === 1 && bound[0]?.op !== "read" && bound[0] ? elementsOf(bound[0], node, activation, evaluator) : undefined;
}

interface Step {
  readonly how: "up" | "down" | "divide" | "set bits";
  readonly by: Value | undefined;
}

/** How an argument comes about from the parameter that it is for: `n - 1`, `max(0, n - k)`, `word[1:]`, `mask | (1 << k)`. */
function partOf(value: Value, parameter: ParameterFacts, node: FunctionNode, depth = 0): Step | "shorter" | undefined {
  if (depth > 3) return undefined;
  if (value.op === "read") {
    const { place } = value;
    if (place.kind === "element")
      return isParameter(place.object, parameter, node) && place.index.op === "compute" && place.index.operator === "slice"
        ? "shorter"
        : undefined;
    if (place.kind !== "name" || place.owner !== node.index) return undefined;
    const bound = node.bound(place.name) ?? [];
    return bound.length === 1 && bound[0] ? partOf(bound[0], parameter, node, depth + 1) : undefined;
  }
  if (value.op === "call") {
    for (const { value: inner } of value.arguments) {
      const found = inner.op === "constant" ? undefined : partOf(inner, parameter, node, depth + 1);
      if (found) return found;
    }
    return undefined;
  }
  if (value.op !== "compute") return undefined;
  const [left, right] = value.operands;
  const isLeft = left !== undefined && isParameter(left, parameter, node);
  const isRight = right !== undefined && isParameter(right, parameter, node);
  switch (value.operator) {
    case "-":
      return isLeft ? { how: "down", by: right } : undefined;
    case "//":
    case ">>":
      return isLeft ? { how: "divide", by: value.operator === "//" ? right : undefined } : undefined;
    case "+":
      return isLeft || isRight ? { how: "up", by: isLeft ? right : left } : undefined;
    case "|":
      return isLeft || isRight ? { how: "set bits", by: undefined } : undefined;
    case "&":
    case "^":
      return isLeft || isRight ? { how: "down", by: undefined } : undefined;
    default:
      return undefined;
  }
}

function isParameter(value: Value, { name }: ParameterFacts, node: FunctionNode): value is ReadOperation {
  return value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === node.index;
}

/** What the function compares the parameter with, or goes up to from it. */
function limitOf(parameter: ParameterFacts, node: FunctionNode, activation: Activation, evaluator: Evaluator): Amount {
  const limits: Amount[] = [];
  const compared = (test: Value): void => {
    if (test.op === "choice") for (const each of test.values) compared(each);
    if (test.op !== "compute") return;
    if (test.operator === "not") for (const each of test.operands) compared(each);
    if (!/^(==|!=|>=|>|<=|<)$/.test(test.operator)) return;
    const [left, right] = test.operands;
    if (!left || !right) return;
    if (mentions(left, parameter.name)) limits.push(evaluator.number(right, activation));
    else if (mentions(right, parameter.name)) limits.push(evaluator.number(left, activation));
  };
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "branch" && operation.test) compared(operation.test);
    if (operation.op !== "loop" || operation.iterable?.op !== "call") return;
    // `for end in range(start + 1, len(text) + 1)`
    const [from, to] = operation.iterable.arguments;
    if (from && to && mentions(from.value, parameter.name)) limits.push(evaluator.number(to.value, activation));
  });
  const known = limits.filter((limit) => limit !== undefined && limit.high > 0);
  return known.length > 0 ? hullOf(known) : undefined;
}

/**
 * How often each arm of a branch is taken in a function that remembers, of the times that it works something out: arms that return without a call of
 * itself are for what it has found before, or for where it stops, at the edge of all that it is asked for.
 */
export function workedOutShares({ arms }: BranchOperation, shares: readonly number[], node: FunctionNode): readonly number[] {
  const stops = arms.map((arm) => arm[arm.length - 1]?.op === "return" && !callsItself(arm, node));
  if (!stops.includes(true) || !stops.includes(false)) return shares;
  const count = stops.filter((each) => each).length;
  return stops.map((each) => (each ? edgeShare / count : (1 - edgeShare) / (arms.length - count)));
}

const edgeShare = 0.05;

function callsItself(operations: readonly Operation[], node: FunctionNode): boolean {
  let found = false;
  walkOperations(operations, (operation) => {
    found ||= operation.op === "call" && lastName(operation.callee) === node.head.name;
  });
  return found;
}

/**
 * What remembering adds to working a result out: it is looked for, and kept, and other calls find it there. `lru_cache` of one argument adds 106 to 126
 * ns, of two, of which it makes a tuple, 191 to 195, and finds what is there in 78 to 90 with its call (CPython 3.8, 3.11, 3.13; `test/measure/remembered_calls.py`).
 */
export function rememberingNs(node: FunctionNode, calls: number, costs: OperationCosts): Interval {
  const { operations, library, slowness } = costs;
  const { lruCacheHit, callPythonTwo, tupleBuild, containsDict, dictLoad } = operations;
  const found = Math.max(0, calls - 1);
  if (!decoratorNames(node).some((name) => remembering.has(name)))
    return scale(add(callPythonTwo, add(tupleBuild, add(containsDict, dictLoad))), found * 1.5);
  const isTuple = node.head.parameters.length > 1;
  const kept = scale(lruCacheHit, (isTuple ? 6.6 : 3.9) + found * (isTuple ? 2.3 : 1));
  return library.column === "3.13t" ? add(kept, scale(relocking, calls * slowness)) : kept;
}

/**
 * CPython 3.13t locks a cache while the function runs, so that each call inside waits for the lock that its own thread holds, until it goes to sleep and by that lets go
 * of it (Modules/_functoolsmodule.c, Python/critical_section.c): 48 µs for each call of a recursion, 0.1 to 0.15 µs on other builds (`test/measure/growing_data.py`).
 */
const relocking: Interval = interval(15_000, 48_000, 120_000);
