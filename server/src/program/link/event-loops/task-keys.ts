import { contains } from "../../../base/range.js";
import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { loopsAround } from "../loops.js";
import { holdsTwice } from "../resolution/repeated-keys.js";
import { argumentFor } from "../resolution/resolver.js";
import { samePlace } from "../state/updates.js";
import { someValue, walkOperations } from "../walk.js";

/**
 * Whether the key is that of the one task that works on it: whoever starts the task keeps it under the same key, `tasks[key] = create_task(work(key))`.
 * What the task then does to the elements with its key, no other task does. `of a loop`: so it is, too, where a loop gives each call another key.
 */
export function isKeyOfTask(key: Value, node: FunctionNode, program: Program, given: "kept" | "of a loop" = "kept", depth = 0): boolean {
  if (key.op !== "read" || key.place.kind !== "name" || depth > maximumDepth) return false;
  const { name, owner } = key.place;
  const around = owner === node.index ? undefined : node.file.functionAt(owner);
  const callers = program.resolver.callersOf(node).filter(({ within }) => within !== node);
  if (around) {
    // A function inside the one that starts it brings the key along.
    return owner > 0 && callers.length > 0 && callers.every(({ call, within }) => within === around && keepsTask(call, key, within));
  }
  const parameter = node.head.parameters.find((each) => each.name === name);
  if (!parameter || node.bound(name) !== undefined) return false;
  return (
    callers.length > 0 &&
    callers.every(({ call, within, receiver }) => {
      const argument = argumentFor(node, parameter, call, receiver);
      return (
        argument !== undefined &&
        (keepsTask(call, argument, within) ||
          (given === "of a loop" && isOneOfMany(argument, call, within, program)) ||
          isKeyOfTask(argument, within, program, given, depth + 1))
      );
    })
  );
}

/** Whether a loop gives each call another one of what it goes through: `gather(*(work(key) for key in keys))`. */
function isOneOfMany(argument: Value, call: CallOperation, within: FunctionNode, { resolver }: Program): boolean {
  if (argument.op !== "read" || argument.place.kind !== "name" || argument.place.owner !== within.index) return false;
  const [loop, ...others] = loopsAround(within, call);
  const iterable = loop?.iterable;
  if (!iterable || iterable.op === "constant" || others.length > 0) return false;
  const bound = within.bound(argument.place.name) ?? [];
  const isOfLoop = bound.some((value) => value.op === "element-of" && value.iterable === iterable);
  const isBoundInside = bound.some((value) => contains(loop, value) && !contains(iterable, value) && value.op !== "element-of");
  return isOfLoop && !isBoundInside && !holdsTwice(iterable, within, resolver);
}

/** Whether the function stores what it made of the call under the key. */
function keepsTask(call: CallOperation, key: Value, within: FunctionNode): boolean {
  if (key.op !== "read") return false;
  const isMadeOfIt = (value: Value): boolean =>
    value !== call && value.op === "call" && value.arguments.some((argument) => someValue(argument.value, (inner) => inner === call));
  let keeps = false;
  walkOperations(within.facts.body, (operation) => {
    if (operation.op !== "write" || operation.place.kind !== "element" || !operation.value) return;
    const { index } = operation.place;
    if (index.op !== "read" || !samePlace(index.place, key.place)) return;
    const { value } = operation;
    const bound =
      value.op === "read" && value.place.kind === "name" && value.place.owner === within.index
        ? (within.bound(value.place.name) ?? [])
        : [value];
    keeps ||= bound.some(isMadeOfIt);
  });
  return keeps;
}

const maximumDepth = 4;
