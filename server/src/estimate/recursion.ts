import { type Interval, interval } from "../base/interval.js";
import type { FunctionNode } from "../program/link/entity.js";
import type { CallOperation, Value } from "../program/operation.js";
import type { Activation, Evaluator } from "./evaluate.js";
import { walkedCalls } from "./recursion-walk.js";

/** How many calls a function that calls itself makes in all; undefined where no argument tells how deep it goes. */
export function recursionCount(
  node: FunctionNode,
  calls: readonly CallOperation[],
  activation: Activation,
  evaluator: Evaluator,
): Interval | undefined {
  const walked = walkedCount(node, calls, activation, evaluator);
  if (walked) return walked;
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
      if (!node.facts.parameters.some((parameter) => parameter.name === name)) continue;
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
    if (length) return interval(levels(length.low), levels(length.likely), levels(length.high));
  }
  const given = parameterName === undefined ? undefined : activation.arguments.get(parameterName);
  const size =
    given && (given.how === "element" ? evaluator.elementNumber(given.value, given.in) : evaluator.number(given.value, given.in));
  if (!size || steps.length === 0) return undefined;
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

/** Where the arguments are numbers and all that the function decides by follows from them, its code tells. */
function walkedCount(
  node: FunctionNode,
  calls: readonly CallOperation[],
  activation: Activation,
  evaluator: Evaluator,
): Interval | undefined {
  const given = node.facts.parameters.map((parameter) => {
    const argument = activation.arguments.get(parameter.name);
    if (!argument) return parameter.default ? evaluator.number(parameter.default, activation) : undefined;
    return argument.how === "element"
      ? evaluator.elementNumber(argument.value, argument.in)
      : evaluator.number(argument.value, argument.in);
  });
  if (given.every((number) => number === undefined)) return undefined;
  const count = (end: "low" | "likely" | "high"): number | undefined =>
    walkedCalls(
      node,
      calls,
      given.map((number) => number && Math.round(number[end])),
    );
  const likely = count("likely");
  const low = likely && count("low");
  const high = low && count("high");
  return likely && low && high ? interval(Math.min(low, likely, high), likely, Math.max(low, likely, high)) : undefined;
}

/** The parameter of which the value is a part: `values[:middle]`, or a name bound to that. */
function slicedParameter(value: Value, node: FunctionNode): string | undefined {
  if (value.op !== "read") return undefined;
  if (value.place.kind === "name") {
    const bound = node.facts.bindings.get(value.place.name);
    return bound?.length === 1 && bound[0]?.op === "read" && bound[0].place.kind === "element"
      ? slicedParameter(bound[0], node)
      : undefined;
  }
  if (value.place.kind !== "element") return undefined;
  const { object, index } = value.place;
  if (index.op !== "compute" || index.operator !== "slice" || object.op !== "read" || object.place.kind !== "name") return undefined;
  const { name } = object.place;
  return node.facts.parameters.some((parameter) => parameter.name === name) ? name : undefined;
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
