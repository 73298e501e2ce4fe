import type { Machine } from "../simulation/machine.js";
import type { Runtime } from "../simulation/runtime.js";
import type { ThreadState, Timeline } from "../simulation/timeline.js";

/** What keeps a simulated run from being faster, in words: `the GIL is held 93 % of the time`. */
export function bottleneckOf(timeline: Timeline, runtime: Runtime, { cores }: Machine): string {
  const { makespanNs, threads } = timeline;
  if (makespanNs <= 0) return "";
  const total = (state: ThreadState): number => threads.reduce((sum, { totals }) => sum + totals[state], 0);
  const workers = threads.filter(({ name }) => isWorker(name));
  const running = total("running");
  const computing = running + total("native");
  const lockWait = total("lock") / Math.max(1, workers.length) / makespanNs;
  const parent = threads.filter(({ name }) => !isWorker(name)).reduce((sum, { totals }) => sum + totals.running, 0) / makespanNs;
  const sharesLock = runtime.lock !== undefined && runtime.sharing === "everyone";
  const waits = workers.reduce((sum, { totals }) => sum + totals.io, 0) / Math.max(1, workers.length) / makespanNs;
  const firstWork = Math.min(...workers.map(({ startNs }) => startNs), makespanNs) / makespanNs;
  const holder = runtime.lock?.duringNative === "held" ? "the event loop is busy" : "the GIL is held";
  if (sharesLock && running / makespanNs >= 0.8) return `${holder} ${percent(running / makespanNs)} of the time`;
  if (lockWait >= 0.3) return `a lock keeps each worker waiting ${percent(lockWait)} of the time`;
  if (computing / makespanNs / cores >= 0.85) {
    return `${cores === 1 ? "the core is" : `all ${cores} cores are`} busy ${percent(computing / makespanNs / cores)} of the time`;
  }
  if (runtime.handOver.broker && parent >= 0.5) return `handing tasks over keeps the parent process busy ${percent(parent)} of the time`;
  if (waits >= 0.7) return `each worker waits for I/O ${percent(waits)} of the time: more of them would overlap more`;
  const setUp = firstWork + share(runtime.start.workerNs + runtime.start.exitNs + runtime.start.stopNs, makespanNs);
  if (setUp >= 0.3) return `starting and ending workers takes ${percent(Math.min(1, setUp))} of the time`;
  const busiest = Math.max(...workers.map(({ totals }) => totals.running + totals.native + totals.io), 0) / makespanNs;
  const others = workers.length > 1 ? (computing + total("io")) / makespanNs / workers.length : busiest;
  if (busiest >= 0.8 && others <= busiest * 0.7) return `one worker is busy ${percent(busiest)} of the time while others are done`;
  if (sharesLock && running / makespanNs >= 0.4) return `${holder} ${percent(running / makespanNs)} of the time`;
  return "";
}

function isWorker(name: string): boolean {
  return !/^(main|pool)\b/.test(name);
}

function share(ns: number, of: number): number {
  return ns / of;
}

function percent(value: number): string {
  return `${Math.round(Math.min(1, value) * 100)} %`;
}
