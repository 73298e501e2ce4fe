import { eventKind } from "./event-queue.js";
import { enter, type Thread } from "./thread.js";
import { type World, wakeUpTime } from "./world.js";

/** A `threading.Lock`. */
export interface Mutex {
  readonly name: string;
  holder: Thread | undefined;
  /** First come, first signalled. */
  readonly waiters: Thread[];
}

/** Takes the lock if it is free. */
export function tryAcquire(mutex: Mutex, thread: Thread): boolean {
  if (mutex.holder !== undefined) return false;
  mutex.holder = thread;
  return true;
}

/** Sleeps until `release` signals. A thread that came late goes on waiting where it was: at the front. */
export function queueForMutex(world: World, mutex: Mutex, thread: Thread, place: "front" | "back"): void {
  enter(thread, "lock", world.now, world.recording);
  thread.waitsFor = `lock ${mutex.name}`;
  if (place === "front") {
    mutex.waiters.unshift(thread);
  } else {
    thread.waitingSince = world.now;
    mutex.waiters.push(thread);
  }
}

/**
 * Gives the lock back. The first waiter is signalled and takes it if it is still free when it comes; one that has waited
 * longer than `handOffAfterNs` is given it at once (CPython 3.13, `TIME_TO_BE_FAIR_NS` in Python/lock.c).
 */
export function releaseMutex(world: World, mutex: Mutex, handOffAfterNs: number): void {
  if (mutex.holder === undefined) return;
  mutex.holder = undefined;
  const next = mutex.waiters.shift();
  if (next === undefined) return;
  if (world.now - next.waitingSince > handOffAfterNs) mutex.holder = next;
  world.events.push(wakeUpTime(world, next.stateSince), eventKind.mutexWake, next.index, 0);
}
