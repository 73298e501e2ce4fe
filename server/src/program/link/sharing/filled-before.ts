import type { Operation, Place, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { asksModuleName } from "../guards.js";
import { lastNameOf } from "../last-name.js";
import type { Program } from "../link.js";
import { decidesTruth } from "../resolution/implicit-calls.js";
import { decoratorNames } from "../resolution/resolver.js";
import type { ThreadRoot } from "../threads/roots.js";
import { besideIn } from "../threads/spans-beside.js";
import type { Spawn } from "../threads/spawn.js";

/**
 * Whether what a function fills on demand is there before a thread of the root comes by: whoever starts the thread has called the function first, or has
 * stored something itself, on every way to the start. For what a library calls, the program's modules have, before they go on to serve.
 */
export function isFilledBefore(root: ThreadRoot, filler: FunctionNode, place: Place, program: Program): boolean {
  const goal: Goal = { filler, place, program };
  switch (root.kind) {
    case "spawn":
      return isReachedBefore(root.spawn, goal);
    case "caller":
      return isReachedBefore(root.beside, goal);
    case "handler":
    case "entry":
      return [filler.file, root.function.file].some((file) => {
        const module = file.functionAt(0);
        return module !== undefined && leads(atImport(module), module, goal, 0);
      });
    case "marked":
    case "promised":
      return false;
  }
}

interface Goal {
  readonly filler: FunctionNode;
  readonly place: Place;
  readonly program: Program;
}

function isReachedBefore(spawn: Spawn, goal: Goal): boolean {
  return isDoneBefore(spawn.in, besideIn(spawn)?.start ?? spawn.call.start, goal, 0);
}

/** Whether the goal is reached on every way to a place of a function: in the function itself, or by each of its callers before they call it. */
function isDoneBefore(node: FunctionNode, position: number, goal: Goal, depth: number): boolean {
  if (leads(surelyBefore(node.facts.body, position), node, goal, 0)) return true;
  if (node.head.kind === "module" || depth > maximumCallers) return false;
  const callers = goal.program.resolver.callersOf(node);
  return callers.length > 0 && callers.every(({ call, within }) => within !== node && isDoneBefore(within, call.start, goal, depth + 1));
}

/** Whether one of the operations reaches the goal, also through functions that they call. */
function leads(operations: readonly Operation[], node: FunctionNode, goal: Goal, depth: number): boolean {
  const { filler, place, program } = goal;
  return operations.some((operation) => {
    switch (operation.op) {
      case "write":
        return (
          node !== filler &&
          operation.form === "assign" &&
          isSamePlace(operation.place, node, place, filler) &&
          !mayBeNothing(operation.value, node, program)
        );
      case "read":
        return (
          operation.place.kind === "attribute" &&
          operation.place.name === filler.head.name &&
          decoratorNames(filler).some((name) => name.endsWith("property"))
        );
      case "call":
        return program.resolver
          .callees(operation, node)
          .some(
            ({ function: callee }) =>
              !callee.head.isAsync &&
              !callee.head.isGenerator &&
              (callee === filler ||
                (depth < maximumCalls &&
                  callee !== node &&
                  leads(surelyBefore(callee.facts.body, callee.head.end), callee, goal, depth + 1))),
          );
      default:
        return false;
    }
  });
}

/** The same variable, or the attribute of that name. */
function isSamePlace(place: Place, node: FunctionNode, other: Place, filler: FunctionNode): boolean {
  if (place.kind === "name" && other.kind === "name")
    return place.name === other.name && place.owner === other.owner && node.file === filler.file;
  return place.kind === "attribute" && other.kind === "attribute" && place.name === other.name;
}

/** Whether a test may take it for absent: what a place starts with, or an object that says so itself. */
function mayBeNothing(value: Value | undefined, node: FunctionNode, { resolver }: Program): boolean {
  switch (value?.op) {
    case undefined:
      return true;
    case "constant":
      return value.type === "none" || value.value === 0 || value.value === "";
    case "display":
      return value.elements.length === 0 && !value.isOpen;
    case "call":
      return (
        resolver.externalCallees(value, node).some((name) => makingContainers.test(name)) ||
        resolver.resolve(value.callee, node).some((entity) => entity.kind === "class" && decidesTruth(entity.class, resolver))
      );
    default:
      return false;
  }
}

const makingContainers =
  /^(builtins\.(dict|list|set|tuple|str|bytes|bytearray|int|float|bool)|collections\.\w+|weakref\.Weak\w+|queue\.\w+)$/;

/** What is done on every way to a position: not what stands in an arm of a branch or in a loop that ends before it. */
function surelyBefore(list: readonly Operation[], position: number): readonly Operation[] {
  return list.flatMap((operation): readonly Operation[] => {
    if (operation.start >= position) return [];
    const isOver = operation.end <= position;
    switch (operation.op) {
      case "with":
        return surelyBefore(operation.body, position);
      case "attempt":
        return [operation.body, ...(isOver ? [] : [...operation.handlers, operation.otherwise]), operation.final].flatMap((part) =>
          surelyBefore(part, position),
        );
      case "loop":
        return isOver ? [] : surelyBefore(operation.body, position);
      case "branch":
        return isOver
          ? []
          : operation.arms
              .filter((arm) => arm.some((each) => each.start < position && position <= each.end))
              .flatMap((arm) => surelyBefore(arm, position));
      default:
        return isOver ? [operation] : [];
    }
  });
}

/** What a module does when it is run, as a program or as one that another imports. */
function atImport(module: FunctionNode): readonly Operation[] {
  const { body, end } = module.facts;
  const main = body.flatMap((operation) =>
    operation.op === "branch" && operation.test && asksModuleName(operation.test) ? (operation.arms[0] ?? []) : [],
  );
  const serves = main.find((operation) => operation.op === "call" && serving.test(lastNameOf(operation.callee)));
  return [...surelyBefore(body, end + 1), ...surelyBefore(main, serves?.start ?? end + 1)];
}

const serving = /^(serve\w*|run|run_\w+|start)$/;

const maximumCallers = 3;
const maximumCalls = 3;
