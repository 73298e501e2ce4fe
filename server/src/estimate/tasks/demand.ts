import { exactly, type Interval, scale } from "../../base/interval.js";
import { type Step, serialNs, type Workload } from "../../simulation/workload.js";
import type { ImportTimes } from "../costs/import-costs.js";
import type { Course } from "../prediction/prediction.js";
import type { ImmovableBecause } from "./immovable.js";
import type { LoopDemand } from "./loop-workload.js";
import type { LockedWork, TaskWork, Times } from "./task-work.js";

/** More threads than that are simulated as that many. */
export const mostThreads = 256;

/** What all of it takes, likely. */
export function likelyNs({ interpreterNs, heldNs, nativeNs, waitNs }: Times): number {
  return interpreterNs.likely + heldNs.likely + nativeNs.likely + waitNs.likely;
}

/** Whether it is one task and nothing is started beside it: no way of running it gets it done sooner. */
export function isOneTask({ tasks, beside }: Pick<Demand, "tasks" | "beside">): boolean {
  return tasks.high <= 1 && beside.length === 0;
}

/** All that the outcome of a simulation depends on, beside target and cores. */
export interface Demand extends Times, Pick<TaskWork, "locked" | "shared" | "memory" | "turns" | "brief" | "ownThreads"> {
  /** What a worker that was not forked spends on importing the program. */
  readonly imports: ImportTimes;
  /** Whose nanoseconds these are: the user's machine's, which was measured, or those of the machine that the shipped tables come from, left alone. */
  readonly clock: "machine" | "tables";
  /** Why processes and interpreters cannot do the work; empty where nothing is known to be in the way. */
  readonly immovableBecause?: ImmovableBecause;
  /** Whether the tasks are functions of the file that is run as a program, which a fork server has imported before it makes workers. */
  readonly ofProgram: boolean;
  readonly resultBytes: number;
  readonly tasks: Interval;
  /** Of tasks that differ, how each compares with the average, in the order in which they are handed out. */
  readonly shares?: readonly Share[];
  /** What other threads do that are started with them, one each. */
  readonly beside: readonly Times[];
  readonly workers: number;
  readonly course: Course;
  /** How many tasks one hand-over carries to a worker process. */
  readonly chunkSize: number;
  readonly argumentBytes: number;
  readonly argumentObjects: number;
  readonly resultObjects: number;
  /** Bytes that one result takes in memory. */
  readonly resultMemory: number;
  readonly width: "pool" | "threads";
  /** Of tasks that are coroutines of one event loop. */
  readonly eventLoop?: LoopDemand;
}

/** How many times as long as the average task it computes, and waits. */
export interface Share {
  readonly busy: number;
  readonly wait: number;
}

/** One end of all uncertain numbers, or what is likely. */
export type Corner = "low" | "likely" | "high";
export const corners: readonly Corner[] = ["low", "likely", "high"];
/** The work of a site as the simulator takes it: with shared memory as it is written, with copied memory handed to worker processes. */
export function workloadOf(demand: Demand, corner: Corner, memory: "shared" | "copied"): Workload {
  const { tasks, workers, width, argumentBytes, resultBytes, argumentObjects, resultObjects } = demand;
  const count = Math.max(1, Math.min(mostTasks, Math.round(tasks[corner])));
  const sent = { argumentBytes, resultBytes, argumentObjects, resultObjects };
  const shares = demand.shares?.length === count ? demand.shares : undefined;
  const groups = (shares ?? [undefined]).map((share) => {
    const own = share ? shareOf(demand, share) : demand;
    const locked = share ? { ...demand.locked, ...shareOf({ ...demand.locked, heldNs: nothing }, share) } : demand.locked;
    return { count: share ? 1 : count, steps: stepsOf(own, demand.turns, locked, corner, memory) };
  });
  const beside = demand.beside.map((each) => ({ count: 1, steps: stepsOf(each, usualRounds, nothingLocked, corner, memory) }));
  const { places, entries } = demand.locked;
  const semaphores = places > 1 && entries > 0 && memory === "shared" ? { semaphores: { lock: places } } : {};
  if (width === "pool" || memory === "copied") {
    const size = width === "pool" ? workers : count + beside.length;
    return {
      ...semaphores,
      pools: [
        {
          workers: Math.max(1, Math.min(size, mostThreads)),
          chunkSize: demand.chunkSize,
          tasks: [...groups.map((group) => ({ ...group, ...sent })), ...beside],
        },
      ],
    };
  }
  return { ...semaphores, threads: [...groups.map((group) => ({ ...group, count: Math.min(group.count, mostThreads) })), ...beside] };
}

