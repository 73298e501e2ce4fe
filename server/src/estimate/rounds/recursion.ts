import { type Interval, interval } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import { loopsAround } from "../../program/link/loops.js";
import { sameValue } from "../../program/link/state/updates.js";
import { innerOperations, walkOperations } from "../../program/link/walk.js";
import type { CallOperation, Operation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import { combine } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";
import { shapeOf } from "../values/shape.js";
import { type Surroundings, walkedCalls } from "./recursion-walk.js";
import { rememberedCount, remembers } from "./remembered-calls.js";

/** How many calls a function that calls itself makes in all; undefined where no argument tells how deep it goes. */
export function recursionCount(
  node: FunctionNode,
  calls: readonly CallOperation[],
  activation: Activation,
  evaluator: Evaluator,
): Interval | undefined {
  const walked = walkedCount(node, calls, activation, evaluator);
  if (walked) return walked;
  // However many ways lead to it, what is remembered is worked out once.
  if (remembers(node)) return rememberedCount(node, calls, activation, evaluator);
  const searched = searchedCount(node, calls, activation, evaluator);
  if (searched) return searched;
  // What a call is given that another call returned says nothing of how deep that goes: `ack(m - 1, ack(m, n - 1))`.
  if (calls.some((call) => calls.some((other) => other !== call && call.start <= other.start && other.end <= call.end))) return undefined;
  const steps: { by: number; how: "minus" | "divide" }[] = [];
  let parameterName: string | undefined;
  let halved: string | undefined;
  for (const call of calls) {
    for (const argument of call.arguments) {
      const { value } = argument;
      const sliced = slicedParameter(value, node);
      if (sliced !== undefined) {
        halved ??= sliced;
        break;
      }
      if (value.op !== "compute" || value.operands[0]?.op !== "read" || value.operands[0].place.kind !== "name") continue;
      const name = value.operands[0].place.name;
      if (!node.head.parameters.some((parameter) => parameter.name === name)) continue;
      const by = value.operands[1] && evaluator.number(value.operands[1], activation);
      if (!by || by.low <= 0) continue;
      if (value.operator === "-") steps.push({ by: by.likely, how: "minus" });
      else if ((value.operator === "//" || value.operator === ">>") && by.likely > 1)
        steps.push({ by: value.operator === ">>" ? 2 ** by.likely : by.likely, how: "divide" });
      else continue;
      parameterName ??= name;
      break;
    }
  }
  if (halved !== undefined && steps.length === 0) {
    // Each level goes through the whole once, in ever smaller parts; what one call costs counts for all calls of its level.
    const whole = activation.arguments.get(halved);
    const length =
      whole && (whole.how === "element" ? evaluator.elementLength(whole.value, whole.in) : evaluator.length(whole.value, whole.in));
    const levels = (n: number): number => Math.log2(Math.max(2, n));
    const isOneWay = mostTogether(node.facts.body, calls) < 2;
    // Who goes on with one part alone copies less at each level, as much as twice the first in all; what does not go by the length, each level takes.
    if (length && isOneWay) return interval(Math.min(2, levels(length.low)), Math.sqrt(2 * levels(length.likely)), levels(length.high));
    if (length) return interval(levels(length.low), levels(length.likely), levels(length.high));
  }
  const given = parameterName === undefined ? undefined : activation.arguments.get(parameterName);
  const size =
    given && (given.how === "element" ? evaluator.elementNumber(given.value, given.in) : evaluator.number(given.value, given.in));
  if (!size || steps.length === 0) return partsCount(node, calls, activation, evaluator);
  const count = (n: number): number => {
    const value = Math.max(1, n);
    const divides = steps.filter((step) => step.how === "divide");
    if (divides.length > 0) {
      const by = divides[0]?.by ?? 2;
      return divides.length === 1 ? Math.log(value) / Math.log(by) + 1 : value ** (Math.log(divides.length) / Math.log(by)) + 1;
    }
    if (steps.length === 1) return value / (steps[0]?.by ?? 1) + 1;
    return Math.min(growth(steps.map((step) => step.by)) ** value * 1.2, 1e15);
  };
  return interval(count(size.low), count(size.likely), count(size.high));
}

/**
 * The share of so many calls that call nothing, as `fib(1)`, where the others call themselves more than once with smaller numbers; 0 where that does not show.
 * What a function costs is that of a call from outside, which is none of them.
 */
export function endingShare(node: FunctionNode, calls: readonly CallOperation[], { likely }: Interval): number {
  if (calls.length < 2 || remembers(node)) return 0;
  const goesDown = (call: CallOperation): boolean =>
    loopsAround(node, call).length === 0 &&
    call.arguments.some(({ value }) => value.op === "compute" && /^(-|\/\/|>>)$/.test(value.operator));
  const together = mostTogether(node.facts.body, calls);
  return together > 1 && calls.every(goesDown) ? Math.max(0, 1 - (likely - 1) / together / Math.max(1, likely)) : 0;
}

/** Whether each call makes at most one other, so that they stand one inside the other, and those from a loop do not. */
export function goesOneWay(node: FunctionNode, calls: readonly CallOperation[]): boolean {
  const all = callsAlike(node, calls);
  return all.every((call) => loopsAround(node, call).length === 0) && mostTogether(node.facts.body, all) < 2;
}

/** With those that the first call cannot come to, for the numbers that it is given, and later ones can. */
function callsAlike(node: FunctionNode, calls: readonly CallOperation[]): readonly CallOperation[] {
  const all: CallOperation[] = [];
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "call" && calls.some(({ callee }) => sameValue(callee, operation.callee))) all.push(operation);
  });
  return all;
}

