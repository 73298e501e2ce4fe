import { type Interval, interval } from "../base/interval.js";
import type { FunctionNode } from "../program/link/entity.js";

/** Which functions that are being looked at are called again from inside, while costs are added up. */
export class CallCycles {
  /** How often a call of such a function was met. */
  times = 0;
  private readonly heads = new Set<FunctionNode>();

  /** A call is met of a function that is being looked at. */
  entered(node: FunctionNode): void {
    if (isHandedOut(node)) return;
    this.heads.add(node);
    this.times++;
  }

  /** Whether something that the function calls, which has been looked at now, calls it again. */
  left(node: FunctionNode): boolean {
    return this.heads.delete(node);
  }

  /** Whether functions that are still being looked at were called again. */
  get isInside(): boolean {
    return this.heads.size > 0;
  }
}

/** Whether it is what its own function returns, as decorators do: one text, but another function for each that is decorated. */
function isHandedOut({ head, file }: FunctionNode): boolean {
  const outer = head.parent === undefined ? undefined : file.functionAt(head.parent);
  return outer?.returned.some((value) => value.op === "read" && value.place.kind === "name" && value.place.name === head.name) ?? false;
}

/** How many calls there are, of functions that call one another, of the one that is called first: a parser's for each part of an expression. */
export const callsOfCycle: Interval = interval(1, 100, 10_000);

/**
 * Rounds of a loop of unknown length that calls its own function again, directly or not: each call but the first comes from a round of it, so that there are
 * about as many of one as of the other.
 */
export const roundsOfCycle: Interval = interval(0, 1, 3);
