import { exactly } from "../../base/interval.js";
import type { CallOperation, Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import { type Amount, combine } from "./amount.js";
import { positionalOf } from "./call-arguments.js";
import type { Evaluator } from "./evaluate.js";

export const arrangements: ReadonlySet<string> = new Set([
  "itertools.permutations",
  "itertools.combinations",
  "itertools.combinations_with_replacement",
  "itertools.product",
]);

function arrangementsOf(name: string, of: number, some: number): number {
  const from = name === "itertools.combinations_with_replacement" ? of + some - 1 : of;
  if (some > from) return 0;
  let count = 1;
  for (let i = 0; i < some && count < 1e15; i++) count *= name === "itertools.permutations" ? of - i : (from - i) / (i + 1);
  return count;
}

/** How many permutations, combinations or tuples `itertools` makes. */
export function arrangementCount(name: string, call: CallOperation, at: Activation, evaluator: Evaluator): Amount {
  const positional = positionalOf(call);
  const named = (keyword: string): Value | undefined => call.arguments.find((argument) => argument.name === keyword)?.value;
  const [first] = positional;
  const length = first && evaluator.length(first, at);
  if (name === "itertools.product") {
    const repeat = named("repeat");
    const times = repeat ? evaluator.number(repeat, at) : exactly(1);
    const once = positional.map((each) => evaluator.length(each, at)).reduce((a, b) => combine(a, b, (x, y) => x * y), exactly(1));
    return combine(once, times, (base, exponent) => base ** exponent);
  }
  const taken = positional[1] ?? named("r");
  const size = taken ? evaluator.number(taken, at) : name === "itertools.permutations" ? length : undefined;
  return combine(length, size, (of, some) => arrangementsOf(name, Math.round(of), Math.round(some)));
}
