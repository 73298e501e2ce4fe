import { type Target, targetTitle } from "../../base/target.js";
import { type HandOverCosts, typicalCosts } from "../costs.js";
import type { Runtime } from "../runtime.js";
import { locksOfSystem, threadHandOver, threadStart } from "./threads.js";

/**
 * PyPy makes a thread give its lock up after 10,000 bytecodes (`checkinterval_scaled` in pypy/interpreter/executioncontext.py) and sees to it
 * that another one gets it. That is 0.02 ms of compiled and 0.5 ms of interpreted code; how much of a program is compiled is not known, so a
 * time between the two stands for both.
 */
export const pypySwitchIntervalNs = 200_000;

/** Threads under PyPy's interpreter lock, which native code releases as CPython's does. */
export function pypy(target: Target, costs: HandOverCosts = typicalCosts): Runtime {
  return {
    name: `${targetTitle(target)}, threads`,
    lock: {
      switchIntervalNs: pypySwitchIntervalNs,
      onRequest: "waits-for-another",
      duringNative: "released",
      coolsCaches: true,
      uncheckedNs: 0,
    },
    sharing: "everyone",
    computeFactor: 1,
    wakeUpNs: costs.wakeUp,
    ...locksOfSystem,
    start: threadStart(costs.threads),
    handOver: threadHandOver(costs.threads),
  };
}
