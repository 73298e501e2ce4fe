import { walkOperations } from "../../program/link/walk.js";
import type { Operation, Value } from "../../program/operation.js";
import type { Activation } from "./activation.js";
import type { Amount } from "./amount.js";
import type { Evaluator } from "./evaluate.js";
import { fillingIn } from "./growing-containers.js";
import { isNamed } from "./value-shapes.js";

/**
 * How long a list gets at most whose function takes something out as soon as it has more than so many elements: `if len(window) > width: window.pop(0)`,
 * `while len(window) > width: window.popleft()`.
 */
export function windowLength(name: string, at: Activation, evaluator: Evaluator): Amount {
  const { body } = at.function.facts;
  if (!fillingIn(body).has(name)) return undefined;
  let limit: Amount;
  walkOperations(body, (operation) => {
    if (operation.op !== "branch" && (operation.op !== "loop" || operation.form !== "while")) return;
    const { test } = operation;
    const inside = operation.op === "branch" ? operation.arms[0] : operation.body;
    if (limit || test?.op !== "compute" || !/^(>=?|==)$/.test(test.operator) || test.operands.length !== 2) return;
    const [left, right] = test.operands as readonly [Value, Value];
    if (!isLengthOf(left, name, at, evaluator) || !inside || !takesFrom(inside, name)) return;
    limit = evaluator.number(right, at);
  });
  return limit && limit.high >= 1 ? limit : undefined;
}

function isLengthOf(value: Value, name: string, at: Activation, evaluator: Evaluator): boolean {
  if (value.op !== "call" || !isNamed(value.arguments[0]?.value, name)) return false;
  return evaluator.externalNames(value, at)[0] === "builtins.len";
}

/** Whether one element is taken out, not all: a buffer that is written out when it is full is half full on average. */
function takesFrom(operations: readonly Operation[], name: string): boolean {
  return operations.some((operation) => {
    if (operation.op === "write")
      return operation.form === "delete" && operation.place.kind === "element" && isNamed(operation.place.object, name);
    if (operation.op !== "call" || operation.callee.op !== "read") return false;
    const { place } = operation.callee;
    if (place.kind === "attribute" && /^pop(left|item)?$/.test(place.name)) return isNamed(place.object, name);
    return place.kind !== "element" && /^heappop$/.test(place.name) && isNamed(operation.arguments[0]?.value, name);
  });
}
