import type { EventQueue } from "./event-queue.js";
import type { ColdCaches } from "./machine.js";
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
  readonly coldCaches: ColdCaches;
}

/**
 * When a thread that is signalled now, and sleeps since then, will run. An idle core goes on looking for work for a while
 * before it really sleeps: who slept less mostly wakes in about the least time, rarely in as much as others.
 */
export function wakeUpTime({ now, random, wakeUpNs: { low, high } }: World, asleepSince: number): number {
  if (now - asleepSince >= coreAwakeNs) return now + random.between(low, high);
  return now + low + Math.round((high - low) * (cubes[random.between(0, 1000)] as number));
}

/** Of thousandths: powers are dear, and every other event is a wake-up. */
const cubes = Float64Array.from({ length: 1001 }, (_, thousandths) => (thousandths / 1000) ** 3);

/** `guest_halt_poll_ns` of Linux' haltpoll governor; the deeper sleep states of real machines begin at similar times. */
const coreAwakeNs = 200_000;
