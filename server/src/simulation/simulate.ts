import { execute, type Keeping, type Mark, type Shortening } from "./engine.js";
import { crowdingAt, type Machine } from "./machine.js";
import type { Runtime } from "./runtime.js";
import type { Recording } from "./thread.js";
import type { ThreadState, ThreadTimeline, Timeline } from "./timeline.js";
import { threadStates } from "./timeline.js";
import { demandOf, type Pool, type Step, type TaskGroup, type ThreadGroup, type Workload } from "./workload.js";

/** What a run keeps and how long it may take; all optional. */
export interface SimulationOptions {
  /** `totals`, the default, keeps times per thread; `slices` also what each thread did when. */
  readonly recording?: Recording;
  /** Whether the timeline tells how long threads were kept from going on after each wait; `kept`, the default, takes a tenth of the time. */
  readonly delays?: Keeping["delays"];
  /** A run ends `truncated` after this many steps and events; about one to two million pass in a second. */
  readonly maximumEvents?: number;
}

const defaultMaximumEvents = 3_000_000;

/** A pool of more tasks is simulated for two lesser numbers of tasks and extrapolated from them, whatever its tasks are. */
const mostTasks = 4000;

/**
 * How the workload runs on that interpreter and machine. Pure: the same arguments give the same timeline, byte for byte; the
 * seed draws the wake-up latencies.
 *
 * A workload of one pool with more than 4000 tasks is run with 4000 and with 2000 of them, of each group its share. A pool
 * works through its queue at a steady pace, so the time that the second 2000 took is also that of each further 2000; times
 * per thread grow alike. Of tasks that are all alike, some rounds are enough. `Timeline.simulatedTasks` tells.
 */
export function simulate(asked: Workload, granted: Runtime, machine: Machine, seed: number, options: SimulationOptions = {}): Timeline {
  const { workload, runtime } = crowded(asked, granted, machine);
  const recording = options.recording ?? "totals";
  const delays = options.delays ?? "kept";
  const maximumEvents = options.maximumEvents ?? defaultMaximumEvents;
  const [pool] = workload.pools ?? [];
  const alone = pool !== undefined && workload.pools?.length === 1 && (workload.threads ?? []).every((group) => group.count === 0);
  const tasks = alone ? taskCount(pool) : 0;
  const run = (some: Pool, keeping = recording, shortening?: Shortening): Timeline =>
    execute({ ...workload, pools: [some] }, runtime, machine, seed, {
      recording: keeping,
      delays,
      maximumEvents,
      ...(shortening ? { shortening } : {}),
    });
  if (!alone) return execute(workload, runtime, machine, seed, { recording, delays, maximumEvents });
  const chunkSize = chunkSizeOf(pool, runtime);
  const chunks = Math.ceil(tasks / chunkSize);
  if (recording === "totals" && chunkSize === 1 && isOfOneKind(pool)) {
    const steady = fromSteadyPart(pool, tasks, runtime, machine.cores, (some, shortening) => run(some, recording, shortening));
    if (steady) return steady;
  }
  if (chunks <= mostTasks) return run(pool);
  const most = mostTasks * chunkSize;
  const longPool = shrink(pool, most / tasks);
  const shortPool = shrink(pool, most / 2 / tasks);
  const long = run(longPool);
  const short = run(shortPool, "totals");
  const further = (tasks - taskCount(longPool)) / Math.max(1, taskCount(longPool) - taskCount(shortPool));
  if (long.outcome.kind !== "finished" || short.outcome.kind !== "finished") return long;
  return extrapolate(short, long, further);
}

/**
 * A pool whose tasks are all alike, from a part of them: once all workers are at work, each further round of them takes what the rounds before
 * it took. Undefined where the workers come to life so slowly that most of it passes before all are there.
 */
