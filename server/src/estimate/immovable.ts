import { changingMethods } from "../program/link/container-changes.js";
import type { FunctionNode } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { rootOf } from "../program/link/lost-state.js";
import { obstacleOf } from "../program/link/picklability.js";
import type { Spawn } from "../program/link/spawns.js";
import { walkOperations } from "../program/link/walk.js";
import type { Place } from "../program/operation.js";

/**
 * Why the work of threads cannot be done by processes or interpreters, as it is: the object whose method it is cannot be pickled, or it changes
 * variables of the function that it stands in. Empty where nothing is known to be in the way.
 */
export function immovableBecause({ worker, targets: [target] }: Spawn, program: Program): string {
  if (worker !== "thread" || !target) return "";
  const { function: node, receiver } = target;
  const isMethod = receiver?.kind === "instance" && node.head.class !== undefined;
  const obstacle = isMethod ? obstacleOf({ kind: "function", function: node, receiver }, "task", program) : undefined;
  if (obstacle?.sure === "yes") return "the object whose method the task is cannot be pickled";
  return changesAround(node) ? "the task changes variables of the function around it" : "";
}

function changesAround(node: FunctionNode): boolean {
  let changes = false;
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "write") changes ||= isAround(rootOf(operation.place), node);
    if (operation.op !== "call" || operation.callee.op !== "read" || operation.callee.place.kind !== "attribute") return;
    const { name, object } = operation.callee.place;
    if (changingMethods.has(name) && object.op === "read") changes ||= isAround(rootOf(object.place), node);
  });
  return changes;
}

/** Whether it is a variable of a function around this one, and not of the module. */
function isAround(place: Place, { index, file }: FunctionNode): boolean {
  if (place.kind !== "name" || place.owner <= 0 || place.owner === index) return false;
  return file.functionAt(place.owner)?.head.kind === "function";
}
