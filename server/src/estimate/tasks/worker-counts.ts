import { type Interval, interval } from "../../base/interval.js";
import { defaultPoolSize } from "../../knowledge/evaluate.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { ScopedValue, Spawn } from "../../program/link/threads/spawn.js";
import type { Value } from "../../program/operation.js";
import type { CostModel } from "../costs/work.js";
import type { Assumption, Course, Prediction } from "../prediction/prediction.js";
import type { EstimateSettings } from "../prediction/site.js";
import { type Activation, bareActivation } from "../values/activation.js";
import type { Amount } from "../values/amount.js";
import { mostThreads } from "./demand.js";
import { mostCoroutines } from "./loop-workload.js";
import { isForSeveral } from "./parallel-guards.js";

/** How many run at once, as far as the code tells; `room`: at most so many of the threads at a time. */
export function workerCount(
  spawn: Spawn,
  course: Course,
  tasks: Interval,
  room: Amount,
  model: CostModel,
  settings: EstimateSettings,
  assumptions: Assumption[],
): { readonly workers: number; readonly known: Prediction["workersKnown"] } {
  if (settings.workers !== undefined) return { workers: settings.workers, known: "known" };
  const isExact = (count: Interval): Prediction["workersKnown"] => (count.low === count.high ? "known" : "assumed");
  if (course === "until stopped") return { workers: Math.round(tasks.likely), known: isExact(tasks) };
  if (course !== "together") return { workers: 1, known: "known" };
  if (spawn.width !== "pool") {
    const workers = Math.max(1, Math.round(Math.min(tasks.likely, spawn.width === "task" ? mostCoroutines : mostThreads)));
    if (room === undefined) return { workers, known: isExact(tasks) };
    return { workers: Math.min(Math.round(room.likely), tasks.low === tasks.high ? workers : mostThreads), known: isExact(room) };
  }
  const { pool } = spawn;
  const size = pool?.size && sizeOf(pool.size, model);
  const isGuarded = isForSeveral(spawn);
  if (size && size !== "default" && !(isGuarded && size.high < 2)) {
    const low = isGuarded ? Math.max(2, size.low) : size.low;
    const workers = Math.max(1, Math.round(Math.max(low, size.likely)));
    if (low !== size.high)
      assumptions.push({ what: "number of workers", value: `${low} to ${size.high}, likely ${workers}`, from: "code" });
    return { workers, known: isExact({ ...size, low }) };
  }
  const usual = defaultPoolSize(pool?.defaultSize ?? [], { target: settings.target }, settings.cores);
  // Who goes another way where it is one worker has several here.
  const isExcluded = isGuarded && usual !== undefined && usual < 2;
  const workers = isExcluded ? settings.cores : (usual ?? settings.cores);
  // A size that is given is another one than the default; nobody knows which.
  const isDefault = !isExcluded && usual !== undefined && (pool?.size === undefined || size === "default");
  assumptions.push({
    what: "number of workers",
    value: `${workers}${isDefault ? " (the default)" : ""}`,
    from: isDefault ? "knowledge" : "default",
  });
  return { workers, known: isDefault ? "known" : "assumed" };
}

/** The size that a pool is given; `default` where that is None. */
function sizeOf({ value, in: within }: ScopedValue, model: CostModel): Amount | "default" {
  if (value.op === "constant" && value.type === "none") return "default";
  const at = bareActivation(within);
  const given = model.evaluator.number(value, at) ?? smallestKnown(value, at, model);
  if (!given || given.likely < 1) return undefined;
  if (given.high < 2 && isLeftToCallers(value, within, model)) return undefined;
  // It is one of the numbers, and none between them; who asks for workers wants them to be several.
  const isEither = given.low !== given.high && alternativesOf(value, within).length > 1;
  return isEither ? { ...given, likely: given.high } : given;
}

/** Whether it is a parameter that has a default, of a function that others than the program call: who does not ask for workers gets one, who asks gets several. */
function isLeftToCallers(value: Value, within: FunctionNode, { evaluator }: CostModel): boolean {
  if (value.op !== "read" || value.place.kind !== "name" || value.place.owner !== within.index) return false;
  const { name } = value.place;
  const parameter = within.head.parameters.find((each) => each.name === name);
  return parameter?.default !== undefined && evaluator.resolver.callersOf(within).length === 0;
}

/** `min(8, len(items))`: not more than the least of those that can be told, and so many where there are enough tasks for them. */
function smallestKnown(value: Value, at: Activation, { evaluator }: CostModel): Amount {
  const number = (each: Value, in_: Activation): Amount => {
    if (each.op !== "call" || !evaluator.resolver.externalCallees(each, in_.function).includes("builtins.min") || each.arguments.length < 2)
      return undefined;
    const told = each.arguments.flatMap((argument) => evaluator.number(argument.value, in_) ?? []);
    const least = Math.min(...told.map(({ likely }) => likely));
    return told.length > 0 && least >= 1 ? interval(1, least, Math.max(least, Math.min(...told.map(({ high }) => high)))) : undefined;
  };
  return value.op === "read" ? evaluator.followWhole(value, at, number) : number(value, at);
}

/** What a conditional expression, or a variable that is set in the arms of a branch, may be. */
function alternativesOf(value: Value, within: FunctionNode): readonly Value[] {
  if (value.op === "choice") return value.by === "condition" ? value.values : [value];
  if (value.op !== "read" || value.place.kind !== "name") return [value];
  const bound = within.file.functionAt(value.place.owner)?.bound(value.place.name) ?? [];
  return bound.length === 1 && bound[0]?.op === "choice"
    ? alternativesOf(bound[0], within)
    : bound.every(({ op }) => op === "constant")
      ? bound
      : [value];
}
