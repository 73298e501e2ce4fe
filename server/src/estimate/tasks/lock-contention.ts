import { interval } from "../../base/interval.js";
import { atLeast, hasGil } from "../../base/target.js";
import { innerOperations } from "../../program/link/walk.js";
import type { Operation } from "../../program/operation.js";
import { switchIntervalNs } from "../../simulation/runtimes/gil.js";
import type { Way } from "../prediction/ways.js";
import type { Corner, Demand } from "./demand.js";

/**
 * What many short sections under one lock cost beside the sections themselves, as a share of the bytecode. Up to 3.13 a `threading.Lock` and an
 * `RLock` are semaphores of the system. A thread that has to yield the GIL while it has the lock leaves the others to fall asleep at the lock; who is
 * woken then has the lock before it has the GIL, so that the next one runs into it: a convoy, which pays for each section with a system call or a
 * change of threads and never ends. Who comes to the section's end without a place at which the interpreter looks for others (a call, a loop) never
 * has to yield inside it, so that none begins. 3.14 has locks of its own, which who is woken takes only once it has the GIL: 0.93 to 1 times as
 * fast as one thread. Without a GIL threads meet in any section, and those that meet lose about a fifth (`test/measure/lock_sections.py`; 2 and 4 threads,
 * 2 cores, sections of 0.2 to 20 µs and as much between them). Where the GIL is given up inside a section, as a handler of `logging` does, there is a convoy
 * from the start (`test/measure/log_records.py`).
 */
export function lockContention(demand: Demand, corner: Corner, way: Way, cores: number): number {
  const { target, memory, strategy } = way;
  const { interpreterNs, locked, workers, tasks } = demand;
  const threads = Math.min(workers, tasks[corner]);
  const isThreads = strategy === "threads" || strategy === "free-threaded";
  if (memory === "copied" || !isThreads || threads < 2 || locked.places > 1 || interpreterNs.likely <= 0) return 0;
  // Many short tasks make as long a convoy as a few long ones (`test/measure/locks_in_tasks.py`).
  if ((locked.entries * tasks.likely) / threads < fewSections) return 0;
  if (atLeast(target, 3, 14)) return 0;
  const inside = Math.min(1, locked.interpreterNs.likely / interpreterNs.likely);
  const at = corner === "low" ? "high" : corner === "high" ? "low" : "likely";
  const roundNs = interpreterNs.likely / locked.entries;
  if (!hasGil(target)) {
    // One in which all threads fell asleep at most sections looked keys up there; why those do is not known.
    const asleep = at === "high" && locked.checks * 2 > locked.entries ? (longSleepNs * Math.min(1, inside * threads)) / roundNs : 0;
    return lostByMeeting(inside, roundNs, Math.min(threads, cores), at) + asleep;
  }
  // Before 3.10 the interpreter looks between most instructions.
  const checked = atLeast(target, 3, 10) ? locked.checks / locked.entries : 1;
  const eachNs = (leastConvoyNs + (mostConvoyNs * roundNs) / (roundNs + halfConvoyNs)) * slownessOfWakeUps(demand, way);
  const released = Math.min(1, locked.releases / locked.entries);
  const met = (threads > 2 ? convoy : convoyOfTwo)[at] * inConvoy(demand, threads, inside * checked, tasks.likely);
  return (eachNs / roundNs) * (released * convoyOfReleases[at] + (1 - released) * met);
}

/**
 * What threads without a GIL lose, as a share of the bytecode. Who finds the lock taken sleeps for longer than a short section takes, while the
 * others go on; and the lock and what it guards go from core to core.
 */
function lostByMeeting(inside: number, roundNs: number, together: number, at: Corner): number {
  const met = Math.min(0.95, inside * (together - 1));
  const awake = 1 / (1 + (sleepNs[at] * met) / (roundNs * (1 - met)));
  const most = Math.min(together, 1 / inside);
  return most / (1 + awake * (most - 1)) - 1 + Math.min(1, inside * together) * meetingShare[at];
}

/**
 * For how much of the time there is a convoy: it begins when a thread is made to yield inside a section, and threads are made to yield once in each
 * switch interval, as far as they do not leave the GIL to the others anyway.
 */
function inConvoy({ interpreterNs, heldNs, nativeNs, waitNs }: Demand, threads: number, share: number, tasks: number): number {
  const busyNs = interpreterNs.likely + heldNs.likely;
  const wanted = (threads * busyNs) / (busyNs + nativeNs.likely + waitNs.likely);
  const expected = ((busyNs * tasks) / switchIntervalNs) * share * Math.min(1, Math.max(0, wanted - 1));
  return expected > 0 ? 1 - (1 - Math.exp(-expected)) / expected : 0;
}

/** How many times as long a wake-up takes on the machine as where convoys were measured, as far as `gilscope calibrate` has measured that: a convoy is made of them. */
function slownessOfWakeUps({ clock }: Demand, way: Way): number {
  return clock === "tables" ? 1 : way.runtime("likely").wakeUpNs.low / shippedWakeUpNs;
}

/** Of the GIL builds of the shipped tables; ns. */
const shippedWakeUpNs = 5_700;
const fewSections = 200;
/** What a section in a convoy takes beyond itself: the longer the threads compute between two of them, the more often another one is there to take the lock. */
const leastConvoyNs = 600;
const mostConvoyNs = 14_000;
const halfConvoyNs = 8_000;
const convoy = interval(0.2, 1, 1.9);
/** Two threads and four lose as much where each section gives the GIL up. */
const convoyOfReleases = interval(0.1, 1.4, 3.5);
/** Of two threads, the one that is left alone meets nobody. */
const convoyOfTwo = interval(0, 0.65, 1.6);
/** From finding a lock taken to running again, as two threads on two cores of 3.13t gain that take a lock for 0.2 to 20 µs in rounds of 0.8 to 38 µs. */
const sleepNs = interval(6_000, 20_000, 50_000);
const longSleepNs = 15_000;
const meetingShare = interval(0, 0.22, 0.6);

/**
 * How often a section comes to a place at which the interpreter looks whether another thread wants to run, 1 at most: to a loop, and to the end of calls
 * but the shortest. Which arm of a branch is taken is not asked here.
 */
export function looksForOthers(section: readonly Operation[]): number {
  let looks = 0;
  for (const operation of section) {
    if (operation.op === "loop" || (operation.op === "call" && !isUnchecked(operation))) return 1;
    if (operation.op === "branch") looks = 1 - (1 - looks) * (1 - meanOf(operation.arms.map(looksForOthers)));
    else for (const part of innerOperations(operation)) looks = Math.max(looks, looksForOthers(part));
  }
  return looks;
}

function meanOf(shares: readonly number[]): number {
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}

/** Calls for which the interpreter has instructions of their own, once they have run a few times. */
function isUnchecked({ callee }: Extract<Operation, { op: "call" }>): boolean {
  if (callee.op !== "read") return false;
  const { place } = callee;
  return place.kind === "name" ? /^(len|isinstance|type)$/.test(place.name) : place.kind === "attribute" && place.name === "append";
}