const mostTasks = 1_000_000;
const nothing = exactly(0);
const nothingLocked: LockedWork = {
  places: 1,
  entries: 0,
  checks: 0,
  releases: 0,
  records: 0,
  interpreterNs: exactly(0),
  nativeNs: exactly(0),
  waitNs: exactly(0),
};

/** The same work, made so many times as long. */
export function shareOf<Work extends Times>(work: Work, { busy, wait }: Share): Work {
  return {
    ...work,
    interpreterNs: scale(work.interpreterNs, busy),
    heldNs: scale(work.heldNs, busy),
    nativeNs: scale(work.nativeNs, busy),
    waitNs: scale(work.waitNs, wait),
  };
}

/** One run of a task, its kinds of time in a few rounds, so that waiting and computing take turns as they do in the code. */
export function stepsOf(work: Times, turns: number, lockedWork: LockedWork, corner: Corner, memory: "shared" | "copied"): readonly Step[] {
  const once = timesAt(work, corner);
  const kinds = [once.interpreterNs + once.heldNs, once.nativeNs, once.waitNs].filter((ns) => ns > 50_000).length;
  const isLocked = memory === "shared" && lockedWork.entries > 0;
  const rounds = isLocked ? within(lockedWork.entries, mostRounds) : kinds > 1 ? within(turns, usualRounds) : 1;
  const part = (ns: number): number => Math.round(ns / rounds);
  const inside = isLocked ? timesAt({ ...lockedWork, heldNs: exactly(0) }, corner) : undefined;
  const busy = inside?.interpreterNs ?? 0;
  // Native code that keeps the GIL is counted with the bytecode under the lock; what cannot be bytecode is that.
  const locked = {
    interpreterNs: Math.min(once.interpreterNs, busy),
    heldNs: Math.min(once.heldNs, Math.max(0, busy - once.interpreterNs)),
    nativeNs: Math.min(once.nativeNs, inside?.nativeNs ?? 0),
    waitNs: Math.min(once.waitNs, inside?.waitNs ?? 0),
  };
  const steps: Step[] = [];
  const free = once.waitNs - locked.waitNs;
  if (free > 0) steps.push({ waitNs: part(free) });
  if (locked.interpreterNs + locked.heldNs + locked.nativeNs + locked.waitNs > 0) {
    steps.push({ acquire: "lock" });
    if (locked.waitNs > 0) steps.push({ waitNs: part(locked.waitNs) });
    const { interpreterNs, heldNs, nativeNs } = locked;
    steps.push({ compute: { interpreterNs: part(interpreterNs), heldNs: part(heldNs), nativeNs: part(nativeNs) } }, { release: "lock" });
  }
  const compute = {
    interpreterNs: part(once.interpreterNs - locked.interpreterNs),
    heldNs: part(once.heldNs - locked.heldNs),
    nativeNs: part(once.nativeNs - locked.nativeNs),
  };
  if (compute.interpreterNs + compute.heldNs + compute.nativeNs > 0) steps.push({ compute });
  return rounds === 1 ? steps : [{ repeat: rounds, steps }];
}

function timesAt({ interpreterNs, heldNs, nativeNs, waitNs }: Times, corner: Corner): Readonly<Record<keyof Times, number>> {
  return { interpreterNs: interpreterNs[corner], heldNs: heldNs[corner], nativeNs: nativeNs[corner], waitNs: waitNs[corner] };
}

function within(count: number, most: number): number {
  return Math.max(1, Math.min(most, Math.round(count)));
}

/** As many turns as there are tell which parts overlap. */
const usualRounds = 4;
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
