import { type Interval, interval } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { pinsOf } from "../costs/pins.js";
import type { Assumption } from "../prediction/prediction.js";
import { duration } from "../prediction/text.js";
import { type FunctionTotal, type Profile, profiledTotal } from "./profile.js";
import type { TaskWork } from "./task-work.js";

/**
 * What a profiler that counts no calls says of a task: all that was seen in its function, and in those that only it calls, divided by the
 * number of tasks. Undefined where that number is not known, where something else calls the function too, or where something that it calls
 * was seen and is called from elsewhere as well, so that nobody knows whose time that was.
 */
export function sampledWork(
  task: FunctionNode,
  tasks: Interval,
  work: TaskWork,
  program: Program,
  profile: Profile,
): { readonly work: TaskWork; readonly assumption: Assumption } | undefined {
  // What the author wrote comes before a profile.
  const isPinned = pinsOf(task.file).cost.has(task);
  if (!profile.totals || isPinned || tasks.low !== tasks.high || tasks.low < 1) return undefined;
  const { resolver } = program;
  const seen = new Map<FunctionNode, FunctionTotal>();
  for (const file of program.files) {
    for (const node of file.functions) {
      const total = profiledTotal(profile, node);
      if (total) seen.set(node, total);
    }
  }
  if (!seen.has(task)) return undefined;
  const callers = (node: FunctionNode): readonly FunctionNode[] => resolver.callersOf(node).map(({ within }) => within);
  const starts = program.spawns.filter(({ targets }) => targets.some((each) => each.function === task));
  if (starts.length !== 1 || callers(task).some((node) => node !== task)) return undefined;

  const reached = new Set([task]);
  for (let before = 0; before < reached.size; ) {
    before = reached.size;
    for (const file of program.files)
      for (const node of file.functions) if (!reached.has(node) && callers(node).some((caller) => reached.has(caller))) reached.add(node);
  }
  let interpreterNs = 0;
  let nativeNs = 0;
  let waitNs = 0;
  for (const [node, total] of seen) {
    if (!reached.has(node)) continue;
    if (node !== task && callers(node).some((caller) => !reached.has(caller))) return undefined;
    interpreterNs += total.interpreterNs / tasks.low;
    nativeNs += total.nativeNs / tasks.low;
    waitNs += total.waitNs / tasks.low;
  }
  const each = (ns: number): Interval => interval(ns * margin.low, ns, ns * margin.high);
  // Of native code, a profiler does not know whether it holds the GIL; the code's own calls say.
  const native = work.heldNs.likely + work.nativeNs.likely;
  const heldShare = native > 0 ? work.heldNs.likely / native : 1;
  const value = `${duration(interpreterNs + nativeNs + waitNs)} (${profile.profiler}, ${tasks.low} tasks)`;
  return {
    work: {
      ...work,
      interpreterNs: each(interpreterNs),
      heldNs: each(nativeNs * heldShare),
      nativeNs: each(nativeNs * (1 - heldShare)),
      waitNs: each(waitNs),
      open: undefined,
      unknownCalls: 0,
      blindCalls: 0,
      uncostedCalls: 0,
      assumedWaitNs: 0,
      isEndless: false,
      lengths: "known",
    },
    assumption: { what: `\`${task.head.name}\` takes`, value, from: "measured" },
  };
}

/** Samples are a hundredth of a second apart, and what several threads do at once is told as shares of one run. */
const margin = { low: 0.7, high: 1.4 } as const;
