import { indexed } from "../../base/indexed.js";
import { Nesting } from "../../base/nesting.js";
import type { Range } from "../../base/range.js";
import { contains } from "../../base/range.js";
import type { LoopOperation, Operation, Value } from "../operation.js";
import type { FunctionNode } from "./entity.js";
import { functionView } from "./linked-file.js";
import { walkOperations } from "./walk.js";

const loops = functionView(({ body }): readonly LoopOperation[] => {
  const found: LoopOperation[] = [];
  walkOperations(body, (operation) => {
    if (operation.op === "loop") found.push(operation);
  });
  return found;
});

/** All loops of a function, outer ones first. */
export function loopsIn(node: FunctionNode): readonly LoopOperation[] {
  return node.view(loops);
}

/** The loops of the function that repeat what stands at the range. What a `for` runs over stands in its header and runs once. */
export function loopsAround(node: FunctionNode, range: Range): readonly LoopOperation[] {
  const around = nestingOfLoops(loopsIn(node)).around(range);
  return around.filter((loop) => loop.form === "while" || !loop.iterable || !contains(loop.iterable, range));
}

const nestingOfLoops = indexed((list: readonly LoopOperation[]) => new Nesting(list));

/** Whether the value is what a loop over the iterable hands out, or a part of that. */
export function isElementOf(value: Value, iterable: Value | undefined): boolean {
  if (value.op === "item-of") return isElementOf(value.value, iterable);
  return value.op === "element-of" && value.iterable === iterable;
}

/** Whether there is a loop among the operations, however deep. */
export function holdsLoop(operations: readonly Operation[]): boolean {
  let holds = false;
  walkOperations(operations, ({ op }) => {
    holds ||= op === "loop";
  });
  return holds;
}
