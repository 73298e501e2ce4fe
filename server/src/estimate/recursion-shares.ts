import type { FunctionNode } from "../program/link/entity.js";
import type { BranchOperation, Operation } from "../program/operation.js";
import { lastName } from "./names-in-text.js";
import { callsItself, remembers } from "./remembered-calls.js";

/**
 * How often a branch at which a recursion stops is taken, in a function that else calls itself several times, whatever it is given: `if n == 0: return 0`
 * before `hanoi(n - 1) + 1 + hanoi(n - 1)`. Each call but the first is made by another one, so that every second of them stops where two are made, two of
 * three where three are. Undefined for other branches. What the outermost call is given says nothing of those inside.
 */
export function stoppingShares(branch: BranchOperation, node: FunctionNode): readonly number[] | undefined {
  const { body } = node.facts;
  let found = known.get(body);
  if (!found) {
    found = stopsOf(body, node);
    known.set(body, found);
  }
  return found.branches.includes(branch) ? [found.share, 1 - found.share] : undefined;
}

interface Stops {
  /** The branches that stop it. */
  readonly branches: readonly BranchOperation[];
  /** How often each is taken of the times that it is reached. */
  readonly share: number;
}

const known = new WeakMap<readonly Operation[], Stops>();
const none: Stops = { branches: [], share: 0 };

function stopsOf(body: readonly Operation[], node: FunctionNode): Stops {
  const branches: BranchOperation[] = [];
  let calls = 0;
  for (const operation of body) {
    if (operation.op === "call") {
      if (lastName(operation.callee) === node.head.name) calls++;
    } else if (operation.op === "branch" && calls === 0 && isStop(operation)) {
      if (callsItself(operation.arms.flat(), node)) return none;
      branches.push(operation);
    } else if (operation.op !== "compute" && callsItself([operation], node)) return none;
  }
  if (calls < 2 || branches.length === 0 || remembers(node)) return none;
  return { branches, share: 1 - calls ** (-1 / branches.length) };
}

function isStop({ arms: [first, second] }: BranchOperation): boolean {
  return first?.[first.length - 1]?.op === "return" && second?.length === 0;
}
