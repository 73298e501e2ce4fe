import { atLeast, hasGil, type Target, targetTitle } from "../../base/target.js";
import { type HandOverCosts, pickleNsPerObject, typicalCosts, unpickleNsPerObject } from "../costs.js";
import type { Runtime } from "../runtime.js";
import { switchIntervalNs, uncheckedNs } from "./gil.js";
import { pypySwitchIntervalNs } from "./pypy.js";
import { locksOf } from "./threads.js";

/** How `multiprocessing` makes processes. */
export type StartMethod = "fork" | "forkserver" | "spawn";

/** The default on Linux: fork, from 3.14 forkserver (gh-84559). macOS (since 3.8) and Windows: spawn. */
export function startMethodOf(target: Target, platform: "linux" | "macos" | "windows" = "linux"): StartMethod {
  if (platform !== "linux") return "spawn";
  return atLeast(target, 3, 14) ? "forkserver" : "fork";
}

/**
 * What the fork server does for each worker before it answers: the handshake, reading what it is sent, `fork`. It takes 0.8 to 1.0 ms of
 * processor time for a worker, its burial included, and `Process.start` 1.2 ms, 0.4 of them its own (CPython 3.9 to 3.15, 40 workers each).
 */
const forkServerNs = 600_000;

/**
 * What a pool of forked workers makes its parent do after the forks, before it sends the first task: starting the two threads, and copying each page
 * that it writes to, as the workers have it too. Of four workers the first begins 1.2 to 1.5 ms later than the last one would let it (CPython 3.8 to
 * 3.14, `test/simulation/validation/pools-computing`).
 */
const afterForkNs = 1_300_000;

/**
 * How many times longer a worker's part takes where workers take turns on fewer cores than they are. With nothing beside them and tasks of 6 ms: 80 to
 * 130 µs of a worker's processor time where each has a core, 240 to 290 µs of each of four on two cores (3.8 to 3.14,
 * `test/simulation/validation/pools-computing`).
 */
const crowdedTimes = 2.67;

/** Costs that were measured on different occasions may contradict each other; work in between makes nothing quicker. */
function timesAfterWork(afterWorkNs: number, ns: number): number {
  return Math.max(1, afterWorkNs / Math.max(1, ns));
}

/** Worker processes, each with an interpreter lock of its own; tasks and results are pickled and go through pipes. */
export function processes(
  target: Target,
  costs: HandOverCosts = typicalCosts,
  method: StartMethod = startMethodOf(target),
  pool: "first-of-program" | "later" = "later",
): Runtime {
  const handOver = costs.processes;
  const start = handOver[method];
  const workerColdTimes = timesAfterWork(handOver.workerAfterWorkNs, handOver.workerNs);
  return {
    name: `${targetTitle(target)}, processes (${method})`,
    lock: hasGil(target)
      ? {
          switchIntervalNs: target.implementation === "pypy" ? pypySwitchIntervalNs : switchIntervalNs,
          onRequest: "waits-for-another",
          duringNative: "released",
          coolsCaches: true,
          uncheckedNs: uncheckedNs(target),
        }
      : undefined,
    sharing: "each-worker",
    computeFactor: 1,
    wakeUpNs: costs.wakeUp,
    ...locksOf(target),
    start: {
      starterNs: start.startNs,
      serverNs: method === "forkserver" ? forkServerNs : 0,
      workerNs: start.bootstrapNs,
      collectNs: start.collectNs,
      starter: "goes-on",
      when: method === "fork" ? "all-at-first-task" : "on-demand",
      firstNs: start.firstNs + (pool === "first-of-program" ? start.coldNs : 0),
      exitNs: start.exitNs,
      stopNs: start.stopNs,
    },
    handOver: {
      submitNs: handOver.submitNs,
      collectNs: handOver.collectNs,
      workerNs: handOver.workerNs,
      itemNs: handOver.itemNs,
      workerNsPerByte: handOver.workerNsPerByte,
      workerNsPerArgument: unpickleNsPerObject,
      workerNsPerResult: pickleNsPerObject,
      inMain: undefined,
      broker: {
        sendNs: handOver.sendNs,
        receiveNs: handOver.receiveNs,
        nsPerByte: handOver.parentNsPerByte,
        nsPerArgument: pickleNsPerObject,
        nsPerResult: unpickleNsPerObject,
        startNs: method === "fork" ? afterForkNs : 0,
        pipeBytes: 65_536,
        extraQueued: 1,
        coldTimes: timesAfterWork(handOver.sendAfterWorkNs, handOver.sendNs),
        workerColdTimes,
        crowdedColdTimes: workerColdTimes * crowdedTimes,
        coldAfterNs: 500_000,
      },
    },
  };
}
