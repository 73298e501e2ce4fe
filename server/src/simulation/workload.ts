/**
 * What threads ask of a machine, as plain data in nanoseconds; the shape is that of a workload file. It says nothing of how
 * an interpreter grants it: that is a `Runtime`.
 */
export interface Workload {
  /** Threads that the main thread starts one after the other, then waits for. */
  readonly threads?: readonly ThreadGroup[];
  /** Pools whose tasks a thread of their own submits at once and collects in order, as `list(executor.map(task, items))` does. */
  readonly pools?: readonly Pool[];
  /** How many may hold each at once; a name that is acquired and not listed here is a lock, which one may hold. */
  readonly semaphores?: Readonly<Record<string, number>>;
  /** How many items each queue holds before `put` waits; a queue that is used and not listed here holds any number. */
  readonly queues?: Readonly<Record<string, number>>;
  /** How many threads have to come to each barrier before all go on. */
  readonly barriers?: Readonly<Record<string, number>>;
}

/** Threads that all do the same. */
export interface ThreadGroup {
  /** For timelines; `thread` if absent. */
  readonly name?: string;
  readonly count: number;
  readonly steps: readonly Step[];
}

/** Workers that draw tasks from one queue. */
export interface Pool {
  /** For timelines; `worker` if absent. */
  readonly name?: string;
  readonly workers: number;
  /** Submitted in this order. */
  readonly tasks: readonly TaskGroup[];
  /** How many tasks travel together to another process; 1 if absent. Thread pools ignore it, as `Executor.map` does. */
  readonly chunkSize?: number;
}

/** Tasks that all do the same. */
export interface TaskGroup {
  readonly count: number;
  readonly steps: readonly Step[];
  /** The pickled size of what one task is given, where it must travel; 0 if absent. */
  readonly argumentBytes?: number;
  /** The pickled size of what one task returns, where it must travel; 0 if absent. */
  readonly resultBytes?: number;
  /** As how many numbers pickle takes what one task is given, all parts of all values; 0 if absent, as for one long text. */
  readonly argumentObjects?: number;
  /** The same of what one task returns; 0 if absent. */
  readonly resultObjects?: number;
}

/** One thing a thread does. */
export type Step = ComputeStep | WaitStep | AcquireStep | ReleaseStep | PutStep | GetStep | BarrierStep | JoinStep | RepeatStep;

/** Computing. Of several kinds in one step, bytecode comes first, then held native code, then released native code. */
export interface ComputeStep {
  readonly compute: {
    /** Bytecode, or short native calls between which the interpreter looks whether another thread wants to run. */
    readonly interpreterNs?: number;
    /** One native call that holds the interpreter lock until it returns, such as `sorted` or `json.loads` of one large value. */
    readonly heldNs?: number;
    /** One native call that releases the interpreter lock while it computes. */
    readonly nativeNs?: number;
  };
}

/** Waiting with the interpreter lock released and no core in use: I/O or sleep. */
export interface WaitStep {
  readonly waitNs: number;
}

/** Takes a lock or one of the places of a semaphore, which the steps of all threads share by its name; not reentrant. */
export interface AcquireStep {
  readonly acquire: string;
}

/** Gives a lock or a place of a semaphore back. Of a lock that nobody holds, it does nothing. */
export interface ReleaseStep {
  readonly release: string;
}

/** Puts an item into a queue, waiting for space if it is full. */
export interface PutStep {
  readonly put: string;
}

/** Takes an item out of a queue, waiting for one if it is empty. */
export interface GetStep {
  readonly get: string;
}

/** Waits until as many threads as the barrier wants have come to it. */
export interface BarrierStep {
  readonly barrier: string;
}

/** Waits until all threads of the groups of that name have ended. */
export interface JoinStep {
  readonly join: string;
}

export interface RepeatStep {
  readonly repeat: number;
  readonly steps: readonly Step[];
}

/** Nanoseconds of each kind. */
export interface Demand {
  readonly interpreterNs: number;
  readonly heldNs: number;
  readonly nativeNs: number;
  readonly waitNs: number;
}

/** What the steps take alone, one after the other. */
export function demandOf(steps: readonly Step[]): Demand {
  let interpreterNs = 0;
  let heldNs = 0;
  let nativeNs = 0;
  let waitNs = 0;
  for (const step of steps) {
    if ("compute" in step) {
      interpreterNs += step.compute.interpreterNs ?? 0;
      heldNs += step.compute.heldNs ?? 0;
      nativeNs += step.compute.nativeNs ?? 0;
    } else if ("waitNs" in step) {
      waitNs += step.waitNs;
    } else if ("repeat" in step) {
      const once = demandOf(step.steps);
      interpreterNs += once.interpreterNs * step.repeat;
      heldNs += once.heldNs * step.repeat;
      nativeNs += once.nativeNs * step.repeat;
      waitNs += once.waitNs * step.repeat;
    }
  }
  return { interpreterNs, heldNs, nativeNs, waitNs };
}

/** What workers do that have memory of their own: a lock of `threading` is another one in each of them, and nobody else wants that. */
export function withoutLocks(workload: Workload): Workload {
  const steps = (list: readonly Step[]): readonly Step[] =>
    list
      .filter((step) => !("acquire" in step || "release" in step))
      .map((step) => ("repeat" in step ? { ...step, steps: steps(step.steps) } : step));
  const without = <Group extends { readonly steps: readonly Step[] }>(group: Group): Group => ({ ...group, steps: steps(group.steps) });
  return {
    ...workload,
    ...(workload.threads ? { threads: workload.threads.map(without) } : {}),
    ...(workload.pools ? { pools: workload.pools.map((pool) => ({ ...pool, tasks: pool.tasks.map(without) })) } : {}),
  };
}

/** How long the workload takes in one thread without a pool, in nanoseconds: what a speedup is measured against. */
export function serialNs({ threads = [], pools = [] }: Workload): number {
  let total = 0;
  const add = ({ count, steps }: { readonly count: number; readonly steps: readonly Step[] }): void => {
    const demand = demandOf(steps);
    total += count * (demand.interpreterNs + demand.heldNs + demand.nativeNs + demand.waitNs);
  };
  for (const group of threads) add(group);
  for (const { tasks } of pools) for (const group of tasks) add(group);
  return total;
}
