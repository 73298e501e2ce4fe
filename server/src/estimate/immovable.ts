import { changingMethods } from "../program/link/container-changes.js";
import type { FunctionNode } from "../program/link/entity.js";
import type { Program } from "../program/link/link.js";
import { guardedInProcesses, lostInProcesses, rootOf } from "../program/link/lost-state.js";
import { certainObstacle, obstacleOf } from "../program/link/picklability.js";
import type { Spawn, SpawnTarget } from "../program/link/spawns.js";
import { someValue, walkOperations } from "../program/link/walk.js";
import type { NamePlace, Place, Value } from "../program/operation.js";

/**
 * Why the work of threads cannot be done by processes or interpreters, as it is: what they would have to be sent cannot be pickled, or it changes what
 * only threads share, if that is looked for. Empty where nothing is known to be in the way.
 */
export function immovableBecause(spawn: Spawn, program: Program, look: "closely" | "at what is sent"): string {
  const { worker, targets } = spawn;
  const [target] = targets;
  if (worker !== "thread" || !target) return "";
  const { function: node, receiver } = target;
  const isMethod = receiver?.kind === "instance" && node.head.class !== undefined;
  const obstacle = isMethod ? obstacleOf({ kind: "function", function: node, receiver }, "task", program) : undefined;
  if (obstacle?.sure === "yes") return "the object whose method the task is cannot be pickled";
  if (changesAround(node)) return "the task changes variables of the function around it";
  const kept = unpicklableArgument(target, program) ?? unpicklableAround(node, program);
  if (kept !== undefined) return `\`${kept}\`, which the task uses, cannot be pickled`;
  if (look === "at what is sent") return "";
  const shared = lostInProcesses(spawn, target, program)?.name ?? guardedInProcesses(spawn, target, program);
  return shared === undefined ? "" : `the task changes \`${shared}\`, of which each process would have its own`;
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

/** The name of an argument that surely cannot be pickled: a lock, an open file, a generator. */
function unpicklableArgument({ arguments: given }: SpawnTarget, program: Program): string | undefined {
  for (const [name, { value, in: within, how }] of given) {
    const obstacle = how === "whole" ? certainObstacle({ value, in: within }, "task", program) : undefined;
    if (obstacle?.sure === "yes" && obstacle.kind === "unpicklable") return name;
  }
  return undefined;
}

/** The name of a variable of the function around, which a function of the module would have to be sent, and which surely cannot be pickled. */
function unpicklableAround(node: FunctionNode, program: Program): string | undefined {
  if (node.head.parent === undefined) return undefined;
  const names = new Map<string, Value>();
  const collect = (value: Value): boolean => {
    if (value.op === "read" && isAround(value.place, node)) names.set((value.place as NamePlace).name, value);
    return false;
  };
  for (const value of node.returned) someValue(value, collect);
  walkOperations(node.facts.body, (operation) => {
    if (operation.op === "read" || operation.op === "call" || operation.op === "compute") someValue(operation, collect);
    else if (operation.op === "with") someValue(operation.context, collect);
  });
  for (const [name, value] of names) {
    // Functions and classes inside it are moved along with it.
    const obstacle = isDefinition(value, node) ? undefined : certainObstacle({ value, in: node }, "task", program);
    if (obstacle?.sure === "yes" && obstacle.kind === "unpicklable") return name;
  }
  return undefined;
}

function isDefinition(value: Value, { file }: FunctionNode): boolean {
  if (value.op !== "read" || value.place.kind !== "name") return false;
  return (file.functionAt(value.place.owner)?.bound(value.place.name) ?? []).some(
    ({ op }) => op === "function" || op === "class" || op === "import",
  );
}

/** Whether it is a variable of a function around this one, and not of the module. */
function isAround(place: Place, { index, file }: FunctionNode): boolean {
  if (place.kind !== "name" || place.owner <= 0 || place.owner === index) return false;
  return file.functionAt(place.owner)?.head.kind === "function";
}
