import type { Entity, FunctionNode } from "../../program/link/entity.js";
import { loopsAround } from "../../program/link/loops.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import type { Operation, Value } from "../../program/operation.js";
import { bareActivation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import type { Evaluator } from "../values/evaluate.js";

/**
 * How many of the threads that a place starts can be at work at once because each takes a place of a semaphore first: in the loop that starts them, or
 * as the first thing that they do. Undefined where no semaphore holds them back, or one of unknown size.
 */
export function roomOf(spawn: Spawn, resolver: Resolver, evaluator: Evaluator): Amount {
  const size = (value: Value, node: FunctionNode): Amount => {
    for (const entity of resolver.resolve(value, node)) {
      if (entity.kind !== "object" || !/^threading\.(Bounded)?Semaphore$/.test(entity.type)) continue;
      const count = semaphorePlaces(entity, evaluator);
      if (count && count !== "not said") return count;
    }
    return undefined;
  };
  const { call, in: node, targets } = spawn;
  for (const loop of loopsAround(node, call)) {
    const found = firstTaken(
      loop.body.filter(({ start }) => start < call.start),
      (value) => size(value, node),
    );
    if (found) return found;
  }
  const target = targets.length === 1 ? targets[0]?.function : undefined;
  return target && firstTaken(target.facts.body, (value) => size(value, target));
}

/** How many places a semaphore was made with; `not said`: it was made without a number, and has one place. Undefined for a number that cannot be told. */
export function semaphorePlaces({ origin }: Extract<Entity, { kind: "object" }>, evaluator: Evaluator): Amount | "not said" {
  const given = origin?.call.arguments.find(({ form, name }) => form === "positional" || name === "value");
  if (!given || !origin) return "not said";
  const count = evaluator.number(given.value, bareActivation(origin.in));
  return count && count.low >= 1 ? count : undefined;
}

/** The size of the first semaphore that the operations take a place of, whatever comes before it. */
function firstTaken(operations: readonly Operation[], size: (value: Value) => Amount): Amount {
  for (const operation of operations) {
    const found =
      operation.op === "with" ? size(operation.context) : operation.op === "call" ? size(takenBy(operation) ?? operation) : undefined;
    if (found) return found;
  }
  return undefined;
}

function takenBy({ callee }: Extract<Operation, { op: "call" }>): Value | undefined {
  return callee.op === "read" && callee.place.kind === "attribute" && callee.place.name === "acquire" ? callee.place.object : undefined;
}
