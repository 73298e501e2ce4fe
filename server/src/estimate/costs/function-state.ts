import type { FunctionNode } from "../../program/link/entity.js";
import type { CallOperation } from "../../program/operation.js";
import type { Finished } from "../tasks/task-work.js";
import { CallStack, type Standing } from "./call-stack.js";
import { CostParts } from "./cost-parts.js";

/** What one call of a function costs, and what that is made of. */
export interface FunctionCost extends Finished, Standing {}

/** Of the function whose operations are added up: where the sum stands, for all parts that add to it. */
export class FunctionState {
  stack = new CallStack<FunctionCost>();
  readonly selfCalls = new Map<FunctionNode, CallOperation[]>();
  /** What the cost of the function is made of. */
  parts = new CostParts();
  steps = 0;
  /** Of the function's loops around what is being looked at. */
  loopDepth = 0;
  /** Whether the function is called from inside a loop, and whether its cost depends on that. */
  isCalledInLoop = false;
  dependsOnLoop = false;
  /** Whether calling a coroutine function runs its body, or only makes an object that a task will run in its own time. */
  coroutines: "run" | "made" = "run";
  /** Of the function's innermost loop, likely. */
  rounds: number | undefined;
}
