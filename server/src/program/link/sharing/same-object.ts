import { contains } from "../../../base/range.js";
import type { CallOperation, NamePlace, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { innerValues, walkOperations } from "../walk.js";

/**
 * The calls of the same method on the object that a call is made on, its own among them. Undefined unless all of them are in sight: the object
 * is bound once to a variable of the function, which hands it to nobody.
 */
export function callsOnSameObject(call: CallOperation, within: FunctionNode): readonly CallOperation[] | undefined {
  const { callee } = call;
  if (callee.op !== "read" || callee.place.kind !== "attribute") return undefined;
  const { object, name: method } = callee.place;
  // `hashlib.sha256().update(data)` has an object to itself.
  if (object.op === "call") return [call];
  if (object.op !== "read" || object.place.kind !== "name" || object.place.owner !== within.index) return undefined;
  const variable = object.place;
  const bound = within.bound(variable.name) ?? [];
  const [only] = bound;
  if (bound.length !== 1 || only?.op !== "call" || within.head.rebound.has(variable.name)) return undefined;
  if (isHandedOn(variable, within)) return undefined;
  return within.file.calls(method).flatMap((site) => (isOn(site.call, variable) ? [site.call] : []));
}

function isOn({ callee }: CallOperation, variable: NamePlace): boolean {
  return callee.op === "read" && callee.place.kind === "attribute" && isRead(callee.place.object, variable);
}

function isRead(value: Value, { name, owner }: NamePlace): boolean {
  return value.op === "read" && value.place.kind === "name" && value.place.name === name && value.place.owner === owner;
}

/** Whether the variable is used as anything but the object before a dot, in the function or in one inside it. */
function isHandedOn(variable: NamePlace, within: FunctionNode): boolean {
  const isUsed = (value: Value): boolean => {
    if (isRead(value, variable)) return true;
    const inner = innerValues(value);
    return (value.op === "read" && value.place.kind === "attribute" ? inner.filter((each) => !isRead(each, variable)) : inner).some(isUsed);
  };
  return within.file.functions.some((node) => {
    if (node !== within && !contains(within.facts, node.facts)) return false;
    let found = [...node.facts.bindings.values()].some((values) => values.some(isUsed)) || node.returned.some(isUsed);
    walkOperations(node.facts.body, (operation) => {
      if (operation.op === "call") found ||= operation.arguments.some((argument) => isUsed(argument.value));
      else if (operation.op === "write" || operation.op === "yield") found ||= operation.value !== undefined && isUsed(operation.value);
    });
    return found;
  });
}
