import type { Machine } from "./machine.js";
import type { Runtime } from "./runtime.js";
import { demandOf, type Step, serialNs, type Workload } from "./workload.js";

/** The largest speedup that any run of the workload can have against running all of it in one thread. */
export function mostSpeedup(workload: Workload, runtime: Runtime, on: Machine): number {
  const serial = serialNs(workload);
  return serial === 0 ? 1 : serial / shortestNs(workload, runtime, on);
}

/**
 * No run of the workload is shorter than that, whatever the hand-over costs: a thread does one thing at a time, a core runs one thread, and an
 * interpreter lock lets one thread run code.
 */
function shortestNs(workload: Workload, { lock, sharing }: Runtime, { cores }: Machine): number {
  let shortest = 0;
  let total = 0;
  let computing = 0;
  let underLock = 0;
  let threads = 0;
  const add = (count: number, steps: readonly Step[], atOnce: number): void => {
    const { interpreterNs, heldNs, nativeNs, waitNs } = demandOf(steps);
    const one = interpreterNs + heldNs + nativeNs + waitNs;
    if (count > 0) shortest = Math.max(shortest, one * Math.ceil(count / Math.max(1, atOnce)));
    total += one * count;
    computing += (interpreterNs + heldNs + nativeNs) * count;
    underLock += (interpreterNs + heldNs + (lock?.duringNative === "held" ? nativeNs : 0)) * count;
  };
  for (const { count, steps } of workload.threads ?? []) {
    add(count, steps, count);
    threads += count;
  }
  for (const { workers, tasks } of workload.pools ?? []) {
    for (const { count, steps } of tasks) add(count, steps, workers);
    const count = tasks.reduce((sum, each) => sum + each.count, 0);
    threads += Math.max(1, Math.min(workers, count));
  }
  const alone = lock && sharing === "everyone" ? underLock : 0;
  return Math.max(shortest, alone, computing / Math.max(1, cores), total / Math.max(1, threads));
}
