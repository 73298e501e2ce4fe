import { type Target, targetTitle } from "../../base/target.js";
import { type HandOverCosts, typicalCosts } from "../costs.js";
import type { Runtime } from "../runtime.js";

/**
 * One event loop: its lock is the loop itself. Waits overlap, nothing else does; nobody can ask a coroutine to yield, and
 * native code stops the loop whether or not it releases the GIL. A pool's workers are the coroutines let in at once.
 */
export function asyncio(target: Target, costs: HandOverCosts = typicalCosts): Runtime {
  const task = costs.coroutines;
  return {
    name: `${targetTitle(target)}, asyncio`,
    lock: {
      switchIntervalNs: Number.POSITIVE_INFINITY,
      onRequest: "waits-for-another",
      duringNative: "held",
      coolsCaches: false,
      uncheckedNs: 0,
    },
    sharing: "everyone",
    computeFactor: 1,
    wakeUpNs: { low: task.resumeNs, high: task.resumeNs },
    lockHandOffAfterNs: 0,
    wokenTakes: "lock",
    start: {
      starterNs: task.startNs,
      serverNs: 0,
      workerNs: 0,
      collectNs: 0,
      starter: "goes-on",
      when: "on-demand",
      firstNs: 0,
      exitNs: 0,
      stopNs: 0,
    },
    handOver: {
      submitNs: task.startNs,
      collectNs: task.collectNs,
      workerNs: task.workerNs,
      itemNs: 0,
      workerNsPerByte: 0,
      workerNsPerArgument: 0,
      workerNsPerResult: 0,
      inMain: undefined,
      broker: undefined,
    },
  };
}

/** An event loop whose tasks have threads of a pool do things: `threads` is how these run, and the workload has a lock for the loop. */
export function asyncioBeside(threads: Runtime, target: Target, costs: HandOverCosts = typicalCosts): Runtime {
  const { name, start, handOver } = asyncio(target, costs);
  return { ...threads, name, start, handOver };
}
