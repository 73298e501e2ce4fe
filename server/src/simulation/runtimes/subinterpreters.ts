import { type Target, targetTitle } from "../../base/target.js";
import { type HandOverCosts, pickleNsPerObject, typicalCosts, unpickleNsPerObject } from "../costs.js";
import type { Runtime } from "../runtime.js";
import { switchIntervalNs, uncheckedNs } from "./gil.js";
import { locksOf } from "./threads.js";

/** Of the worker's part of an empty task, what its own interpreter is at work, and what the main one is before that. */
const ownShare = 0.2;
const beforeShare = 0.35;

/**
 * One thread per worker, each with an interpreter and lock of its own (PEP 684, since 3.12; `InterpreterPoolExecutor`, since
 * 3.14). Arguments and results are pickled but stay in the process.
 */
export function subinterpreters(target: Target, costs: HandOverCosts = typicalCosts): Runtime {
  const pool = costs.interpreters;
  return {
    name: `${targetTitle(target)}, subinterpreters`,
    lock: {
      switchIntervalNs,
      onRequest: "waits-for-another",
      duringNative: "released",
      coolsCaches: true,
      uncheckedNs: uncheckedNs(target),
    },
    sharing: "each-worker",
    computeFactor: 1,
    wakeUpNs: costs.wakeUp,
    ...locksOf(target),
    start: {
      starterNs: pool.startNs,
      serverNs: 0,
      workerNs: pool.bootstrapNs,
      collectNs: 0,
      starter: "goes-on",
      when: "on-demand",
      firstNs: 0,
      exitNs: pool.exitNs,
      stopNs: 0,
    },
    handOver: {
      submitNs: pool.submitNs,
      collectNs: pool.collectNs,
      workerNs: pool.workerNs * ownShare,
      itemNs: 0,
      workerNsPerByte: pool.nsPerByte / 2,
      workerNsPerArgument: unpickleNsPerObject,
      workerNsPerResult: pickleNsPerObject,
      inMain: {
        beforeNs: pool.workerNs * beforeShare,
        afterNs: pool.workerNs * (1 - ownShare - beforeShare),
        nsPerByte: pool.nsPerByte / 2,
        nsPerArgument: pickleNsPerObject,
        nsPerResult: unpickleNsPerObject,
      },
      broker: undefined,
    },
  };
}
