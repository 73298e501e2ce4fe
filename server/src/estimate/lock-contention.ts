import { interval } from "../base/interval.js";
import { atLeast, hasGil } from "../base/target.js";
import { walkOperations } from "../program/link/walk.js";
import type { Operation } from "../program/operation.js";
import type { Corner, Demand } from "./demand.js";
import type { Way } from "./ways.js";

/**
 * What many short sections under one lock cost beside the sections themselves, as a share of the bytecode. Up to 3.13 a `threading.Lock` is a
 * semaphore of the system. A thread that has to yield the GIL while it has the lock leaves the others to fall asleep at the lock; from then on
 * they hand it on, one section after the other, with a system call and a change of threads for each, and never leave that convoy: 0.3 to 0.5 times as
 * fast as one thread. Who comes to the section's end without a place at which the interpreter looks for others (a call, a loop) never has to yield
 * inside it, so that nobody meets: 0.8 to 1 times. 3.14 has locks of its own. Without a GIL threads meet in any section; some sleep at most of
 * them and are woken, 14 to 110 µs, others never do, and it is not known why (`test/measure/hand_overs.py`, 2 and 4 threads on 2 cores).
 */
export function lockContention(
  { interpreterNs, locked, workers, tasks }: Demand,
  corner: Corner,
  { target, memory, strategy }: Way,
): number {
  const threads = Math.min(workers, tasks[corner]);
  const isThreads = strategy === "threads" || strategy === "free-threaded";
  if (memory === "copied" || !isThreads || threads < 2 || locked.places > 1 || locked.entries < fewSections || interpreterNs.likely <= 0)
    return 0;
  if (atLeast(target, 3, 14)) return 0;
  const share = Math.min(1, (locked.interpreterNs.likely / interpreterNs.likely) * threads);
  const at = corner === "low" ? "high" : corner === "high" ? "low" : "likely";
  if (!hasGil(target)) {
    // Of a section that is next to nothing nobody can tell whether threads will meet in it.
    const mostCall = locked.checks * 2 > locked.entries;
    const isBrief = locked.bodyNs / locked.entries < (mostCall ? shortestSectionNs : briefSectionNs);
    return isBrief && corner !== "low" ? 0 : (locked.entries * share * handedOnNs[at]) / interpreterNs.likely;
  }
  // Before 3.10 the interpreter looks between most instructions.
  const checked = atLeast(target, 3, 10) ? locked.checks : locked.entries;
  return (checked * share * (threads > 2 ? convoyNs : convoyOfTwoNs)[at]) / interpreterNs.likely;
}

const fewSections = 200;
/** Sections that call something are those in which threads were seen to fall asleep: at `dict.get`, not at `+=`. */
const shortestSectionNs = 50;
const briefSectionNs = 150;
const convoyNs = interval(200, 850, 1_400);
const convoyOfTwoNs = interval(0, 600, 1_000);
const handedOnNs = interval(0, 14_000, 100_000);

/** Whether a section has a place at which the interpreter looks whether another thread wants to run: in a loop, and after calls but the shortest. */
export function looksForOthers(section: readonly Operation[]): boolean {
  let looks = false;
  walkOperations(section, (operation) => {
    looks ||= operation.op === "loop" || (operation.op === "call" && !isUnchecked(operation));
  });
  return looks;
}

/** Calls for which the interpreter has instructions of their own, once they have run a few times. */
function isUnchecked({ callee }: Extract<Operation, { op: "call" }>): boolean {
  if (callee.op !== "read") return false;
  const { place } = callee;
  return place.kind === "name" ? /^(len|isinstance|type)$/.test(place.name) : place.kind === "attribute" && place.name === "append";
}
