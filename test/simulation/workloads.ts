import fc from "fast-check";
import { knownTargets, parseTarget, type Target } from "../../server/src/base/target.js";
import type { Runtime } from "../../server/src/simulation/runtime.js";
import { asyncio } from "../../server/src/simulation/runtimes/asyncio.js";
import { freeThreaded } from "../../server/src/simulation/runtimes/free-threaded.js";
import { gil } from "../../server/src/simulation/runtimes/gil.js";
import { processes } from "../../server/src/simulation/runtimes/processes.js";
import { pypy } from "../../server/src/simulation/runtimes/pypy.js";
import { subinterpreters } from "../../server/src/simulation/runtimes/subinterpreters.js";
import { ticks } from "../../server/src/simulation/runtimes/ticks.js";
import type { Slice, ThreadState, Timeline } from "../../server/src/simulation/timeline.js";
import type { Pool, Step, ThreadGroup, Workload } from "../../server/src/simulation/workload.js";

/** Nanoseconds. */
export const microsecond = 1_000;
export const millisecond = 1_000_000;

/** The known target of that name. */
export function target(name: string): Target {
  const found = parseTarget(name);
  if (found === undefined) throw new TypeError(`${name} is none of ${knownTargets.length} targets`);
  return found;
}

export const underGil: Runtime = gil(target("cpython-3.13"));
export const withoutGil: Runtime = freeThreaded(target("cpython-3.14t"));
export const inProcesses: Runtime = processes(target("cpython-3.13"));
export const inInterpreters: Runtime = subinterpreters(target("cpython-3.14"));
export const onPyPy: Runtime = pypy(target("pypy-3.11"));
export const beforeNewGil: Runtime = ticks("2.7");
export const onEventLoop: Runtime = asyncio(target("cpython-3.13"));

/** One of each kind, and old and new lock hand-over. */
export const allRuntimes: readonly Runtime[] = [
  gil(target("cpython-3.8")),
  underGil,
  withoutGil,
  inProcesses,
  processes(target("cpython-3.15")),
  processes(target("cpython-3.14t"), undefined, "spawn"),
  inInterpreters,
  onPyPy,
  beforeNewGil,
  freeThreaded(target("jython-2.7")),
  onEventLoop,
];

export const interpreter = (ns: number): Step => ({ compute: { interpreterNs: ns } });
export const held = (ns: number): Step => ({ compute: { heldNs: ns } });
export const native = (ns: number): Step => ({ compute: { nativeNs: ns } });
export const wait = (ns: number): Step => ({ waitNs: ns });
export const repeat = (times: number, ...steps: Step[]): Step => ({ repeat: times, steps });

/** Work done under a lock. */
export const locked = (name: string, ...steps: Step[]): Step => repeat(1, { acquire: name }, ...steps, { release: name });

/** `count` equal tasks in a pool. */
export function poolOf(workers: number, count: number, ...steps: Step[]): Workload {
  return { pools: [{ workers, tasks: [{ count, steps }] }] };
}

const durations = fc.oneof(fc.integer({ min: 0, max: 50 * microsecond }), fc.integer({ min: 0, max: 12 * millisecond }));

const simpleSteps = fc.oneof(
  durations.map(interpreter),
  durations.map(held),
  durations.map(native),
  durations.map(wait),
  fc.record({ interpreterNs: durations, nativeNs: durations }).map((compute): Step => ({ compute })),
);

/** Steps without locks. */
export const independentSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: simpleSteps },
    {
      weight: 1,
      arbitrary: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.array(simpleSteps, { maxLength: 3 })).map(([n, s]) => repeat(n, ...s)),
    },
  ),
  { maxLength: 6 },
);

/** Steps whose locks are always given back, one at a time: they cannot deadlock. */
export const orderlySteps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      independentSteps,
      fc
        .tuple(fc.constantFrom("a", "b"), independentSteps)
        .map(([name, steps]): readonly Step[] => [{ acquire: name }, ...steps, { release: name }]),
    ),
    { maxLength: 3 },
  )
  .map((parts) => parts.flat());

/** Steps that take and give back locks in any order. */
export const unrulySteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    simpleSteps,
    fc.constantFrom("a", "b").map((acquire): Step => ({ acquire })),
    fc.constantFrom("a", "b").map((release): Step => ({ release })),
  ),
  { maxLength: 8 },
);

function threadGroups(steps: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<readonly ThreadGroup[]> {
  return fc.array(fc.record({ count: fc.integer({ min: 0, max: 4 }), steps }), { minLength: 1, maxLength: 3 });
}

function poolsOf(steps: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<readonly Pool[]> {
  const bytes = fc.integer({ min: 0, max: 1_000_000 });
  return fc.array(
    fc.record({
      workers: fc.integer({ min: 1, max: 6 }),
      chunkSize: fc.integer({ min: 1, max: 5 }),
      tasks: fc.array(fc.record({ count: fc.integer({ min: 0, max: 12 }), steps, argumentBytes: bytes, resultBytes: bytes }), {
        maxLength: 3,
      }),
    }),
    { minLength: 1, maxLength: 2 },
  );
}

/** Threads only. */
export function threadWorkloads(steps: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Workload> {
  return threadGroups(steps).map((threads) => ({ threads }));
}

/** Pools only. */
export function poolWorkloads(steps: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Workload> {
  return poolsOf(steps).map((pools) => ({ pools }));
}

/** Threads, pools or both. */
export function workloads(steps: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Workload> {
  return fc.oneof(
    threadWorkloads(steps),
    poolWorkloads(steps),
    fc.tuple(threadGroups(steps), poolsOf(steps)).map(([threads, pools]) => ({ threads, pools })),
  );
}

/** A stretch of time and how many threads were in each state throughout. */
export interface Moment {
  readonly startNs: number;
  readonly endNs: number;
  readonly count: Readonly<Record<ThreadState, number>>;
}

/** The timeline's slices, cut wherever any of them begins or ends. */
export function moments(timeline: Timeline): readonly Moment[] {
  const changes: { readonly at: number; readonly state: ThreadState; readonly by: 1 | -1 }[] = [];
  for (const { slices } of timeline.threads) {
    for (const { startNs, endNs, state } of slices) {
      changes.push({ at: startNs, state, by: 1 }, { at: endNs, state, by: -1 });
    }
  }
  changes.sort((a, b) => a.at - b.at);
  const count: Record<ThreadState, number> = { running: 0, native: 0, gil: 0, lock: 0, core: 0, io: 0, idle: 0 };
  const result: Moment[] = [];
  let since = 0;
  for (const change of changes) {
    if (change.at > since) {
      result.push({ startNs: since, endNs: change.at, count: { ...count } });
      since = change.at;
    }
    count[change.state] += change.by;
  }
  return result;
}

/** All threads' slices of that state, in order of time. */
export function slicesOf(timeline: Timeline, state: ThreadState): readonly Slice[] {
  return timeline.threads.flatMap(({ slices }) => slices.filter((slice) => slice.state === state)).sort((a, b) => a.startNs - b.startNs);
}

/** Nanoseconds that all threads together spent in that state. */
export function totalOf(timeline: Timeline, state: ThreadState): number {
  return timeline.threads.reduce((sum, { totals }) => sum + totals[state], 0);
}
