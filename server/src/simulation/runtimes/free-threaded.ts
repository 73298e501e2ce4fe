import { type Target, targetTitle } from "../../base/target.js";
import { type HandOverCosts, typicalCosts } from "../costs.js";
import type { Runtime } from "../runtime.js";
import { locksOf, threadHandOver, threadStart } from "./threads.js";

/**
 * Threads without an interpreter lock: free-threaded CPython, Jython, IronPython. `computeFactor` is how much slower the
 * workload's interpreter time is when several threads run it than alone; more than 1 where they use the same objects.
 */
export function freeThreaded(target: Target, costs: HandOverCosts = typicalCosts, computeFactor = 1): Runtime {
  return {
    name: `${targetTitle(target)}, threads without a GIL`,
    lock: undefined,
    sharing: "everyone",
    computeFactor,
    wakeUpNs: costs.wakeUp,
    ...locksOf(target),
    start: threadStart(costs.threads),
    handOver: threadHandOver(costs.threads),
  };
}
