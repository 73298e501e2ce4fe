import type { FunctionNode } from "../entity.js";
import type { Resolver } from "../resolution/resolver.js";
import { walkOperations } from "../walk.js";

/** How far it is looked which functions run. */
interface Reach {
  /** How many calls inside one another are followed. */
  readonly steps: number;
  /** After so many functions, no more are looked for. */
  readonly most: number;
  /** Whether a call is followed of which only its name tells what it may run, and that is several functions. */
  readonly doubtful: "followed" | "left out";
}

/** The functions, and those that they call within a few steps, nearest first. */
export function reachedWithin(
  first: readonly FunctionNode[],
  { steps, most, doubtful }: Reach,
  resolver: Resolver,
): ReadonlySet<FunctionNode> {
  const reached = new Set<FunctionNode>();
  let next = first;
  for (let depth = 0; depth <= steps && next.length > 0; depth++) {
    const found: FunctionNode[] = [];
    for (const node of next) {
      if (reached.has(node) || reached.size > most) continue;
      reached.add(node);
      if (depth === steps) continue;
      walkOperations(node.facts.body, (operation) => {
        if (operation.op !== "call") return;
        const callees = resolver.callees(operation, node);
        if (doubtful === "followed" || callees.length === 1) found.push(...callees.map((callee) => callee.function));
      });
    }
    next = found;
  }
  return reached;
}
