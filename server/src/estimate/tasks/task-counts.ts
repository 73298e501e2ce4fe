import { exactly, type Interval, interval, multiply } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { Program } from "../../program/link/link.js";
import { loopsAround } from "../../program/link/loops.js";
import { callersOfDecorated } from "../../program/link/resolution/callers.js";
import type { Resolver } from "../../program/link/resolution/resolver.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import { isCalledInTurn } from "../../program/link/threads/spawn-counts.js";
import { walkOperations } from "../../program/link/walk.js";
import type { LoopOperation, Value } from "../../program/operation.js";
import { pinsOf } from "../costs/pins.js";
import type { CostModel } from "../costs/work.js";
import type { Assumption, Course } from "../prediction/prediction.js";
import { bareActivation } from "../values/activation.js";
import { type Amount, combine } from "../values/amount.js";
import { chunkArgument } from "./chunks.js";
import { isForSeveral } from "./parallel-guards.js";
import { countAlike, endOf } from "./side-by-side.js";
import type { TaskCount } from "./usual-work.js";

/** Tasks of which nobody knows how many there are, with enough for each worker of a pool that somebody made of so many. */
export function enoughFor(workers: number, { low, likely, high }: Interval): Interval {
  return interval(low, Math.max(likely, Math.min(2 * workers, high)), high);
}

export function taskCount(spawn: Spawn, course: Course, program: Program, model: CostModel): TaskCount {
  const pinned = pinsOf(spawn.in.file).iterations.get(spawn.call);
  if (pinned !== undefined && pinned >= 1) return { count: exactly(pinned), known: "pinned" };
  const at = bareActivation(spawn.in);
  let count: Amount;
  if (spawn.items.length > 0) {
    for (const item of spawn.items) {
      const length = model.evaluator.length(item, at);
      if (length) count = count ? combine(count, length, Math.min) : length;
    }
  } else {
    // A service that is stopped before the next is started is the only one.
    const isStopped = course === "until stopped" && Number.isFinite(endOf(spawn, program));
    const { loops, within } = isStopped ? { loops: [], within: spawn.in } : loopsOf(spawn, program);
    count = exactly(1);
    for (const loop of loops) {
      const { count: trips, known } = model.evaluator.trips(loop, within === spawn.in ? at : bareActivation(within));
      count = known === "known" ? multiply(count as Interval, trips) : undefined;
      if (!count) break;
    }
    if (count && loops.length === 0) {
      const alike = countAlike(spawn, program);
      count = spawn.instances === "one" || course !== "together" || isOncePerCall(spawn, program.resolver) ? exactly(1 + alike) : undefined;
    }
  }
  // Who asks for several threads asks for more than the one that a default says.
  if (count && count.likely >= 1 && !(count.high < 2 && isInLoop(spawn) && isForSeveral(spawn))) return { count, known: "known" };
  if (course === "until stopped" && !(count === undefined && isInLoop(spawn))) return { count: exactly(1), known: "known" };
  if (spawn.width === "thread") return { count: interval(2, 4, 64), known: "assumed" };
  // Who hands tasks over many at a time has many times as many.
  const chunk = writtenChunk(spawn, model);
  return {
    count: chunk > 1 ? interval(2 * chunk, Math.max(100, usualChunks * chunk), 1_000 * chunk) : interval(2, 100, 1_000),
    known: "assumed",
  };
}

/** The loops in which the work is started: round the start, or round the call of what a decorator has started in a thread each time. */
function loopsOf({ in: start, call, targets }: Spawn, { resolver }: Program): { loops: readonly LoopOperation[]; within: FunctionNode } {
  const loops = loopsAround(start, call);
  const [only, ...others] = targets;
  if (loops.length > 0 || !only || others.length > 0) return { loops, within: start };
  const callers = callersOfDecorated(resolver, start, only.function);
  const inLoops = callers.map((caller) => ({ loops: loopsAround(caller.within, caller.call), within: caller.within }));
  return inLoops.find((each) => each.loops.length > 0) ?? { loops, within: start };
}

/** How many tasks the call says to hand over at a time, where it says a number; one otherwise. */
export function writtenChunk(spawn: Spawn, { evaluator }: CostModel): number {
  const given = chunkArgument(spawn);
  const size = given && evaluator.number(given, bareActivation(spawn.in));
  return size && size.low === size.high && size.low > 1 ? size.low : 1;
}

const usualChunks = 20;

/**
 * Whether nothing shows that one call of the function starts more than one before it is over: only that it is called from several places, or that it
 * makes the pool that the work is given to.
 */
function isOncePerCall(spawn: Spawn, resolver: Resolver): boolean {
  const { call, width, repeated, pool, instancesOfCall, in: within } = spawn;
  if (width !== "thread") return width === "pool" && instancesOfCall === "one" && pool?.made?.in === within;
  return repeated === "guessed" || (isHandedBack(spawn) && !isCalledInTurn(call, within, resolver, 1));
}

/** Whether the caller of the function that starts it gets hold of what was started, as what it returns or in its object. */
function isHandedBack({ call, in: within }: Spawn): boolean {
  const isIt = (value: Value | undefined): boolean =>
    value === call ||
    (value?.op === "read" &&
      value.place.kind === "name" &&
      value.place.owner === within.index &&
      (within.bound(value.place.name) ?? []).includes(call));
  if (within.returned.some(isIt)) return true;
  let isKept = false;
  walkOperations(within.facts.body, (operation) => {
    isKept ||= operation.op === "write" && operation.place.kind === "attribute" && isIt(operation.value);
  });
  return isKept;
}

export function isInLoop({ call, in: within }: Spawn): boolean {
  return loopsAround(within, call).length > 0;
}

export function assumedTasks({ width, worker }: Spawn, { low, likely, high }: Interval): Assumption {
  const each = width !== "thread" ? "tasks" : worker === "process" ? "processes" : "threads";
  return { what: `number of ${each}`, value: `${low} to ${high}, likely ${likely}`, from: "default" };
}