function fromSteadyPart(pool: Pool, tasks: number, runtime: Runtime, cores: number, run: RunPart): Timeline | undefined {
  const workers = Math.max(1, Math.floor(pool.workers));
  // What is left out is at most about three times what was looked at, unless that are many rounds.
  const rounds = Math.max(leastRounds, Math.ceil(leastTasks / workers), Math.min(manyRounds, Math.ceil(tasks / workers / 3)));
  for (let offered = mostRoundsNeeded * (roundsBefore + rounds); ; offered *= 4) {
    // As many in its last round as the whole has.
    const some = Math.min(tasks, offered * workers + (tasks % workers));
    if (some > mostTasks) return undefined;
    const isWhole = 2 * some > tasks && tasks <= mostTasks;
    const shortening: Shortening = { roundsBefore, rounds, marks: [], leftOut: 0, notHandedIn: 0 };
    const part = run(isWhole ? pool : shrink(pool, some / tasks), shortening);
    const [first, second] = shortening.marks;
    if (part.outcome.kind !== "finished") return undefined;
    if (second) {
      const further = isWhole ? 0 : tasks - some;
      return prolonged(part, shortening, first as Mark, second, further, runtime, cores);
    }
    if (isWhole) return part;
  }
}

type RunPart = (pool: Pool, shortening: Shortening) => Timeline;

const roundsBefore = 3;
const leastRounds = 5;
const leastTasks = 20;
const manyRounds = 12;
const mostRoundsNeeded = 3;

/** The run with the tasks that were left out and so many more. */
function prolonged(
  part: Timeline,
  { leftOut, notHandedIn }: Shortening,
  from: Mark,
  to: Mark,
  further: number,
  runtime: Runtime,
  cores: number,
): Timeline {
  const times = (leftOut + further) / (to.tasks - from.tasks);
  const spentIn = (index: number, state: ThreadState): number => (to.totals[index]?.[state] ?? 0) - (from.totals[index]?.[state] ?? 0);
  // Handing in what was not is time that others wait for, as far as they wait for the lock or for a core.
  let underLock = 0;
  let onCores = 0;
  part.threads.forEach((_, index) => {
    if (runtime.lock && (runtime.sharing === "everyone" || index < parentThreads)) underLock += spentIn(index, "running");
    onCores += spentIn(index, "running") + spentIn(index, "native");
  });
  const watched = Math.max(1, to.untilNs - from.untilNs);
  const keptWaiting = Math.max(underLock / watched, onCores / watched / cores / cores);
  const submitNs = runtime.handOver.submitNs * (notHandedIn + further);
  const grow = (to.ns - from.ns) * times + submitNs * keptWaiting;
  const threads = part.threads.map((thread, index): ThreadTimeline => {
    const totals = { ...thread.totals };
    for (const state of threadStates) totals[state] = Math.round(totals[state] + spentIn(index, state) * times);
    if (index === 0) totals.running += Math.round(submitNs);
    return { ...thread, endNs: Math.round(thread.endNs + grow), totals };
  });
  return {
    ...part,
    makespanNs: Math.round(part.makespanNs + grow),
    threads,
    switches: Math.round(part.switches + (to.switches - from.switches) * times),
  };
}

/** The submitter, and between processes those that carry tasks and results. */
const parentThreads = 3;

/**
 * Whether tasks are all alike, share nothing that makes them queue, and outlast their hand-over: while tiny ones are still handed in, the pace is
 * another than after that.
 */
function isOfOneKind({ tasks }: Pool): boolean {
  const some = tasks.filter(({ count }) => count > 0);
  const [only] = some;
  if (!only || some.length > 1 || !only.steps.every(isAlone)) return false;
  const { interpreterNs, heldNs, nativeNs, waitNs } = demandOf(only.steps);
  return interpreterNs + heldNs + nativeNs + waitNs >= leastSteadyNs;
}

const leastSteadyNs = 200_000;

function isAlone(step: Step): boolean {
  return "compute" in step || "waitNs" in step || ("repeat" in step && step.steps.every(isAlone));
}

