import type { Interval } from "../../base/interval.js";
import type { Spawn } from "../../program/link/threads/spawn.js";
import type { Value } from "../../program/operation.js";
import type { Amount } from "../values/amount.js";

/** Which calls make chunks by themselves: `multiprocessing`'s `map` and its like, four for each worker. */
export function makesChunks({ spawner }: Spawn): boolean {
  return /\.(map_async|starmap|starmap_async)$|\.Pool\.map$|^joblib\./.test(spawner);
}

/** The size that the call gives its chunks of tasks. */
export function chunkArgument(spawn: Spawn): Value | undefined {
  const { spawner, call } = spawn;
  const named = call.arguments.find(({ name }) => name === "chunksize")?.value;
  const isThird = makesChunks(spawn) || /\.(imap|imap_unordered)$/.test(spawner);
  return named ?? (isThird ? call.arguments[2]?.value : undefined);
}

/** How many tasks go to a worker process in one hand-over. */
export function chunkSizeOf(spawn: Spawn, tasks: Interval, workers: number, numberOf: (value: Value) => Amount): number {
  const given = chunkArgument(spawn);
  if (given) return Math.max(1, Math.round(numberOf(given)?.likely ?? 1));
  return makesChunks(spawn) && spawn.items.length > 0 ? Math.max(1, Math.ceil(tasks.likely / (4 * Math.max(1, workers)))) : 1;
}
