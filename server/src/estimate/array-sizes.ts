import { exactly } from "../base/interval.js";
import type { CallOperation, Value } from "../program/operation.js";
import { type Amount, combine } from "./amount.js";
import { positionalOf } from "./call-arguments.js";
import type { Activation, Evaluator } from "./evaluate.js";

/** Calls that make an array of a size that they are given. */
export const arrayShapes: ReadonlySet<string> = new Set([
  "numpy.zeros",
  "numpy.ones",
  "numpy.empty",
  "numpy.full",
  "numpy.arange",
  "numpy.linspace",
  "numpy.random.rand",
  "numpy.random.randn",
  "numpy.random.random",
  "numpy.random.standard_normal",
  "numpy.random.normal",
  "numpy.random.uniform",
  "numpy.random.randint",
  ...["Generator", "RandomState"].flatMap((type) =>
    ["random", "standard_normal", "normal", "uniform"].map((method) => `numpy.random.${type}.${method}`),
  ),
  ...["zeros", "ones", "empty", "rand", "randn"].map((make) => `torch.${make}`),
]);

/** How many elements the array has that a call of NumPy or PyTorch makes. */
export function arraySize(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  if (name.startsWith("numpy.random.") || name.startsWith("torch.")) {
    const positional = call.arguments.filter((argument) => argument.form === "positional");
    const size = call.arguments.find((argument) => argument.name === "size")?.value;
    if (size) return productOf(size, at, evaluator);
    // The first two say what is drawn.
    if (/\.(normal|uniform|randint)$/.test(name)) return positional[2] ? productOf(positional[2].value, at, evaluator) : undefined;
    return positional
      .map((argument) => productOf(argument.value, at, evaluator))
      .reduce((a, b) => combine(a, b, (x, y) => x * y), exactly(1));
  }
  const [first, second, third] = positionalOf(call);
  const shape = name === "numpy.linspace" ? third : name === "numpy.arange" ? (second ?? first) : first;
  return shape && productOf(shape, at, evaluator);
}

/** A number, or the product of a tuple of numbers. */
export function productOf(value: Value, at: Activation, evaluator: Evaluator): Amount {
  if (value.op !== "display") return evaluator.number(value, at);
  return value.elements.map((element) => evaluator.number(element, at)).reduce((a, b) => combine(a, b, (x, y) => x * y), exactly(1));
}
