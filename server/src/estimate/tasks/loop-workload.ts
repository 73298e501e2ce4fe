import { add, scale } from "../../base/interval.js";
import type { Step, TaskGroup, Workload } from "../../simulation/workload.js";
import { type Corner, type Demand, shareOf, stepsOf } from "./demand.js";
import type { LockedWork, TaskWork, Times } from "./task-work.js";

/** How tasks of an event loop spend their times, each as a share of the demand's from 0 to 1. */
export interface LoopDemand {
  /** Of the waiting that a task does itself: what it does without `await`, so that the loop stands still. */
  readonly blocking: number;
  /** What threads of a pool do for it. */
  readonly pooled: Readonly<Record<keyof Times, number>>;
  /** How many these are. */
  readonly threads: number;
}

/** More coroutines than that are simulated as that many. */
export const mostCoroutines = 4_000;

/** How tasks of an event loop spend their time. */
export function loopDemandOf({ pooled, blockingNs, ...work }: TaskWork, threads: number): LoopDemand {
  const share = (kind: keyof Times): number => ratio(pooled[kind].likely, work[kind].likely);
  return {
    blocking: ratio(blockingNs.likely, work.waitNs.likely - pooled.waitNs.likely),
    pooled: { interpreterNs: share("interpreterNs"), heldNs: share("heldNs"), nativeNs: share("nativeNs"), waitNs: share("waitNs") },
    threads,
  };
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, part / whole) : 0;
}

/** Whether threads of a pool do some of the work, beside the event loop. */
export function hasPool({ eventLoop }: Demand): boolean {
  return eventLoop !== undefined && Object.values(eventLoop.pooled).some((share) => share > 0);
}

/** The parts of such work; what is waited in the loop's thread without `await` is native code that keeps it. */
export function partsOf<Work extends Times>({ blocking, pooled }: LoopDemand, work: Work): { readonly loop: Work; readonly pool: Times } {
  const of = (kind: keyof Times): Times[keyof Times] => scale(work[kind], 1 - pooled[kind]);
  const waited = of("waitNs");
  const loop: Work = {
    ...work,
    interpreterNs: of("interpreterNs"),
    heldNs: of("heldNs"),
    nativeNs: add(of("nativeNs"), scale(waited, blocking)),
    waitNs: scale(waited, 1 - blocking),
  };
  const inPool = (kind: keyof Times): Times[keyof Times] => scale(work[kind], pooled[kind]);
  return {
    loop,
    pool: { interpreterNs: inPool("interpreterNs"), heldNs: inPool("heldNs"), nativeNs: inPool("nativeNs"), waitNs: inPool("waitNs") },
  };
}

/**
 * The tasks as an event loop runs them, all of them started at once. Where threads of a pool do some of the work, the loop is a lock of its own beside
 * the interpreter's, and the pool a semaphore.
 */
export function loopWorkloadOf(demand: Demand, eventLoop: LoopDemand, corner: Corner): Workload {
  const count = Math.max(1, Math.min(mostCoroutines, Math.round(demand.tasks[corner])));
  const shares = demand.shares?.length === count ? demand.shares : undefined;
  const steps = hasPool(demand) ? pooledSteps : plainSteps;
  const groups = (shares ?? [undefined]).map((share): TaskGroup => {
    const own = share ? shareOf(demand, share) : demand;
    const locked: LockedWork = share
      ? { ...demand.locked, ...shareOf({ ...demand.locked, heldNs: scale(demand.heldNs, 0) }, share) }
      : demand.locked;
    return { count: share ? 1 : count, steps: steps(own, locked, demand.turns, eventLoop, corner) };
  });
  const { places } = demand.locked;
  const semaphores = { ...(places > 1 ? { lock: places } : {}), ...(hasPool(demand) ? { [pool]: Math.max(1, eventLoop.threads) } : {}) };
  const shared = Object.keys(semaphores).length > 0 ? { semaphores } : {};
  // A number of tasks at a time that somebody set.
  if (demand.width === "pool") return { ...shared, pools: [{ workers: Math.min(demand.workers, count), tasks: groups }] };
  return { ...shared, threads: groups.map((group) => ({ ...group, name: "task" })) };
}

type StepsOf = (work: Times, locked: LockedWork, turns: number, eventLoop: LoopDemand, corner: Corner) => readonly Step[];

const plainSteps: StepsOf = (work, locked, turns, eventLoop, corner) => {
  const { loop } = partsOf(eventLoop, work);
  const inside = partsOf(eventLoop, { ...locked, heldNs: scale(work.heldNs, 0) }).loop;
  return stepsOf(loop, turns, inside, corner, "shared");
};

const pooledSteps: StepsOf = (work, locked, turns, eventLoop, corner) => {
  const { loop, pool: pooled } = partsOf(eventLoop, work);
  const none = { ...locked, entries: 0 };
  const inPool = stepsOf(pooled, turns, none, corner, "shared");
  const inLoop = stepsOf({ ...loop, waitNs: scale(loop.waitNs, 0) }, 1, none, corner, "shared");
  const waited = Math.round(loop.waitNs[corner]);
  const steps: readonly Step[] = [
    ...(waited > 0 ? [{ waitNs: waited }] : []),
    ...(inLoop.length > 0 ? [{ acquire: "event loop" }, ...inLoop, { release: "event loop" }] : []),
    { acquire: pool },
    ...inPool,
    { release: pool },
  ];
  const insideNs = locked.interpreterNs.likely + locked.nativeNs.likely + locked.waitNs.likely;
  const isMostlyInside = locked.entries > 0 && insideNs * 2 > work.interpreterNs.likely + work.nativeNs.likely + work.waitNs.likely;
  return isMostlyInside ? [{ acquire: "lock" }, ...steps, { release: "lock" }] : steps;
};

const pool = "threads of the pool";