/** How many of these calls one way through the function makes at most, each round of a loop taken for one. */
function mostTogether(operations: readonly Operation[], calls: readonly CallOperation[]): number {
  const { through, ended } = waysThrough(operations, calls);
  return Math.max(through, ended);
}

/** The same for the ways that come to the end of a block, and for those that leave it before; 0 where there are none. */
function waysThrough(
  operations: readonly Operation[],
  calls: readonly CallOperation[],
): { readonly through: number; readonly ended: number } {
  let through = 0;
  let ended = 0;
  for (const operation of operations) {
    if (operation.op === "return" || operation.op === "raise") return { through: 0, ended: Math.max(ended, through) };
    if (operation.op === "call" && calls.includes(operation)) through++;
    const inner = innerOperations(operation).map((part) => ({ ...waysThrough(part, calls), leaves: leaves(part) }));
    ended = Math.max(ended, ...inner.map((part) => through + part.ended));
    const onward = inner.filter((part) => !part.leaves).map((part) => part.through);
    through += operation.op === "branch" ? Math.max(0, ...onward) : onward.reduce((sum, each) => sum + each, 0);
  }
  return { through, ended };
}

function leaves(operations: readonly Operation[]): boolean {
  const last = operations[operations.length - 1];
  return last?.op === "return" || last?.op === "raise";
}

/** Where the arguments are numbers and all that the function decides by follows from them, its code tells. */
function walkedCount(
  node: FunctionNode,
  calls: readonly CallOperation[],
  activation: Activation,
  evaluator: Evaluator,
): Interval | undefined {
  const given = node.head.parameters.map((parameter) => {
    const argument = activation.arguments.get(parameter.name);
    if (!argument) return parameter.default ? evaluator.number(parameter.default, activation) : undefined;
    return argument.how === "element"
      ? evaluator.elementNumber(argument.value, argument.in)
      : evaluator.number(argument.value, argument.in);
  });
  if (given.every((number) => number === undefined)) return undefined;
  const keeps = remembers(node);
  const all = callsAlike(node, calls);
  const outer: Activation = { ...bareActivation(node), caller: activation.caller };
  const around: Surroundings = {
    number: (value) => exactNumber(evaluator.number(value, outer)),
    items: (value) => evaluator.itemsOf(value, outer)?.map((each) => exactNumber(each)),
    name: (call) => evaluator.externalNames(call, outer)[0],
  };
  const count = (end: "low" | "likely" | "high"): number | undefined => {
    const walked = walkedCalls(
      node,
      all,
      given.map((number) => number && Math.round(number[end])),
      around,
    );
    return walked && (keeps || walked.remembers ? walked.combinations : walked.calls);
  };
  const likely = count("likely");
  const low = likely && count("low");
  const high = likely && (count("high") ?? likely * 3);
  return likely && low && high ? interval(Math.min(low, likely, high), likely, Math.max(low, likely, high)) : undefined;
}

