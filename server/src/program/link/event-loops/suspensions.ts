import { contains, type Range } from "../../../base/range.js";
import type { FunctionFacts } from "../../facts.js";
import type { LoopOperation, Operation } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import { functionTest } from "../linked-file.js";
import { loopsIn } from "../loops.js";
import { leaves } from "../state/compound.js";

/** One of several ways through an operation that has them: an arm of a branch, a part of a `try`. */
interface Turn {
  readonly at: Extract<Operation, { op: "branch" | "attempt" }>;
  /** The index of the arm; of a `try`: the body, its handlers, `else`, `finally`. */
  readonly way: number;
}

/** A point where a coroutine lets other tasks of its event loop run. */
export interface Suspension extends Range {
  readonly form: "await" | "async for" | "async with";
  readonly turns: readonly Turn[];
}

/** Where a coroutine suspends, and on which ways its operations lie. */
export interface Suspensions {
  /** In order of offset. */
  readonly all: readonly Suspension[];
  readonly turnsTo: ReadonlyMap<Operation, readonly Turn[]>;
}

const known = new WeakMap<FunctionFacts, Suspensions>();

/** Whether it is the function of a coroutine that suspends somewhere. */
export const suspending = functionTest("suspends", (facts) => facts.isAsync && suspensionsOf({ facts }).all.length > 0);

/** The suspension points of a function. */
export function suspensionsOf(node: Pick<FunctionNode, "facts">): Suspensions {
  const before = known.get(node.facts);
  if (before) return before;
  const all: Suspension[] = [];
  const turnsTo = new Map<Operation, readonly Turn[]>();
  const visit = (list: readonly Operation[], turns: readonly Turn[]): void => {
    const turn = (at: Turn["at"], parts: readonly (readonly Operation[])[]): void =>
      parts.forEach((part, way) => {
        visit(part, [...turns, { at, way }]);
      });
    for (const operation of list) {
      turnsTo.set(operation, turns);
      switch (operation.op) {
        case "await":
          all.push({ form: "await", turns, start: operation.start, end: operation.end });
          break;
        case "loop":
          if (operation.isAsync)
            all.push({ form: "async for", turns, start: operation.start, end: operation.iterable?.end ?? operation.start });
          visit(operation.body, turns);
          break;
        case "with":
          if (operation.isAsync) all.push({ form: "async with", turns, start: operation.start, end: operation.context.end });
          visit(operation.body, turns);
          if (operation.isAsync) all.push({ form: "async with", turns, start: operation.end, end: operation.end });
          break;
        case "branch":
          turn(operation, operation.arms);
          break;
        case "attempt":
          turn(operation, partsOf(operation));
          break;
        default:
          break;
      }
    }
  };
  visit(node.facts.body, []);
  const suspensions = { all: all.sort((a, b) => a.start - b.start), turnsTo };
  known.set(node.facts, suspensions);
  return suspensions;
}

/** The first suspension after something was read and before an operation, whose statement ends at `end`, on some way from the one to the other. */
export function suspensionBetween(read: Range, operation: Operation, end: number, node: FunctionNode): Suspension | undefined {
  const { all, turnsTo } = suspensionsOf(node);
  const turns = turnsTo.get(operation) ?? [];
  const retests = loopsIn(node).filter((loop) => isTestOf(read, loop) && loop.end <= operation.start && !loop.endsEarly);
  return all.find(
    (each) =>
      each.end > read.start &&
      each.start < end &&
      each.end <= end &&
      leadsTo(each.turns, turns) &&
      !retests.some((loop) => contains(loop, each) && !isTestOf(each, loop)),
  );
}

/** Whether the range lies in what a `while` tests, which is looked at again after whatever the loop's body waits for. */
function isTestOf(range: Range, { form, test }: LoopOperation): boolean {
  return form === "while" && test !== undefined && contains(test, range);
}

function leadsTo(from: readonly Turn[], to: readonly Turn[]): boolean {
  return from.every(({ at, way }) => {
    const other = to.find((turn) => turn.at === at);
    if (!other) return at.op === "attempt" || !leaves(at.arms[way] ?? []);
    if (other.way === way) return true;
    if (at.op === "branch") return false;
    const afterHandlers = at.handlers.length + 1;
    // A handler runs after part of the body; `else` after the body; `finally` after all of them.
    return way === 0 || other.way > afterHandlers;
  });
}

function partsOf(attempt: Extract<Operation, { op: "attempt" }>): readonly (readonly Operation[])[] {
  return [attempt.body, ...attempt.handlers, attempt.otherwise, attempt.final];
}
