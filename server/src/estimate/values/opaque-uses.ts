import type { FunctionNode } from "../../program/link/entity.js";
import { lastNameOf } from "../../program/link/last-name.js";
import { walkOperations } from "../../program/link/walk.js";
import type { Operation, Value } from "../../program/operation.js";
import { type Activation, activationOfCall } from "./activation.js";
import type { Evaluator } from "./evaluate.js";

/** Whether the costs of what is done with a value are known, as of numbers, texts and containers. */
export type IsKnown = (value: Value, at: Activation) => boolean;

/**
 * What a function does with objects of which nothing is known that may take any time, though it is no call in the text: it reads an attribute, which may be
 * a property, calculates with an element or an attribute of one, goes through one, or stands behind a decorator of which nothing is known, or is abstract. What it calls of
 * the program is looked into as well. Undefined where it does nothing like that: arguments that are calculated with are taken for numbers and texts.
 */
export function opaqueUse(at: Activation, evaluator: Evaluator, isKnown: IsKnown, depth = 0): Operation | Value | undefined {
  const { function: node } = at;
  const decorator = node.head.decorators.find((each) => isAbstract(each) || isUnknownDecorator(each, node, evaluator));
  if (decorator) return decorator;
  let found: Operation | Value | undefined;
  walkOperations(node.facts.body, (operation) => {
    found ??= useOf(operation, at, evaluator, isKnown);
    if (found || operation.op !== "call" || depth >= deepest) return;
    for (const { function: called, receiver } of evaluator.resolver.callees(operation, node))
      found ??= opaqueUse(activationOfCall(called, operation, at, receiver !== undefined), evaluator, isKnown, depth + 1);
  });
  return found;
}

const deepest = 2;

function useOf(operation: Operation, at: Activation, evaluator: Evaluator, isKnown: IsKnown): Operation | undefined {
  const isUnknown = (value: Value): boolean =>
    value.op === "read" && !isKnown(value, at) && evaluator.resolver.resolve(value, at.function).length === 0;
  const isAttribute = (value: Value | undefined): boolean =>
    value?.op === "read" && value.place.kind === "attribute" && (isUnknown(value.place.object) || isAttribute(value.place.object));
  const isElement = (value: Value): boolean => value.op === "read" && value.place.kind === "element" && isUnknown(value.place.object);
  // `return index[query]`: an object that is asked for something that is no number of the text may look it up as long as it likes.
  const isAnswer = (value: Value | undefined): boolean =>
    value?.op === "read" && value.place.kind === "element" && isElement(value) && isUnknown(value.place.index);
  switch (operation.op) {
    case "read":
      return isAttribute(operation) ? operation : undefined;
    case "write":
      return isAttribute(operation.value) ? operation : undefined;
    case "return":
      return isAttribute(operation.value) || isAnswer(operation.value) ? operation : undefined;
    case "compute":
      // No type of the interpreter has `@`.
      if (operation.operator === "@") return operation;
      return operation.operands.some((operand) => isAttribute(operand) || (arithmetic.test(operation.operator) && isElement(operand)))
        ? operation
        : undefined;
    case "loop":
      return operation.iterable && (isUnknown(operation.iterable) || isAttribute(operation.iterable)) ? operation : undefined;
    default:
      return undefined;
  }
}

const arithmetic = /^(\*\*?|\/\/?|[-+%])$/;

/** Others say what the method does. */
function isAbstract(decorator: Value): boolean {
  return lastNameOf(decorator) === "abstractmethod";
}

/** Whether it is called by what a decorator makes of it, of which neither the program nor the knowledge has anything. */
function isUnknownDecorator(decorator: Value, node: FunctionNode, { resolver }: Evaluator): boolean {
  const { parent } = node.head;
  const outer = parent === undefined ? undefined : node.file.functionAt(parent);
  const made = decorator.op === "call" ? decorator.callee : decorator;
  // A method of an object, `@app.route("/")`, mostly keeps the function in a list and gives it back.
  if (!outer || made.op !== "read" || made.place.kind !== "name") return false;
  const isKnown = (name: string): boolean => name.startsWith("builtins.") || resolver.knowledge.hasModule(name.split(".")[0] ?? "");
  return resolver.resolve(made, outer).every((each) => each.kind === "external" && !isKnown(each.name));
}
