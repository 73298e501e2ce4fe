import { exactly, type Interval } from "../base/interval.js";
import { type Step, serialNs, type Workload } from "../simulation/workload.js";
import type { TaskWork } from "./work.js";

/** More threads than that are simulated as that many. */
export const mostThreads = 256;

/** What one run of a function takes. */
export type Times = Pick<TaskWork, "interpreterNs" | "heldNs" | "nativeNs" | "waitNs">;

/** All that the outcome of a simulation depends on, beside target and cores. */
export interface Demand extends Times, Pick<TaskWork, "locked" | "shared" | "memory"> {
  /** What a worker that was not forked spends on importing the program. */
  readonly importNs: number;
  readonly resultBytes: number;
  readonly tasks: Interval;
  /** What other threads do that are started with them, one each. */
  readonly beside: readonly Times[];
  readonly workers: number;
  readonly argumentBytes: number;
  readonly argumentObjects: number;
  readonly resultObjects: number;
  readonly width: "pool" | "threads";
}

/** One end of all uncertain numbers, or what is likely. */
export type Corner = "low" | "likely" | "high";
export const corners: readonly Corner[] = ["low", "likely", "high"];
/** The work of a site as the simulator takes it: with shared memory as it is written, with copied memory handed to worker processes. */
export function workloadOf(demand: Demand, corner: Corner, memory: "shared" | "copied"): Workload {
  const { tasks, workers, width, argumentBytes, resultBytes, argumentObjects, resultObjects } = demand;
  const count = Math.max(1, Math.min(mostTasks, Math.round(tasks[corner])));
  const size = width === "pool" ? workers : count + demand.beside.length;
  const turns = count >= size * enoughTasksToMix ? 1 : turnsOfFewTasks;
  const steps = stepsOf(demand, demand.locked, corner, memory, turns);
  const beside = demand.beside.map((each) => ({ count: 1, steps: stepsOf(each, nothingLocked, corner, memory, turns) }));
  const { places, entries } = demand.locked;
  const semaphores = places > 1 && entries > 0 && memory === "shared" ? { semaphores: { lock: places } } : {};
  if (width === "pool" || memory === "copied") {
    return {
      ...semaphores,
      pools: [
        {
          workers: Math.max(1, Math.min(size, mostThreads)),
          tasks: [{ count, steps, argumentBytes, resultBytes, argumentObjects, resultObjects }, ...beside],
        },
      ],
    };
  }
  return { ...semaphores, threads: [{ count: Math.min(count, mostThreads), steps }, ...beside] };
}

const mostTasks = 1_000_000;
const nothingLocked: TaskWork["locked"] = { places: 1, entries: 0, interpreterNs: exactly(0), nativeNs: exactly(0), waitNs: exactly(0) };

/**
 * In how many rounds a task waits and computes where nobody says how the two take turns. Of many tasks for each worker, some wait while others
 * compute all the same.
 */
const turnsOfFewTasks = 4;
const enoughTasksToMix = 4;

/** One run of a task, its kinds of time in so many rounds. */
function stepsOf(work: Times, lockedWork: TaskWork["locked"], corner: Corner, memory: "shared" | "copied", turns: number): readonly Step[] {
  const once = {
    interpreterNs: work.interpreterNs[corner],
    heldNs: work.heldNs[corner],
    nativeNs: work.nativeNs[corner],
    waitNs: work.waitNs[corner],
  };
  const kinds = [once.interpreterNs + once.heldNs, once.nativeNs, once.waitNs].filter((ns) => ns > 50_000).length;
  const locks = memory === "shared" ? lockedWork.entries : 0;
  const rounds = locks > 0 ? Math.max(1, Math.min(mostRounds, Math.round(locks))) : kinds > 1 ? turns : 1;
  const part = (ns: number): number => Math.round(ns / rounds);
  const steps: Step[] = [];
  const inside = (kind: "interpreterNs" | "nativeNs" | "waitNs"): number =>
    locks > 0 ? Math.min(once[kind], lockedWork[kind][corner]) : 0;
  const [locked, lockedNative, lockedWait] = [inside("interpreterNs"), inside("nativeNs"), inside("waitNs")];
  if (once.waitNs - lockedWait > 0) steps.push({ waitNs: part(once.waitNs - lockedWait) });
  if (locked + lockedNative + lockedWait > 0) {
    steps.push({ acquire: "lock" });
    if (lockedWait > 0) steps.push({ waitNs: part(lockedWait) });
    if (locked + lockedNative > 0) steps.push({ compute: { interpreterNs: part(locked), nativeNs: part(lockedNative) } });
    steps.push({ release: "lock" });
  }
  const compute = {
    interpreterNs: part(once.interpreterNs - locked),
    heldNs: part(once.heldNs),
    nativeNs: part(once.nativeNs - lockedNative),
  };
  if (compute.interpreterNs + compute.heldNs + compute.nativeNs > 0) steps.push({ compute });
  return rounds === 1 ? steps : [{ repeat: rounds, steps }];
}

const mostRounds = 40;

/**
 * Work that takes longer than some seconds is simulated at a smaller scale: beside it, starting and handing over no longer matter, so the
 * speedup is the same and the makespan grows with it.
 */
export function scaled(workload: Workload): { readonly workload: Workload; readonly factor: number } {
  const factor = serialNs(workload) / longestNs;
  if (factor <= 1) return { workload, factor: 1 };
  const steps = (list: readonly Step[]): readonly Step[] =>
    list.map((step): Step => {
      if ("compute" in step) {
        const { interpreterNs = 0, heldNs = 0, nativeNs = 0 } = step.compute;
        return { compute: { interpreterNs: shrunk(interpreterNs), heldNs: shrunk(heldNs), nativeNs: shrunk(nativeNs) } };
      }
      if ("waitNs" in step) return { waitNs: shrunk(step.waitNs) };
      return "repeat" in step ? { ...step, steps: steps(step.steps) } : step;
    });
  const shrunk = (ns: number): number => Math.round(ns / factor);
  const group = <Group extends { readonly steps: readonly Step[] }>(each: Group): Group => ({ ...each, steps: steps(each.steps) });
  const scaledDown: Workload = {
    ...(workload.semaphores ? { semaphores: workload.semaphores } : {}),
    ...(workload.threads ? { threads: workload.threads.map(group) } : {}),
    ...(workload.pools ? { pools: workload.pools.map((pool) => ({ ...pool, tasks: pool.tasks.map(group) })) } : {}),
  };
  return { workload: scaledDown, factor };
}

const longestNs = 8_000_000_000;
