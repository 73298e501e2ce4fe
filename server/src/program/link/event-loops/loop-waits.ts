import type { Range } from "../../../base/range.js";
import type { CallOperation, Value } from "../../operation.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { overviewOfFiles } from "../memory/overviews.js";
import { walkOperations } from "../walk.js";

/** A coroutine blocks its own event loop until that loop has run another coroutine. */
export interface LoopWait {
  readonly function: FunctionNode;
  readonly wait: CallOperation;
  readonly submitted: Range;
}

/** Every `asyncio.run_coroutine_threadsafe(…, loop).result()` in a coroutine that gives its own running loop. */
export function loopWaits(program: Program): readonly LoopWait[] {
  return overviewOfFiles(program, "loop waits", (file, now) => {
    if (file.calls("run_coroutine_threadsafe").length === 0) return [];
    return file.calls("result").flatMap(({ call, function: index }): LoopWait[] => {
      const node = file.functionAt(index);
      const { callee } = call;
      if (!node?.head.isAsync || call.arguments.length > 0 || callee.op !== "read" || callee.place.kind !== "attribute") return [];
      const submitted = boundCall(callee.place.object, node);
      if (!submitted || !calls(submitted, "asyncio.run_coroutine_threadsafe", node, now)) return [];
      const loop = submitted.arguments.find((argument) => argument.name === "loop") ?? submitted.arguments[1];
      const made = loop && boundCall(loop.value, node);
      const isRunning = made && (calls(made, "asyncio.get_running_loop", node, now) || calls(made, "asyncio.get_event_loop", node, now));
      return isRunning && !isAwaited(call, node)
        ? [{ function: node, wait: call, submitted: { start: submitted.start, end: submitted.end } }]
        : [];
    });
  });
}

/** The call that the value is, or that the only value of a variable is. */
function boundCall(value: Value, node: FunctionNode): CallOperation | undefined {
  if (value.op === "call") return value;
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== node.index) return undefined;
  const [only, ...others] = node.bound(value.place.name) ?? [];
  return only?.op === "call" && others.length === 0 ? only : undefined;
}

function calls(call: CallOperation, name: string, node: FunctionNode, { resolver }: Program): boolean {
  return resolver.externalCallees(call, node).includes(name);
}

/** Whether something was awaited in between, after which the result may be there. */
function isAwaited(call: CallOperation, node: FunctionNode): boolean {
  let awaited = false;
  walkOperations(node.facts.body, (operation) => {
    awaited ||= operation.op === "await" && operation.start <= call.start && call.end <= operation.end;
  });
  return awaited;
}
