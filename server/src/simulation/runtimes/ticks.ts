import { type HandOverCosts, typicalCosts } from "../costs.js";
import type { Runtime } from "../runtime.js";
import { locksOfSystem, threadHandOver, threadStart } from "./threads.js";

/** `sys.getcheckinterval()`: 100 bytecodes, about 0.1 µs each on the machines of that time. */
const checkIntervalNs = 10_000;

/**
 * CPython before 3.2, 2.x included: every 100 bytecodes the holder gives the lock back and takes it again at once. Nobody is made to wait, so
 * whoever was woken mostly finds it taken, and both have spent their time on the kernel. Reported for two threads that count: 1.8 × the time
 * of one after the other on two cores (D. Beazley, Inside the Python GIL, 2009, on Python 2.6); 1.5 × on one core, which is not told apart here.
 */
export function ticks(version: string, costs: HandOverCosts = typicalCosts): Runtime {
  return {
    name: `CPython ${version}, threads`,
    lock: {
      switchIntervalNs: checkIntervalNs,
      onRequest: "mostly-takes-it-back",
      duringNative: "released",
      coolsCaches: false,
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
