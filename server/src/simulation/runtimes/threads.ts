import type { ThreadCosts } from "../costs.js";
import type { HandOver, WorkerStart } from "../runtime.js";

/** How long a waiter of a lock waits before it is handed the lock, since CPython 3.13 (`TIME_TO_BE_FAIR_NS` in Python/lock.c). */
export const lockHandOffAfterNs = 1_000_000;

/** `Thread.start` waits until the thread runs; an executor starts one per task while no worker is idle. */
export function threadStart(costs: ThreadCosts): WorkerStart {
  return {
    starterNs: costs.startNs,
    serverNs: 0,
    workerNs: costs.bootstrapNs,
    starter: "waits",
    when: "on-demand",
    firstNs: 0,
    exitNs: 0,
    stopNs: 0,
  };
}

/** Threads share memory: nothing travels. */
export function threadHandOver(costs: ThreadCosts): HandOver {
  return {
    submitNs: costs.submitNs,
    collectNs: costs.collectNs,
    workerNs: costs.workerNs,
    itemNs: 0,
    workerNsPerByte: 0,
    broker: undefined,
  };
}
