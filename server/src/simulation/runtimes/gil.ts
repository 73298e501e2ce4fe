import { atLeast, type Target, targetTitle } from "../../base/target.js";
import { type HandOverCosts, typicalCosts } from "../costs.js";
import type { Runtime } from "../runtime.js";
import { lockHandOffAfterNs, threadHandOver, threadStart } from "./threads.js";

/** `sys.getswitchinterval()` unless a program changes it: 5 ms since CPython 3.2 (`DEFAULT_INTERVAL` in Python/ceval_gil.c). */
export const switchIntervalNs = 5_000_000;

/**
 * Threads under one interpreter lock: CPython with the GIL since 3.2; PyPy, whose lock differs in detail (it is stolen after
 * 0.1 ms of native code), is taken as the same.
 */
export function gil(target: Target, costs: HandOverCosts = typicalCosts, intervalNs: number = switchIntervalNs): Runtime {
  return {
    name: `${targetTitle(target)}, threads`,
    lock: { switchIntervalNs: intervalNs, duringNative: "released" },
    sharing: "everyone",
    computeFactor: 1,
    wakeUpNs: costs.wakeUp,
    lockHandOffAfterNs: target.implementation === "cpython" && atLeast(target, 3, 13) ? lockHandOffAfterNs : Number.POSITIVE_INFINITY,
    start: threadStart(costs.threads),
    handOver: threadHandOver(costs.threads),
  };
}
