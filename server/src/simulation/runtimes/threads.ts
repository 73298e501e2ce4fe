import { atLeast, type Target } from "../../base/target.js";
import type { ThreadCosts } from "../costs.js";
import type { HandOver, IdleLock, Runtime, WorkerStart } from "../runtime.js";

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

/**
 * From 3.8 to 3.11 a worker releases the executor's `_idle_semaphore` after every task, from 3.12 only when the queue is empty, and the
 * submitter tries to take it for every task. Who has to yield the GIL while it holds that lock starts a convoy: the other one sleeps at the lock, is
 * woken, takes it and waits for the GIL with it, so that the first sleeps at it next, at each task. Per task of 40 µs on two cores, 3.11.7 takes 120 to
 * 124 µs and changes threads twice; with 3.12's `_worker` it takes 77 to 81 and seldom changes. Of 10 µs: 78 to 81, and 38 to 43.
 *
 * Of `Semaphore.release`, 2.2 µs, the lock is held for 1.3 when `workerNs` is 8.2; of `acquire(timeout=0)` for 0.5 to 3 when `submitNs` is 13.7.
 */
export function idleLockOf(target: Target, { submitNs, workerNs }: ThreadCosts): IdleLock | undefined {
  if (target.implementation !== "cpython" || !atLeast(target, 3, 8) || atLeast(target, 3, 12)) return undefined;
  return { submitterNs: Math.round(submitNs / 12), workerNs: Math.round(workerNs / 6) };
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
