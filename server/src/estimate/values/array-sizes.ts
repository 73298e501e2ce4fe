import { exactly } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import { type Amount, combine } from "./amount.js";
import { positionalOf } from "./call-arguments.js";
import type { Evaluator } from "./evaluate.js";

/** Calls that make an array of a size that they are given. */
export const arrayShapes: ReadonlySet<string> = new Set([
  "numpy.zeros",
  "numpy.ones",
  "numpy.empty",
  "numpy.full",
  "numpy.arange",
  "numpy.linspace",
  ...["rand", "randn", "random", "random_sample", "standard_normal", "normal", "uniform", "randint", "choice"].flatMap((draw) => [
    `numpy.random.${draw}`,
    `numpy.random.RandomState.${draw}`,
  ]),
  ...["exponential", "poisson", "binomial", "gamma", "beta"].flatMap((draw) => [
    `numpy.random.${draw}`,
    `numpy.random.RandomState.${draw}`,
    `numpy.random.Generator.${draw}`,
  ]),
  ...["random", "standard_normal", "standard_exponential", "normal", "lognormal", "uniform", "integers", "choice"].map(
    (draw) => `numpy.random.Generator.${draw}`,
  ),
  ...["zeros", "ones", "empty", "rand", "randn"].map((make) => `torch.${make}`),
]);

/** How many elements the array has that a call of NumPy or PyTorch makes. */
export function arraySize(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  return product(dimensionsOf(name, call), at, evaluator);
}

/** How many rows such an array has, which is what `len` says of it and how often a loop goes round. */
export function arrayRows(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const [first] = dimensionsOf(name, call);
  return first && evaluator.number(first, at);
}

/** How many elements each row of such an array has; undefined where it has one dimension. */
export function arrayRowSize(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const [, ...others] = dimensionsOf(name, call);
  return others.length > 0 ? product(others, at, evaluator) : undefined;
}

/** Whether a call says of which size the array is; one that draws a number at a time does not. */
export function isOfSize(name: string, call: CallOperation): boolean {
  return dimensionsOf(name, call).length > 0;
}

/** The lengths of the dimensions, as they are written; none where the call does not say. */
function dimensionsOf(name: string, call: CallOperation): readonly Value[] {
  const positional = call.arguments.filter((argument) => argument.form === "positional").map((argument) => argument.value);
  if (name.startsWith("numpy.random.") || name.startsWith("torch.")) {
    const size = call.arguments.find((argument) => argument.name === "size")?.value;
    if (size) return spread(size);
    // What comes before says what is drawn.
    const before = parametersBefore(name);
    if (before > 0) return positional[before] ? spread(positional[before]) : [];
    if (name.startsWith("numpy.random.") && !/\.randn?$/.test(name)) return positional[0] ? spread(positional[0]) : [];
    return positional.length === 1 ? spread(positional[0] as Value) : positional;
  }
  const [first, second, third] = positionalOf(call);
  const shape = name === "numpy.linspace" ? third : name === "numpy.arange" ? (second ?? first) : first;
  return shape ? spread(shape) : [];
}

/** How many parameters of what is drawn stand before `size`. */
function parametersBefore(name: string): number {
  if (/\.(normal|uniform|randint|integers|binomial|gamma|beta|lognormal)$/.test(name)) return 2;
  return /\.(choice|exponential|poisson)$/.test(name) ? 1 : 0;
}

function spread(shape: Value): readonly Value[] {
  return shape.op === "display" ? shape.elements : [shape];
}

function product(numbers: readonly Value[], at: Activation, evaluator: Evaluator): Amount {
  if (numbers.length === 0) return undefined;
  return numbers.map((each) => evaluator.number(each, at)).reduce((a, b) => combine(a, b, (x, y) => x * y), exactly(1));
}
