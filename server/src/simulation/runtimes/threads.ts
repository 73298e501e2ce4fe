import { atLeast, type Target } from "../../base/target.js";
import type { ThreadCosts } from "../costs.js";
import type { HandOver, Runtime, WorkerStart } from "../runtime.js";

type Locks = Pick<Runtime, "lockHandOffAfterNs" | "wokenTakes">;

/** Semaphores of the system, up to CPython 3.13: who is woken takes the lock at once, and has it while it waits for the interpreter lock. */
export const locksOfSystem: Locks = { lockHandOffAfterNs: Number.POSITIVE_INFINITY, wokenTakes: "lock" };

/**
 * `Lock` and `RLock` of an interpreter. 3.14 made them a `PyMutex`, a byte: `threading.Lock.__basicsize__` fell from 40 to 24. Who sleeps at it is
 * attached to the interpreter before it looks at the lock again (`_PyParkingLot_Park`), and is handed it after a millisecond (`TIME_TO_BE_FAIR_NS`
 * in Python/lock.c).
 */
export function locksOf(target: Target): Locks {
  if (target.implementation !== "cpython" || !atLeast(target, 3, 14)) return locksOfSystem;
  return { lockHandOffAfterNs: 1_000_000, wokenTakes: "interpreter-lock" };
}

/** `Thread.start` waits until the thread runs; an executor starts one per task while no worker is idle. */
export function threadStart(costs: ThreadCosts): WorkerStart {
  return {
    starterNs: costs.startNs,
    serverNs: 0,
    workerNs: costs.bootstrapNs,
    collectNs: 0,
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
    workerNsPerArgument: 0,
    workerNsPerResult: 0,
    inMain: undefined,
    broker: undefined,
  };
}
