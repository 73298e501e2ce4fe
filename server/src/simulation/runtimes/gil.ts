import { atLeast, type Target, targetTitle } from "../../base/target.js";
import { type HandOverCosts, typicalCosts } from "../costs.js";
import type { Runtime } from "../runtime.js";
import { idleLockOf, locksOf, threadHandOver, threadStart } from "./threads.js";

/** `sys.getswitchinterval()` unless a program changes it: 5 ms since CPython 3.2 (`DEFAULT_INTERVAL` in Python/ceval_gil.c). */
export const switchIntervalNs = 5_000_000;

/**
 * Since 3.10, requests to yield are looked at where functions begin, loops go back and calls return, nowhere else (gh-18334): not between the
 * entry of a `with` and a few statements without calls. That many take about this long.
 */
export function uncheckedNs(target: Target): number {
  return target.implementation === "cpython" && atLeast(target, 3, 10) ? 1_000 : 0;
}

/** Threads under one interpreter lock: CPython with the GIL since 3.2. */
export function gil(target: Target, costs: HandOverCosts = typicalCosts, intervalNs: number = switchIntervalNs): Runtime {
  return {
    name: `${targetTitle(target)}, threads`,
    lock: {
      switchIntervalNs: intervalNs,
      onRequest: "waits-for-another",
      duringNative: "released",
      coolsCaches: true,
      uncheckedNs: uncheckedNs(target),
    },
    sharing: "everyone",
    computeFactor: 1,
    wakeUpNs: costs.wakeUp,
    ...locksOf(target),
    start: threadStart(costs.threads),
    handOver: { ...threadHandOver(costs.threads), idleLock: idleLockOf(target, costs.threads) },
  };
}