/**
 * The work as it goes where so many cores compute at once as it keeps busy: threads under one lock one, others as many as there are workers,
 * less the share of their time that they wait. Workers come to life as slowly. Native code that releases the lock is left as it is: hashing
 * was 5 % slower on 16 busy cores, bytecode 20 to 50 %.
 */
function crowded(workload: Workload, runtime: Runtime, machine: Machine): { readonly workload: Workload; readonly runtime: Runtime } {
  if (machine.crowding.length === 0 || (runtime.lock && runtime.sharing === "everyone")) return { workload, runtime };
  let busy = 0;
  for (const { count, steps } of workload.threads ?? []) busy += count * computingShare([{ steps, count }]);
  for (const pool of workload.pools ?? []) busy += Math.min(pool.workers, taskCount(pool)) * computingShare(pool.tasks);
  const times = crowdingAt(machine, Math.max(1, busy));
  if (times === 1) return { workload, runtime };
  const { start } = runtime;
  return { workload: slowed(workload, times), runtime: { ...runtime, start: { ...start, workerNs: start.workerNs * times } } };
}

function slowed(workload: Workload, times: number): Workload {
  const steps = (list: readonly Step[]): readonly Step[] =>
    list.map((step): Step => {
      if ("repeat" in step) return { ...step, steps: steps(step.steps) };
      if (!("compute" in step)) return step;
      const { interpreterNs = 0, heldNs = 0, nativeNs = 0 } = step.compute;
      return { compute: { interpreterNs: Math.round(interpreterNs * times), heldNs: Math.round(heldNs * times), nativeNs } };
    });
  const group = <Group extends { readonly steps: readonly Step[] }>(each: Group): Group => ({ ...each, steps: steps(each.steps) });
  return {
    ...workload,
    ...(workload.threads ? { threads: workload.threads.map(group) } : {}),
    ...(workload.pools ? { pools: workload.pools.map((pool) => ({ ...pool, tasks: pool.tasks.map(group) })) } : {}),
  };
}

function computingShare(groups: readonly (TaskGroup | ThreadGroup)[]): number {
  let computing = 0;
  let waiting = 0;
  for (const { count, steps } of groups) {
    const { interpreterNs, heldNs, nativeNs, waitNs } = demandOf(steps);
    computing += count * (interpreterNs + heldNs + nativeNs);
    waiting += count * waitNs;
  }
  return computing / Math.max(1, computing + waiting);
}

function taskCount(pool: Pool): number {
  return pool.tasks.reduce((sum, group) => sum + group.count, 0);
}

function chunkSizeOf(pool: Pool, runtime: Runtime): number {
  return runtime.handOver.broker ? Math.max(1, Math.floor(pool.chunkSize ?? 1)) : 1;
}

/** The same mix of fewer tasks: of each group that share, rounded so that the whole is right. */
function shrink(pool: Pool, share: number): Pool {
  let before = 0;
  const tasks = pool.tasks.map((group) => {
    const from = Math.round(before * share);
    before += group.count;
    return { ...group, count: Math.round(before * share) - from };
  });
  return { ...pool, tasks };
}

function extrapolate(short: Timeline, long: Timeline, further: number): Timeline {
  const grow = (shorter: number, longer: number): number => Math.round(longer + Math.max(0, longer - shorter) * further);
  const threads = long.threads.map((thread, index): ThreadTimeline => {
    const before = short.threads[index]?.name === thread.name ? short.threads[index] : thread;
    const totals = { ...thread.totals };
    for (const state of threadStates) totals[state] = grow(before.totals[state], thread.totals[state]);
    return { ...thread, endNs: grow(before.endNs, thread.endNs), totals };
  });
  return {
    ...long,
    makespanNs: grow(short.makespanNs, long.makespanNs),
    threads,
    switches: grow(short.switches, long.switches),
    events: long.events + short.events,
  };
}
