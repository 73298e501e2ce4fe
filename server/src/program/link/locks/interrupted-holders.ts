import { acquisitionsOfAnyone } from "../activity/activity.js";
import type { Acquisition } from "../activity/moments.js";
import { reachedWithin } from "../activity/reached-functions.js";
import type { FunctionNode } from "../entity.js";
import type { Program } from "../link.js";
import { waysTo } from "../threads/roots.js";
import type { Spawn } from "../threads/spawn.js";
import type { HeldLock } from "./locks.js";

/** A lock that a signal handler waits for, and that the code it interrupts may hold: both run in the main thread. */
export interface InterruptedHolder {
  readonly handler: Spawn;
  readonly taken: Acquisition;
  readonly held: HeldLock;
}

/** Those of a program, one for each place where a handler takes a lock. */
export function interruptedHolders(program: Program): readonly InterruptedHolder[] {
  const handlers = program.spawns.filter(({ worker }) => worker === "signal-handler");
  if (handlers.length === 0) return [];
  const { resolver } = program;
  const waiting = acquisitionsOfAnyone(program).filter(({ lock, waits }) => waits === "until-free" && isOfThreads(lock));
  return handlers.flatMap((handler) => {
    // What only a name tells of may be another function.
    const handling = reachedWithin(
      handler.targets.map((target) => target.function),
      { steps: mostSteps, most: Number.POSITIVE_INFINITY, doubtful: "left out" },
      resolver,
    );
    const installing = waysTo(handler.in, program);
    const isInterrupted = ({ function: node }: Acquisition): boolean =>
      !handling.has(node) && !setsHandlers(node) && [...waysTo(node, program)].some((caller) => installing.has(caller));
    const holders = waiting.filter(isInterrupted);
    return waiting.flatMap((taken): readonly InterruptedHolder[] => {
      if (!handling.has(taken.function) || taken.path.length > 0) return [];
      const holder = holders.find(({ lock }) => lock.key === taken.lock.key);
      return holder ? [{ handler, taken, held: holder.lock }] : [];
    });
  });
}

function isOfThreads({ reentrant, scope, identity }: HeldLock): boolean {
  return reentrant === "no" && scope === "threads" && identity !== "by-name";
}

/** Whether the function changes who handles signals, as it may do around a stretch that none is to interrupt. */
function setsHandlers(node: FunctionNode): boolean {
  return ["signal", "pthread_sigmask"].some((name) => node.file.calls(name).some((site) => site.function === node.index));
}

const mostSteps = 3;
