import type { Range } from "../../base/range.js";
import { targetName } from "../../base/target.js";
import { type FunctionNode, functionKey } from "../../program/link/entity.js";
import { type LoopRoot, loopRoots } from "../../program/link/event-loops/loop-roots.js";
import { suspensionsOf } from "../../program/link/event-loops/suspensions.js";
import type { Program } from "../../program/link/link.js";
import { againWith } from "../../program/link/memory/overviews.js";
import { sameStructure } from "../../program/link/memory/same-structure.js";
import { innerOperations } from "../../program/link/walk.js";
import type { CallOperation, LoopOperation, Operation } from "../../program/operation.js";
import type { CostSettings } from "../costs/costing.js";
import { CostModel } from "../costs/work.js";
import { type Activation, activationOfCall, bareActivation } from "../values/activation.js";
import type { TaskWork } from "./task-work.js";

/** What an event loop's thread does without a break between two points where other tasks can run. */
export interface LoopStretch {
  readonly root: LoopRoot;
  /** The operation of the root's own body that most of the time goes to. */
  readonly longest: LoopOperation | CallOperation;
  /** What the whole stretch asks for, and that operation alone. */
  readonly work: TaskWork;
  readonly ofLongest: TaskWork;
  /** The call that gives the arguments which the lengths were read from. */
  readonly calledBy: { readonly path: string; readonly range: Range } | undefined;
  /** A loop over all orders or choices of something of unknown length, and what one round of it takes. */
  readonly arranging: { readonly name: string; readonly roundNs: number } | undefined;
}

/** The longest stretch of each coroutine and callback that computes at all, in order of file and offset. */
export function loopStretches(program: Program, on: CostSettings): readonly LoopStretch[] {
  // Who asks has much else, which must not live as long as what is remembered.
  const { target, cores, calibrations, profile } = on;
  const settings: CostSettings = { target, cores, calibrations, profile };
  const model = new CostModel(program.resolver, settings);
  return loopRoots(program).flatMap((root) => stretchesFrom(root, program, model, settings).map((stretch) => ({ ...stretch, root })));
}

function stretchesFrom(root: LoopRoot, program: Program, model: CostModel, settings: CostSettings): readonly Found[] {
  const { function: node } = root;
  const key = `stretches ${targetName(settings.target)} ${functionKey(node)} ${root.kind}`;
  return program.resolver.remembered(
    node.file,
    key,
    () => longestStretches(root, program, model),
    sameStructure,
    againWith(stretchesAgain, root, settings),
  );
}

function stretchesAgain(program: Program, root: LoopRoot, settings: CostSettings): readonly Found[] {
  return stretchesFrom(root, program, new CostModel(program.resolver, settings), settings);
}

type Found = Omit<LoopStretch, "root">;

function longestStretches({ function: node, kind }: LoopRoot, program: Program, model: CostModel): readonly Found[] {
  const stretches = kind === "callback" ? [node.facts.body] : stretchesOf(node, program);
  const computing = stretches.filter((stretch) => stretch.some(({ op }) => op === "loop" || op === "call"));
  if (computing.length === 0) return [];
  const activations = activationsOf(node, program);
  return computing.flatMap((stretch): readonly Found[] => {
    let longest: { readonly work: TaskWork; readonly activation: Called } | undefined;
    for (const activation of activations) {
      const work = model.workOfStretch(stretch, activation.at);
      if (!longest || onCoreNs(work) > onCoreNs(longest.work)) longest = { work, activation };
    }
    if (!longest || onCoreNs(longest.work) < shortestNs) {
      const isArranging = (operation: Operation): boolean =>
        arranged(operation, node, program) !== undefined ||
        (operation.op === "call" && arrangingCallee(operation, node, program) !== undefined);
      if (!longest || !stretch.some(isArranging)) return [];
    }
    const { at, by } = longest.activation;
    let best: { readonly operation: LoopOperation | CallOperation; readonly work: TaskWork } | undefined;
    for (const operation of outermost(stretch)) {
      const work = model.workOfStretch([operation], at);
      if (!best || onCoreNs(work) > onCoreNs(best.work)) best = { operation, work };
    }
    if (!best) return [];
    const arranging = arrangingOf(best.operation, node, at, program, model);
    return [{ longest: best.operation, work: longest.work, ofLongest: best.work, calledBy: by, arranging }];
  });
}

/** Time in which the work keeps its thread on a core, likely, in nanoseconds. */
export function onCoreNs(work: TaskWork): number {
  return work.interpreterNs.likely + work.heldNs.likely + work.nativeNs.likely;
}

/** Shorter stretches are not worth a closer look. Nanoseconds. */
const shortestNs = 10_000_000;

interface Called {
  readonly at: Activation;
  readonly by: Found["calledBy"];
}

