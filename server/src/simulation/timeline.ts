/** What a simulated run looked like. Plain data; times are nanoseconds from its start. */
export interface Timeline {
  /** When the last thread that the program waits for was done. A lower bound if the run did not finish. */
  readonly makespanNs: number;
  readonly outcome: Outcome;
  readonly threads: readonly ThreadTimeline[];
  /** For each group of threads that waits for I/O or sleeps. */
  readonly delays: readonly GroupDelays[];
  /** How often an interpreter lock went from one thread to another. */
  readonly switches: number;
  /** Steps and events the simulation took. */
  readonly events: number;
  /** Tasks of all pools that were simulated; fewer than the workload has where the rest was extrapolated. */
  readonly simulatedTasks: number;
}

/** How long threads are kept from going on once what they waited for has come: half, 95 and 99 of a hundred times at most so long, in nanoseconds. */
export interface GroupDelays {
  /** The name of the group. */
  readonly threads: string;
  readonly waits: number;
  readonly p50Ns: number;
  readonly p95Ns: number;
  readonly p99Ns: number;
}

export type Outcome =
  | { readonly kind: "finished" }
  /** Nobody can go on: each blocked thread with what it waits for. */
  | { readonly kind: "deadlock"; readonly blocked: readonly BlockedThread[] }
  /** The budget of events was used up. */
  | { readonly kind: "truncated" };

/** A thread that waits for something that never comes. */
export interface BlockedThread {
  readonly thread: string;
  /** `lock a`, `a task`, `a result`. */
  readonly waitsFor: string;
  /** The thread that holds what it waits for; the thread itself if it took a lock twice. */
  readonly heldBy: string | undefined;
}

/** What a thread is doing: computing in the interpreter or in native code, or waiting for what the name says. */
export type ThreadState = (typeof threadStates)[number];

/** All states, in the order timelines list them. `gil` is the interpreter lock, `idle` a worker without task or a caller without result. */
export const threadStates = ["running", "native", "gil", "lock", "core", "io", "idle"] as const;

export interface ThreadTimeline {
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number;
  /** Nanoseconds in each state. */
  readonly totals: Readonly<Record<ThreadState, number>>;
  /** In order and without gaps; empty unless slices were asked for. */
  readonly slices: readonly Slice[];
}

export interface Slice {
  readonly startNs: number;
  readonly endNs: number;
  readonly state: ThreadState;
}
