import { add, type Interval } from "../base/interval.js";
import type { Target } from "../base/target.js";
import { costsFor } from "../estimate/costs/operation-costs.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { chunkArgument, makesChunks } from "../estimate/tasks/chunks.js";
import type { TaskWork } from "../estimate/tasks/task-work.js";
import type { Match, RelatedLocation } from "./rule.js";

/** A finding about how a site hands out its tasks. */
export function siteMatch<Data>({ prediction }: SiteEstimate, related: readonly RelatedLocation[], data: Data): Match<Data> {
  const { path, range } = prediction;
  return { path, range, confidence: "likely", related, targets: [], prediction, data };
}

/** The time of one task, computing and waiting together. */
export function taskNs({ interpreterNs, heldNs, nativeNs, waitNs }: TaskWork): Interval {
  return add(add(interpreterNs, heldNs), add(nativeNs, waitNs));
}

/** What it takes to give one task to a worker process and to fetch its result, the bytes not counted: in the parent, and everywhere. */
export function handOverNs(target: Target): { readonly parent: number; readonly all: Interval } {
  const { low, likely, high } = costsFor(target).handOver;
  const inParent = ({ processes }: typeof likely): number =>
    processes.submitNs + processes.sendNs + processes.receiveNs + processes.collectNs;
  const all = (costs: typeof likely): number => inParent(costs) + costs.processes.workerNs;
  return { parent: inParent(likely), all: { low: all(low), likely: all(likely), high: all(high) } };
}

/** The time that pickling, sending and unpickling so many bytes takes. */
export function transferNs(bytes: number, target: Target): Interval {
  const { low, likely, high } = costsFor(target).handOver;
  const each = ({ processes }: typeof likely): number => bytes * (processes.parentNsPerByte + processes.workerNsPerByte);
  return { low: each(low), likely: each(likely), high: each(high) };
}

/**
 * How the tasks of a site that gives them to a pool of processes are put together: one by one, or several in one hand-over. `multiprocessing`'s
 * `map` makes chunks by itself, four for each worker; the others do as `chunksize` says.
 */
export function batching(site: SiteEstimate): "one by one" | "in chunks" {
  const { spawn } = site;
  const given = chunkArgument(spawn);
  const isOne = given?.op === "constant" && given.value === 1;
  if (makesChunks(spawn)) return isOne ? "one by one" : "in chunks";
  return spawn.items.length === 0 || given === undefined || isOne ? "one by one" : "in chunks";
}

/** Whether the code says how many tasks there are. */
export function isCounted({ prediction }: SiteEstimate): boolean {
  return !prediction.assumptions.some((assumption) => assumption.what === "number of tasks" && assumption.from === "default");
}

/** A round number of tasks that together take some milliseconds, and that leaves each worker several hand-overs. */
export function chunkSize(site: SiteEstimate): number {
  const { tasks, workers } = site.prediction;
  const most = isCounted(site) ? tasks.likely / (4 * workers) : Number.POSITIVE_INFINITY;
  const wanted = Math.max(2, Math.min(most, 2_000_000 / Math.max(100, taskNs(site.work).likely)));
  const power = 10 ** Math.floor(Math.log10(wanted));
  return Math.max(2, Math.floor(wanted / power) * power);
}

/** Whether handing a task over takes long beside what it does, and there are many of them. */
export function isShortTask(site: SiteEstimate): boolean {
  return taskNs(site.work).high < 1_000_000 && isCounted(site) && site.prediction.tasks.likely >= 100;
}
