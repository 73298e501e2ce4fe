import { contains, type Range } from "../base/range.js";
import type { Access } from "../program/link/activity/moments.js";
import type { FunctionNode } from "../program/link/entity.js";
import { lastNameOf } from "../program/link/last-name.js";
import { walkOperations } from "../program/link/walk.js";
import type { Operation, Value } from "../program/operation.js";

/**
 * Whether an error of one of the classes that rises at the access is caught by a handler that goes on: in its own function or in those that lead there from the
 * start of the thread. A thread whose function catches it only outside its loop ends with it, which is harm enough.
 */
export function isCaughtOnTheWay(access: Access, errors: readonly string[]): boolean {
  if (catchesAround(access.function, access.range, errors)) return true;
  return access.path.some((step) => catchesAround(step.function, step.call, errors));
}

function catchesAround({ facts }: FunctionNode, range: Range, errors: readonly string[]): boolean {
  let caught = false;
  walkOperations(facts.body, (operation) => {
    if (caught || operation.op !== "attempt" || !operation.body.some((each) => contains(each, range))) return;
    caught = operation.caught.some((types, index) => {
      const isMeant =
        types.length === 0 ||
        types.some((type) => (type.op === "display" ? type.elements.some((each) => isOneOf(each, errors)) : isOneOf(type, errors)));
      return isMeant && !raises(operation.handlers[index] ?? []);
    });
  });
  return caught;
}

function isOneOf(type: Value, errors: readonly string[]): boolean {
  const name = lastNameOf(type);
  return name !== "" && catches(name, errors);
}

/** Whether a handler for the type of that name, or a bare one where that is empty, is for one of the errors. */
export function catches(name: string, errors: readonly string[]): boolean {
  return name === "" || name === "Exception" || name === "BaseException" || errors.includes(name);
}

function raises(handler: readonly Operation[]): boolean {
  let found = false;
  walkOperations(handler, (operation) => {
    found ||= operation.op === "raise";
  });
  return found;
}
