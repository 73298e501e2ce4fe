import type { Target } from "../../base/target.js";
import { type CallCost, costOf } from "../../knowledge/evaluate.js";
import type { LoopOperation, Value } from "../../program/operation.js";
import type { Activation } from "../values/activation.js";
import type { Evaluator } from "../values/evaluate.js";
import { libraryName } from "./called-library.js";
import { onMachine } from "./library-call-cost.js";
import type { OperationCosts } from "./operation-costs.js";

/*
 * What hands out the elements that a loop runs over, where that is no list: an object of a library, or a call that may do anything for each.
 */

/** Whether a call of which nothing is known hands out the elements one by one, and may do anything for each: `response.iter_lines()`. */
export function isProduced(iterable: Value, at: Activation, evaluator: Evaluator): boolean {
  if (iterable.op !== "call") return false;
  const [name] = evaluator.resolver.externalCallees(iterable, at.function);
  if (name === "builtins.iter") return iterable.arguments.length === 2;
  if (name !== undefined && (evaluator.resolver.knowledge.callable(name) || name.startsWith("builtins."))) return false;
  return libraryName(iterable, at.function, evaluator) === undefined && evaluator.resolver.callees(iterable, at.function).length === 0;
}

/** What an object of a library takes to hand out its next element: a row of a `csv.DictReader` or of a database. */
export function nextCost(
  { iterable }: LoopOperation,
  at: Activation,
  evaluator: Evaluator,
  target: Target,
  costs: OperationCosts,
): CallCost | undefined {
  for (const entity of iterable ? evaluator.resolver.resolve(iterable, at.function) : []) {
    // Of a text whose length is known, making the reader counts for all of it.
    if (entity.kind !== "object" || (entity.type === "csv.reader" && iterable && evaluator.length(iterable, at))) continue;
    const entry = evaluator.resolver.knowledge.callable(`${entity.type}.__next__`);
    const cost = entry?.cost && onMachine(costOf(entry, { target }), costs);
    if (cost) return cost;
  }
  return undefined;
}
