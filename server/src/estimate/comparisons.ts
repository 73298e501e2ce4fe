import type { Interval } from "../base/interval.js";
import type { CallOperation } from "../program/operation.js";
import type { Activation } from "./activation.js";
import { defaultLength, type Evaluator } from "./evaluate.js";
import { comparisonRun } from "./implicit-methods.js";

/** What compares objects of classes of the program in a call that sorts them or keeps them in order, and how often; undefined for any other call. */
export function comparisonsOf(
  name: string,
  { callee, arguments: given }: CallOperation,
  at: Activation,
  evaluator: Evaluator,
): { readonly run: NonNullable<ReturnType<typeof comparisonRun>>; readonly times: Interval } | undefined {
  const isOnHeap = /^(heapq\.heap(push|pop|replace|pushpop|ify)|bisect\.)/.test(name);
  if ((!isOnHeap && !/^builtins\.(sorted|min|max|list\.sort)$/.test(name)) || given.some((each) => each.name === "key")) return undefined;
  const elements = given[0]?.value ?? (callee.op === "read" && callee.place.kind === "attribute" ? callee.place.object : undefined);
  const run = elements && comparisonRun(elements, at, evaluator.resolver);
  if (!run) return undefined;
  const count = evaluator.length(elements, at) ?? defaultLength;
  const each = (n: number): number => (isOnHeap ? Math.log2(n + 2) : /(min|max)$/.test(name) ? n : n * Math.log2(n + 2) * 0.85);
  return { run, times: { low: each(count.low), likely: each(count.likely), high: each(count.high) } };
}
