import type { EventQueue } from "./event-queue.js";
import type { Random } from "./random.js";
import type { Spread } from "./runtime.js";
import type { Recording } from "./thread.js";

/** What all parts of a running simulation share. */
export interface World {
  /** The simulated time, ns. */
  now: number;
  readonly events: EventQueue;
  readonly random: Random;
  readonly recording: Recording;
  readonly wakeUpNs: Spread;
}

/** When a thread that is signalled now will run. */
export function wakeUpTime(world: World): number {
  return world.now + world.random.between(world.wakeUpNs.low, world.wakeUpNs.high);
}
