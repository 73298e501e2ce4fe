import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { walkOperations } from "../../program/link/walk.js";

/** The functions, and those that they call, directly or through others: nearest first. */
export function reachedFrom(first: readonly FunctionNode[], { resolver }: Program): ReadonlySet<FunctionNode> {
  const reached = new Set<FunctionNode>(first);
  for (const node of reached) {
    if (reached.size > mostFunctions) break;
    walkOperations(node.facts.body, (operation) => {
      if (operation.op === "call") for (const { function: callee } of resolver.callees(operation, node)) reached.add(callee);
    });
  }
  return reached;
}

const mostFunctions = 200;

/** The innermost function that holds the place of facts. */
export function innermostFunction(functions: readonly FunctionNode[], place: number): FunctionNode | undefined {
  let found: FunctionNode | undefined;
  for (const node of functions) {
    const { facts } = node;
    const holds = facts.index === 0 || (facts.start <= place && place < facts.end);
    if (holds && facts.kind !== "class-body" && (!found || facts.start >= found.head.start)) found = node;
  }
  return found;
}