function exactNumber(amount: Interval | undefined): number | undefined {
  return amount && amount.low === amount.high ? amount.low : undefined;
}

/**
 * How many calls a search makes that tries one choice after the other at each level, down to a depth that is told by a number that grows by one:
 * `place(row + 1)` in a loop over the columns, until `row == size`. At least one way down is gone, at most every choice at every level is tried;
 * where the loop leaves choices out, no choice twice, and likely is a little nearer to all than to one on a scale of magnitudes.
 */
function searchedCount(
  node: FunctionNode,
  calls: readonly CallOperation[],
  activation: Activation,
  evaluator: Evaluator,
): Interval | undefined {
  const [call] = calls;
  const [loop] = call && calls.length === 1 ? loopsAround(node, call).slice(-1) : [];
  if (!call || !loop) return undefined;
  const { count, known } = evaluator.trips(loop, activation);
  const way = known === "known" ? depthOf(node, call, activation, evaluator) : undefined;
  if (!way) return undefined;
  const { depth, from } = way;
  const isChoosy = loop.body.some((operation) => operation.op === "branch");
  // Who goes on from a level further down has as many choices taken already.
  const taken = from > 0 && depth.likely + from === count.likely ? from : 0;
  const most = (choices: number, levels: number): number => {
    let ways = 1;
    let total = 1;
    for (let level = 0; level < Math.min(levels, 60) && ways < 1e12; level++) {
      ways *= isChoosy ? Math.max(0, choices - taken - level) : choices;
      total += ways;
    }
    return total;
  };
  const one = (levels: number): number => levels + 1;
  const whole = (end: "low" | "likely" | "high"): number => most(count[end], depth[end]);
  if (!isChoosy) return interval(one(depth.low), whole("likely"), whole("high"));
  const between = (end: "low" | "likely" | "high", share: number): number => one(depth[end]) ** (1 - share) * whole(end) ** share;
  // Who stops at the first way that leads to the end may have found it at once.
  const least = loop.endsEarly ? one(depth.low) : between("low", searchedShares.low);
  return interval(least, between("likely", searchedShares.likely), between("high", searchedShares.high));
}

/**
 * How near to trying all choices, on a scale of magnitudes, a search comes that leaves out what cannot be: 0.56 to 0.6 for six to ten queens. Who prunes less
 * gets nearer to all of them.
 */
const searchedShares = { low: 0.35, likely: 0.6, high: 0.9 } as const;

/** How many levels down a parameter that grows or shrinks by a fixed step meets what the function compares it with, and what it starts from. */
function depthOf(
  node: FunctionNode,
  call: CallOperation,
  activation: Activation,
  evaluator: Evaluator,
): { readonly depth: Interval; readonly from: number } | undefined {
  for (const [index, { value }] of call.arguments.entries()) {
    const parameter = node.head.parameters[index];
    if (!parameter || value.op !== "compute" || (value.operator !== "+" && value.operator !== "-")) continue;
    const [own, by] = value.operands;
    if (!own || !by || !isReadOf(own, parameter.name, node)) continue;
    const step = evaluator.number(by, activation);
    if (!step || step.low !== step.high || step.low <= 0) continue;
    let limit: Value | undefined;
    walkOperations(node.facts.body, (operation) => {
      if (operation.op !== "compute" || !/^(==|>=|>|<=|<)$/.test(operation.operator)) return;
      const [left, right] = operation.operands;
      if (left && right && isReadOf(left, parameter.name, node)) limit ??= right;
      else if (left && right && isReadOf(right, parameter.name, node)) limit ??= left;
    });
    const start = evaluator.number(own, activation);
    const end = limit && evaluator.number(limit, activation);
    const distance = combine(start, end, (from, to) => Math.abs(to - from) / step.low);
    if (distance && distance.high > 0) return { depth: distance, from: value.operator === "+" ? (start?.likely ?? 0) : 0 };
  }
  return undefined;
}