/** The function with nothing known of its arguments, and as its callers call it. */
function activationsOf(node: FunctionNode, program: Program): readonly Called[] {
  const bare: Called = { at: bareActivation(node), by: undefined };
  if (node.head.parameters.length === 0) return [bare];
  const called = program.resolver.callersOf(node).slice(0, maximumCallers);
  return [
    bare,
    ...called.map(
      ({ call, within, receiver }): Called => ({
        at: activationOfCall(node, call, bareActivation(within), receiver === "bound"),
        by: { path: within.file.path, range: { start: call.start, end: call.end } },
      }),
    ),
  ];
}

const maximumCallers = 6;

/** The parts of a coroutine's body between the points where it suspends; of a loop that suspends, one round. */
function stretchesOf(node: FunctionNode, program: Program): readonly (readonly Operation[])[] {
  const stretches: Operation[][] = [];
  let current: Operation[] = [];
  const cut = (): void => {
    if (current.length > 0) stretches.push(current);
    current = [];
  };
  const visit = (list: readonly Operation[]): void => {
    for (const operation of list) {
      if (!suspends(operation, node, program)) {
        current.push(operation);
        continue;
      }
      const parts = innerOperations(operation);
      if (parts.length === 0 || operation.op === "loop" || (operation.op === "with" && operation.isAsync)) cut();
      for (const part of parts) {
        visit(part);
        if (operation.op === "branch" || operation.op === "attempt") cut();
      }
      if (operation.op === "loop" || (operation.op === "with" && operation.isAsync)) cut();
    }
  };
  visit(node.facts.body);
  cut();
  return stretches;
}

/** Whether other tasks can run somewhere in the operation. */
function suspends(operation: Operation, node: FunctionNode, program: Program): boolean {
  switch (operation.op) {
    case "await":
      return !isNeverSuspending(operation.value, node, program);
    case "yield":
      return true;
    case "loop":
    case "with":
      if (operation.isAsync) return true;
      break;
    default:
      break;
  }
  return innerOperations(operation).some((part) => part.some((inner) => suspends(inner, node, program)));
}

/** Whether what is awaited is a coroutine of the program that comes to its end without suspending once. */
function isNeverSuspending(
  value: Operation | Extract<Operation, { op: "await" }>["value"],
  node: FunctionNode,
  { resolver }: Program,
): boolean {
  if (value.op !== "call") return false;
  const callees = resolver.callees(value, node);
  return (
    callees.length > 0 &&
    callees.every(({ function: inner }) => inner.head.isAsync && !inner.head.isGenerator && suspensionsOf(inner).all.length === 0)
  );
}

/** The loops and calls of a stretch that stand in no other of them, through branches and the like. */
function outermost(list: readonly Operation[]): readonly (LoopOperation | CallOperation)[] {
  return list.flatMap((operation): readonly (LoopOperation | CallOperation)[] => {
    if (operation.op === "loop" || operation.op === "call") return [operation];
    return innerOperations(operation).flatMap(outermost);
  });
}

/** The call of `itertools` whose results the loop goes through, if there may be very many. */
function arranged(operation: Operation, node: FunctionNode, { resolver }: Program): string | undefined {
  if (operation.op !== "loop" || operation.iterable?.op !== "call") return undefined;
  const { iterable } = operation;
  const [name] = resolver.externalCallees(iterable, node);
  const isRepeated = iterable.arguments.some((argument) => argument.name === "repeat");
  const isWhole = iterable.arguments.length === 1;
  return (name === "itertools.permutations" && isWhole) || (name === "itertools.product" && isRepeated) ? name : undefined;
}

/** The function that a call runs if it goes through such results itself, and the loop that does. */
function arrangingCallee(
  call: CallOperation,
  within: FunctionNode,
  program: Program,
): { readonly function: FunctionNode; readonly loop: LoopOperation; readonly isBound: boolean } | undefined {
  const [callee, ...others] = program.resolver.callees(call, within);
  if (!callee || others.length > 0 || callee.function.head.isAsync || callee.function.head.isGenerator) return undefined;
  const loop = callee.function.facts.body.find((operation) => arranged(operation, callee.function, program) !== undefined);
  return loop?.op === "loop" ? { function: callee.function, loop, isBound: callee.receiver !== undefined } : undefined;
}

function arrangingOf(operation: Operation, node: FunctionNode, at: Activation, program: Program, model: CostModel): Found["arranging"] {
  const callee = operation.op === "call" ? arrangingCallee(operation, node, program) : undefined;
  if (callee && operation.op === "call") {
    const inner = activationOfCall(callee.function, operation, at, callee.isBound);
    return arrangingOf(callee.loop, callee.function, inner, program, model);
  }
  const name = arranged(operation, node, program);
  if (name === undefined || operation.op !== "loop" || operation.endsEarly) return undefined;
  if (operation.iterable && model.evaluator.length(operation.iterable, at)) return undefined;
  return { name, roundNs: onCoreNs(model.workOfStretch(operation.body, at)) };
}
