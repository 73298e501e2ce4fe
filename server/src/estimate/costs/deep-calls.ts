import { type Interval, interval, scale } from "../../base/interval.js";
import { atLeast, type Target } from "../../base/target.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { CallOperation } from "../../program/operation.js";
import { goesOneWay } from "../rounds/recursion.js";
import { zero } from "./cost-sum.js";
import { type MemoryCosts, pagesNs } from "./memory-costs.js";

/**
 * What a recursion takes from the system that goes down one way, each call inside the one before. Since 3.11 the frames of calls lie in pieces of 16 KiB (Python/pystate.c,
 * `DATA_STACK_CHUNK_SIZE`); all but the first come from the system and go back to it as soon as nothing is in them, so that each way down fetches them again. Page faults
 * of 900 calls: 19 to 21 with one variable, 39 to 41 with eight, none on 3.9; 150 calls 0 to 1 and 4 (CPython 3.11, 3.13 and 3.14, `test/measure/deep_calls.py`).
 */
export function deepCallsNs(
  node: FunctionNode,
  selfCalls: readonly CallOperation[],
  depth: Interval,
  target: Target,
  memory: MemoryCosts,
): Interval {
  if (!atLeast(target, 3, 11) || !goesOneWay(node, selfCalls)) return zero;
  const names = new Set([...node.head.parameters.map(({ name }) => name), ...node.facts.bindings.keys()]);
  const frame = wordBytes * (wordsOfFrame + names.size + Math.max(...selfCalls.map((call) => call.arguments.length)));
  const beyond = (calls: number): number => Math.max(0, calls * frame - pieceBytes);
  // Nothing goes deeper than the interpreter lets it, unless the program asked for more.
  const most = Math.min(depth.high, Math.max(usualLimit, depth.likely));
  return pagesNs(scale(interval(beyond(depth.low), beyond(depth.likely), beyond(most)), given), memory.freshPage);
}

const wordBytes = 8;
/** What the interpreter keeps of a call, and the values that it is about to compute with. */
const wordsOfFrame = 12;
const pieceBytes = 16 * 1024;
const usualLimit = 1000;
/** Pages that are asked for and given back four at a time take 1.2 to 1.7 times what the fault alone does. */
const given = 1.4;
