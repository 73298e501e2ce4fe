import { type Interval, interval } from "../../base/interval.js";
import { contains, type Range } from "../../base/range.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { loopsAround } from "../../program/link/loops.js";
import type { LoopOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { sameName } from "../values/value-shapes.js";

interface Rounds {
  readonly count: Interval;
  readonly known: "known" | "default";
}

/** Rounds of a `while` loop that goes from one thing to the next, or takes a divisor out of a number; undefined of others. */
export function linkedRounds(loop: LoopOperation, at: Activation, evaluator: Evaluator): Rounds | undefined {
  if (loop.form !== "while") return undefined;
  const divided = dividedOutRounds(loop, at, evaluator);
  return divided ? { count: divided, known: "known" } : followedRounds(loop, at.function);
}

/**
 * `while n % d == 0: n //= d`: as often as the divisor is in the number. That is once for every `d - 1` numbers on average, and all times together, whatever
 * is tried, no more than the logarithm of the number.
 */
function dividedOutRounds({ test, start, end }: LoopOperation, at: Activation, evaluator: Evaluator): Interval | undefined {
  const compared = test?.op === "compute" && (test.operator === "==" || test.operator === "not") ? test.operands[0] : undefined;
  if (compared?.op !== "compute" || compared.operator !== "%") return undefined;
  const [number, divisor] = compared.operands;
  if (!number || !divisor || !isDividedIn({ start, end }, number, at.function)) return undefined;
  const isTried = loopsAround(at.function, { start, end }).some((outer) => outer.start < start);
  const by = evaluator.number(divisor, at);
  const usual = by && by.low === by.high && by.low > 1 ? 1 / (by.low - 1) : isTried ? divisorsTried : 1;
  return interval(0, usual, isTried ? 4 : 60);
}

/** Of a divisor that is one of many. */
const divisorsTried = 0.1;

/** Whether the loop divides what its test holds another number against: `while d * d <= n`, where `n` gets smaller as divisors are found. */
export function limitShrinks(loop: LoopOperation, limit: Value, node: FunctionNode): boolean {
  return limit.op === "read" && limit.place.kind === "name" && limit.place.owner === node.index && isDividedIn(loop, limit, node);
}

/** Whether a variable is divided there, and holds the quotient afterwards: `n //= d`. */
function isDividedIn(within: Range, number: Value, node: FunctionNode): boolean {
  if (number.op !== "read" || number.place.kind !== "name") return false;
  return (node.bound(number.place.name) ?? []).some(
    (bound) =>
      contains(within, bound) &&
      bound.op === "compute" &&
      /^\/\/?$/.test(bound.operator) &&
      bound.operands[0] !== undefined &&
      sameName(bound.operands[0], number),
  );
}

/**
 * `node = node.left`, `x = parent[x]`: from one thing to the next until there is none. Down a tree, whose node tells which of several ways to go, as often as
 * it is deep; up to where a link leads to itself, as in sets that are united, a few times, as such chains are kept short; else along a chain.
 */
function followedRounds(loop: LoopOperation, node: FunctionNode): Rounds | undefined {
  const { start, end, test } = loop;
  for (const [name, values] of node.facts.bindings) {
    const steps = values.filter((bound) => bound.start >= start && bound.end <= end);
    const links = steps.flatMap((bound) => linksOf(bound, name, node));
    if (links.length === 0) continue;
    if (links.includes("element")) {
      const isRoot =
        test?.op === "compute" && test.operator === "!=" && test.operands.some((operand) => linksOf(operand, name, node).length > 0);
      return { count: isRoot ? untilRoot : backAgain, known: "default" };
    }
    if (new Set(links).size > 1) return { count: downTree, known: "default" };
    const isInner = loopsAround(node, loop).length > 1;
    return { count: isInner ? alongBucket : alongChain, known: "default" };
  }
  return undefined;
}

/** The attributes that a value is read by from the variable of that name; `element` where the variable says which of a container's. */
function linksOf(value: Value, name: string, node: FunctionNode): readonly string[] {
  if (value.op === "choice") return value.values.flatMap((each) => linksOf(each, name, node));
  if (value.op !== "read" || value.place.kind === "name") return [];
  const { place } = value;
  const isIt = (of: Value): boolean =>
    of.op === "read" && of.place.kind === "name" && of.place.name === name && of.place.owner === node.index;
  if (place.kind === "attribute") return isIt(place.object) ? [place.name] : [];
  return isIt(place.index) ? ["element"] : [];
}

const untilRoot = interval(0.2, 1.5, 15);
const backAgain = interval(1, 15, 2_000);
const downTree = interval(2, 11, 100);
const alongBucket = interval(0.2, 2, 100);
const alongChain = interval(1, 100, 1_000_000);

/**
 * How many there are of what belongs to one thing, `for other in links[node]`: a few on average, where the rows of a table, which a number says, may be long.
 */
export function linkedLength(iterable: Value, at: Activation, evaluator: Evaluator): Interval | undefined {
  const called =
    iterable.op === "call" && iterable.callee.op === "read" && iterable.callee.place.kind === "attribute" ? iterable : undefined;
  if (called) {
    const { callee } = called;
    const { name, object } = callee.op === "read" && callee.place.kind === "attribute" ? callee.place : { name: "", object: callee };
    if (name === "items" || name === "keys" || name === "values") return linkedLength(object, at, evaluator);
    return name === "get" && called.arguments.length > 0 ? linksOfOne : undefined;
  }
  if (iterable.op !== "read" || iterable.place.kind !== "element") return undefined;
  const { index } = iterable.place;
  if (index.op !== "read" || index.place.kind !== "name" || index.place.owner !== at.function.index) return undefined;
  const isNumber = (at.function.bound(index.place.name) ?? []).some((bound) => {
    const of = bound.op === "item-of" ? bound.value : bound;
    if (bound.op === "constant" || bound.op === "compute") return true;
    return (
      of.op === "element-of" &&
      of.iterable.op === "call" &&
      /^builtins\.(range|enumerate)$/.test(evaluator.externalNames(of.iterable, at)[0] ?? "")
    );
  });
  return isNumber ? undefined : linksOfOne;
}

const linksOfOne = interval(0.5, 5, 2_000);
