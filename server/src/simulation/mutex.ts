import { eventKind } from "./event-queue.js";
import { enter, stateNumber, type Thread } from "./thread.js";
import { type World, wakeUpTime } from "./world.js";

/** A `threading.Lock`, or a semaphore: what a queue counts its items and its empty places by. */
export interface Mutex {
  /** As people call it: `lock a`, `an item in queue jobs`. */
  readonly title: string;
  /** How many may still take it. */
  free: number;
  /** Beyond it a release does nothing: 1 for a lock. */
  readonly mostFree: number;
  /** Who took it last and has not given it back; of a semaphore any of those who have it. */
  holder: Thread | undefined;
  /** First come, first signalled. */
  readonly waiters: Thread[];
}

/** One that so many may take, and more as soon as it is released more often. */
export function newSemaphore(title: string, free: number): Mutex {
  return { title, free, mostFree: Number.POSITIVE_INFINITY, holder: undefined, waiters: [] };
}

export function newLock(name: string): Mutex {
  return { title: `lock ${name}`, free: 1, mostFree: 1, holder: undefined, waiters: [] };
}

/** Takes the lock if it is free. */
export function tryAcquire(mutex: Mutex, thread: Thread): boolean {
  if (mutex.free < 1) return false;
  mutex.free--;
  mutex.holder = thread;
  thread.lockWaitSince = -1;
  return true;
}

/** Sleeps until `release` signals. A thread that came late has waited since it first found the lock taken, wherever it stands. */
export function queueForMutex(world: World, mutex: Mutex, thread: Thread, place: "front" | "back"): void {
  enter(thread, stateNumber.lock, world);
  thread.waitsFor = mutex.title;
  thread.isHanded = false;
  if (thread.lockWaitSince < 0) thread.lockWaitSince = world.now;
  if (place === "front") mutex.waiters.unshift(thread);
  else mutex.waiters.push(thread);
}

/**
 * Gives the lock back. The first waiter is signalled and takes it if it is still free when it comes; one that has waited
 * longer than `handOffAfterNs` is given it at once (CPython 3.13, `TIME_TO_BE_FAIR_NS` in Python/lock.c).
 */
export function releaseMutex(world: World, mutex: Mutex, handOffAfterNs: number): void {
  if (mutex.free >= mutex.mostFree) return;
  mutex.free++;
  mutex.holder = undefined;
  const next = mutex.waiters.shift();
  if (next === undefined) return;
  if (world.now - next.lockWaitSince > handOffAfterNs) next.isHanded = tryAcquire(mutex, next);
  world.events.push(wakeUpTime(world, next.stateSince), eventKind.mutexWake, next.index, 0);
}
