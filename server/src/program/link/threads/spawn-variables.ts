import type { Operation, ReadOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { someValue, walkOperations } from "../walk.js";
import type { Spawn } from "./spawn.js";

/** The variables of a function that it hands to the threads of a spawn, or that their functions, defined inside it, bring along. */
export function sharedVariables(node: FunctionNode, spawn: Spawn): readonly ReadOperation[] {
  const variables: ReadOperation[] = [];
  const isOwn = (value: Value): value is ReadOperation =>
    value.op === "read" && value.place.kind === "name" && value.place.owner === node.index;
  for (const { function: target, receiverValue, arguments: passed } of spawn.targets) {
    // `Thread(target=counter.run)`: the object goes to the thread with its method.
    if (receiverValue?.in === node && isOwn(receiverValue.value)) variables.push(receiverValue.value);
    for (const { value, in: within, how } of passed.values()) if (within === node && how === "whole" && isOwn(value)) variables.push(value);
    if (target.file !== node.file || target.head.parent !== node.index) continue;
    walkOperations(target.facts.body, (operation) => {
      for (const value of valuesOf(operation)) {
        someValue(value, (inner) => {
          if (isOwn(inner)) variables.push(inner);
          return false;
        });
      }
    });
  }
  return variables;
}

/** The values that an operation is about. */
function valuesOf(operation: Operation): readonly Value[] {
  switch (operation.op) {
    case "read":
    case "call":
    case "compute":
    case "await":
    case "yield":
      return [operation];
    case "write": {
      const { place, value } = operation;
      const object = place.kind === "name" ? [] : place.kind === "attribute" ? [place.object] : [place.object, place.index];
      return value ? [...object, value] : object;
    }
    case "loop":
      return operation.iterable ? [operation.iterable] : [];
    case "with":
      return [operation.context];
    case "return":
    case "raise":
    case "break":
    case "continue":
      return operation.value ? [operation.value] : [];
    case "branch":
      return operation.test ? [operation.test] : [];
    case "attempt":
      return [];
  }
}
