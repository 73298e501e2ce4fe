import type { Spawn } from "../../program/link/threads/spawn.js";
import { type FixOffer, noFix, type RuleContext } from "../rule.js";
import { isBroken } from "./code.js";
import { type PoolKind, poolOfKind } from "./pool-kind-fix.js";

/** Runs work that only waits in threads instead of processes. What the workers change is then seen by all, so a reader has to look at it. */
export function threadsFix({ pool, spawner }: Spawn, context: RuleContext): FixOffer {
  const made = pool?.made;
  const kind = kindFor(spawner);
  if (!made || !kind || isBroken(made.in.file)) return noFix;
  const edits = poolOfKind(made.call, made.in, kind, context);
  const title = `Switch to ${kind.member}`;
  return edits
    ? {
        fixes: [
          {
            title,
            safety: "unsafe",
            caution: "The work runs in this process: all of it sees the same objects, and what it changes there stays changed.",
            edits: [{ path: made.in.file.path, edits }],
          },
        ],
        refused: [],
      }
    : noFix;
}

function kindFor(spawner: string): PoolKind | undefined {
  if (spawner.startsWith("concurrent.futures.ProcessPoolExecutor"))
    return { module: "concurrent.futures", member: "ThreadPoolExecutor", dropped: ["mp_context", "max_tasks_per_child"] };
  if (/^multiprocessing\.(pool\.|context\.BaseContext\.)?Pool\./.test(spawner))
    return { module: "multiprocessing.pool", member: "ThreadPool", dropped: ["maxtasksperchild", "context"] };
  return undefined;
}