/** How many calls a function makes that calls itself for the parts of what it is given: at most one for each, and not for the leaves if it asks. */
function partsCount(
  node: FunctionNode,
  calls: readonly CallOperation[],
  activation: Activation,
  evaluator: Evaluator,
): Interval | undefined {
  for (const call of calls) {
    for (const { value } of call.arguments) {
      const whole = wholeOf(value, node, 0);
      if (whole === undefined) continue;
      const given = activation.arguments.get(whole);
      const shape = given?.how === "whole" ? shapeOf(given.value, given.in, evaluator) : undefined;
      if (!shape) return unknownParts;
      const containers = Math.max(1, shape.containers);
      return interval(1, containers, containers + shape.integers + shape.floats + shape.texts);
    }
  }
  return undefined;
}

/** Settings and documents have some dozens of parts, trees of files or syntax some thousands. */
const unknownParts: Interval = interval(1, 100, 100_000);

/** The parameter of which the value is a part, however it is taken out: `node.left`, `value` of `for key, value in config.items()`. */
function wholeOf(value: Value, node: FunctionNode, depth: number): string | undefined {
  const isParameter = (name: string): boolean => node.head.parameters.some((parameter) => parameter.name === name);
  /** Of something that it is a part of, or the whole itself. */
  const container = (of: Value): string | undefined =>
    of.op === "read" && of.place.kind === "name" && of.place.owner === node.index && isParameter(of.place.name)
      ? of.place.name
      : wholeOf(of, node, depth + 1);
  if (depth > 6) return undefined;
  switch (value.op) {
    case "read": {
      if (value.place.kind !== "name") return container(value.place.object);
      const bound = node.bound(value.place.name) ?? [];
      return value.place.owner === node.index && bound.length === 1 && bound[0] ? wholeOf(bound[0], node, depth + 1) : undefined;
    }
    case "element-of":
      return container(value.iterable);
    case "item-of":
      return container(value.value);
    case "call": {
      const { callee } = value;
      if (callee.op === "read" && callee.place.kind === "attribute") return container(callee.place.object);
      const [first] = value.arguments;
      return first && container(first.value);
    }
    default:
      return undefined;
  }
}

function isReadOf(value: Value, name: string, node: FunctionNode): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === node.index;
}

/** The parameter of which the value is a part: `values[:middle]`, or a name bound to that. */
function slicedParameter(value: Value, node: FunctionNode): string | undefined {
  if (value.op !== "read") return undefined;
  if (value.place.kind === "name") {
    const bound = node.bound(value.place.name);
    return bound?.length === 1 && bound[0]?.op === "read" && bound[0].place.kind === "element"
      ? slicedParameter(bound[0], node)
      : undefined;
  }
  if (value.place.kind !== "element") return undefined;
  const { object, index } = value.place;
  if (index.op !== "compute" || index.operator !== "slice" || object.op !== "read" || object.place.kind !== "name") return undefined;
  const { name } = object.place;
  return node.head.parameters.some((parameter) => parameter.name === name) ? name : undefined;
}

/** The growth rate of a recursion that calls itself with its argument lessened by each of `steps`: 1.618 for fib. */
function growth(steps: readonly number[]): number {
  let low = 1;
  let high = steps.length + 1;
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (steps.reduce((sum, step) => sum + middle ** -step, 0) > 1) low = middle;
    else high = middle;
  }
  return low;
}
