import { filled } from "../../base/template.js";
import type { Machine } from "../../simulation/machine.js";
import type { Runtime } from "../../simulation/runtime.js";
import type { ThreadState, Timeline } from "../../simulation/timeline.js";
import { type Demand, likelyNs } from "../tasks/demand.js";
import { type LoopDemand, mostCoroutines, partsOf } from "../tasks/loop-workload.js";

/** What can keep a run from being faster; the holes are for shares of the time, or cores and such a share. */
export type BottleneckForm =
  | "the GIL is held {0} of the time"
  | "the event loop is busy {0} of the time"
  | "a lock keeps each worker waiting {0} of the time"
  | "the core is busy {0} of the time"
  | "all {0} cores are busy {1} of the time"
  | "handing tasks over keeps the parent process busy {0} of the time"
  | "each worker waits for I/O {0} of the time: more of them would overlap more"
  | "starting and ending workers takes {0} of the time"
  | "one worker is busy {0} of the time while others are done"
  | "what is not awaited keeps the event loop waiting {0} of the time"
  | "a lock or semaphore keeps each task waiting {0} of the time"
  | "all {0} threads of the pool are busy {1} of the time"
  | "one task takes {0} of the time while others are done";

/** Puts values into a form, in the language of whoever reads it. */
export type SayBottleneck = (form: BottleneckForm, ...values: readonly (string | number)[]) => string;

/** A simulated run, and what was asked of it where that is known. */
export interface Run {
  readonly timeline: Timeline;
  readonly runtime: Runtime;
  readonly makespanNs?: number;
  readonly asked?: Demand;
}

/** What keeps a simulated run from being faster, in words: `the GIL is held 93 % of the time`. */
export function bottleneckOf(run: Run, { cores }: Machine, say: SayBottleneck = filled): string {
  const { timeline, runtime, asked } = run;
  const { makespanNs, threads } = timeline;
  if (makespanNs <= 0) return "";
  if (asked?.eventLoop) return bottleneckOfLoop(run, asked, asked.eventLoop, cores, say);
  const total = (state: ThreadState): number => threads.reduce((sum, { totals }) => sum + totals[state], 0);
  const workers = threads.filter(({ name }) => isWorker(name));
  const running = total("running");
  const computing = running + total("native");
  const lockWait = total("lock") / Math.max(1, workers.length) / makespanNs;
  const parent = threads.filter(({ name }) => !isWorker(name)).reduce((sum, { totals }) => sum + totals.running, 0) / makespanNs;
  const sharesLock = runtime.lock !== undefined && runtime.sharing === "everyone";
  const waits = workers.reduce((sum, { totals }) => sum + totals.io, 0) / Math.max(1, workers.length) / makespanNs;
  const firstWork = Math.min(...workers.map(({ startNs }) => startNs), makespanNs) / makespanNs;
  const held = runtime.lock?.duringNative === "held" ? "the event loop is busy {0} of the time" : "the GIL is held {0} of the time";
  if (sharesLock && running / makespanNs >= 0.8) return say(held, percent(running / makespanNs));
  if (lockWait >= 0.3) return say("a lock keeps each worker waiting {0} of the time", percent(lockWait));
  if (computing / makespanNs / cores >= 0.85) {
    const busy = percent(computing / makespanNs / cores);
    return cores === 1 ? say("the core is busy {0} of the time", busy) : say("all {0} cores are busy {1} of the time", cores, busy);
  }
  if (runtime.handOver.broker && parent >= 0.5)
    return say("handing tasks over keeps the parent process busy {0} of the time", percent(parent));
  if (waits >= 0.7) return say("each worker waits for I/O {0} of the time: more of them would overlap more", percent(waits));
  const setUp = firstWork + share(runtime.start.workerNs + runtime.start.exitNs + runtime.start.stopNs, makespanNs);
  if (setUp >= 0.3) return say("starting and ending workers takes {0} of the time", percent(Math.min(1, setUp)));
  const busiest = Math.max(...workers.map(({ totals }) => totals.running + totals.native + totals.io), 0) / makespanNs;
  const others = workers.length > 1 ? (computing + total("io")) / makespanNs / workers.length : busiest;
  if (busiest >= 0.8 && others <= busiest * 0.7) return say("one worker is busy {0} of the time while others are done", percent(busiest));
  if (sharesLock && running / makespanNs >= 0.4) return say(held, percent(running / makespanNs));
  return "";
}

/** Of tasks of an event loop: all that wait by `await` are at work, so none of them is what holds the others up. */
function bottleneckOfLoop(
  { timeline, makespanNs = timeline.makespanNs }: Run,
  asked: Demand,
  loop: LoopDemand,
  cores: number,
  say: SayBottleneck,
): string {
  const parts = partsOf(loop, asked);
  const tasks = Math.min(mostCoroutines, Math.max(1, asked.tasks.likely));
  const each = (ns: number): number => (ns * tasks) / makespanNs;
  const blocked = each(asked.waitNs.likely * (1 - loop.pooled.waitNs) * loop.blocking);
  const kept = each(likelyNs(parts.loop) - parts.loop.waitNs.likely);
  if (blocked >= 0.4 && blocked * 2 >= kept)
    return say("what is not awaited keeps the event loop waiting {0} of the time", percent(blocked));
  if (kept >= 0.8) return say("the event loop is busy {0} of the time", percent(kept));
  const pooled = likelyNs(parts.pool) - parts.pool.waitNs.likely;
  const computing = (kept - blocked + each(pooled)) / cores;
  if (computing >= 0.85 && cores > 1) return say("all {0} cores are busy {1} of the time", cores, percent(computing));
  const inPool = each(likelyNs(parts.pool)) / Math.max(1, loop.threads);
  if (inPool >= 0.8) return say("all {0} threads of the pool are busy {1} of the time", loop.threads, percent(inPool));
  const lockWait = timeline.threads.reduce((sum, { totals }) => sum + totals.lock, 0) / tasks / timeline.makespanNs;
  if (asked.locked.entries > 0 && lockWait >= 0.3)
    return say("a lock or semaphore keeps each task waiting {0} of the time", percent(lockWait));
  const longest = Math.max(0, ...(asked.shares ?? []).map(({ busy, wait }) => Math.max(busy, wait)));
  const ofLongest = (likelyNs(asked) * longest) / makespanNs;
  if (longest >= 1.5 && ofLongest >= 0.8) return say("one task takes {0} of the time while others are done", percent(ofLongest));
  return kept >= 0.4 ? say("the event loop is busy {0} of the time", percent(kept)) : "";
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
