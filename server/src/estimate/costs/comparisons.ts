import { type Interval, interval } from "../../base/interval.js";
import { lastNameOf } from "../../program/link/last-name.js";
import type { CallOperation, Value } from "../../program/operation.js";
import { type Activation, bareActivation } from "../values/activation.js";
import { positionalOf } from "../values/call-arguments.js";
import { defaultLength, type Evaluator } from "../values/evaluate.js";
import { comparisonRun, likeComparisonRun } from "./implicit-methods.js";

type Run = NonNullable<ReturnType<typeof comparisonRun>>;

/** What compares objects of classes of the program in a call that sorts them or keeps them in order, and how often; undefined for any other call. */
export function comparisonsOf(
  name: string,
  { callee, arguments: given }: CallOperation,
  at: Activation,
  evaluator: Evaluator,
): { readonly run: Run; readonly times: Interval } | undefined {
  const times = timesOf(name);
  if (!times || given.some((each) => each.name === "key")) return undefined;
  const elements = given[0]?.value ?? (callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined);
  if (!elements) return undefined;
  const run =
    comparisonRun(elements, at, evaluator.resolver) ?? (name.startsWith("heapq.") ? pushedRun(elements, at, evaluator) : undefined);
  if (!run) return undefined;
  const count = evaluator.length(elements, at) ?? defaultLength;
  return { run, times: interval(times(count.low), times(count.likely), times(count.high)) };
}

/**
 * How often two of so many are compared. What is pushed mostly stays near the end of a heap; what is taken from one leaves a place that is filled from one level
 * after the other, with a comparison on each. Of random numbers, a push takes 1.9 to 2.3 on heaps of 100 to 10,000, replacing the first of 100, 1,000 and 10,000
 * takes 6.9, 10.2 and 13.6, and making a heap 1.5 to 1.7 for each (CPython 3.11, `test/measure/implicit_calls.py`).
 */
function timesOf(name: string): ((count: number) => number) | undefined {
  switch (name) {
    case "builtins.sorted":
    case "builtins.list.sort":
      return (count) => count * Math.log2(count + 2) * 0.85;
    case "builtins.min":
    case "builtins.max":
      return (count) => count;
    case "heapq.heapify":
      return (count) => count * 1.6;
    case "heapq.heappush":
      return (count) => Math.min(2.2, Math.log2(count + 2));
    default:
      return /^(heapq\.heap(pop|replace|pushpop)$|bisect\.)/.test(name) ? (count) => Math.log2(count + 2) : undefined;
  }
}

/** What compares the entries of a heap that starts empty: those that are put on one of that name. */
function pushedRun(heap: Value, at: Activation, evaluator: Evaluator): Run | undefined {
  const name = lastNameOf(heap);
  if (name === undefined) return undefined;
  const { file } = at.function;
  for (const { call, function: index } of file.calls("heappush").slice(0, mostPushes)) {
    const [into, entry] = positionalOf(call);
    const within = file.functionAt(index);
    if (!into || !entry || !within || lastNameOf(into) !== name) continue;
    const run = likeComparisonRun(entry, within === at.function ? at : bareActivation(within), evaluator.resolver);
    if (run) return run;
  }
  return undefined;
}

const mostPushes = 20;
