import { eventKind } from "./event-queue.js";
import type { InterpreterLock } from "./runtime.js";
import { enter, stateNumber, type Thread } from "./thread.js";
import { type World, wakeUpTime } from "./world.js";

/**
 * One interpreter lock and the threads that share it: CPython's GIL since 3.2 (Python/ceval_gil.c), with other numbers also
 * PyPy's, a subinterpreter's, or an event loop.
 *
 * A waiter waits for the switch interval; if no other thread got the lock meanwhile, it asks the holder to yield, who does so
 * at its next check point and then sleeps until somebody else really has the lock. A lock that is given back without such a
 * request goes to whoever takes it first: the woken waiter needs tens of microseconds to come, the thread that gave it back
 * may be faster (barging).
 *
 * The one who asked is awake, its wait having just timed out, and mostly snatches the signal from waiters that came before it.
 * So two CPU-bound threads pass the lock to and fro, and a third, such as one that comes back from I/O, waits for many turns.
 */
export interface InterpreterLockDomain {
  /** Its place in the engine's list, by which events name it. */
  readonly index: number;
  readonly lock: InterpreterLock;
  /** How long a waiter waits before it asks, the timer's lateness included. */
  readonly intervalNs: number;
  holder: Thread | undefined;
  /** The thread that had the lock last; getting it back is no switch. */
  lastHolder: Thread | undefined;
  lastSwitchAt: number;
  switches: number;
  yieldRequested: boolean;
  /** Who asked last, and when. */
  requester: Thread | undefined;
  requestedAt: number;
  /** In no order; `Thread.waitingSince` says who is next. */
  readonly waiters: Thread[];
  /** The thread that was made to give the lock up and sleeps until another has it; then it does what is noted. */
  yielding: { readonly thread: Thread; readonly then: "wait-again" | "go-on" } | undefined;
  /** When an event will look whether a switch interval is over; -1 if none is on its way. */
  checkAt: number;
}

export function newDomain(index: number, lock: InterpreterLock, timerSlackNs: number): InterpreterLockDomain {
  return {
    index,
    lock,
    // Bytecodes are counted, not timed.
    intervalNs: lock.switchIntervalNs + (lock.onRequest === "mostly-takes-it-back" ? 0 : timerSlackNs),
    holder: undefined,
    lastHolder: undefined,
    lastSwitchAt: 0,
    switches: 0,
    yieldRequested: false,
    requester: undefined,
    requestedAt: 0,
    waiters: [],
    yielding: undefined,
    checkAt: -1,
  };
}

/** Takes the lock if it is free; else the thread queues for it and `interpreterLockWake` will call on it. */
export function takeOrQueue(world: World, domain: InterpreterLockDomain, thread: Thread, goOn: (thread: Thread) => void): boolean {
  if (domain.holder !== undefined) {
    queue(world, domain, thread);
    return false;
  }
  domain.holder = thread;
  domain.yieldRequested = false;
  if (domain.lastHolder !== thread) {
    domain.lastHolder = thread;
    domain.lastSwitchAt = world.now;
    domain.switches++;
    if (thread.lockLostAt >= 0 && domain.lock.coolsCaches) {
      const { share, mostNs } = world.coldCaches;
      thread.coldNs = Math.round(Math.min(mostNs, (world.now - thread.lockLostAt) * share));
    }
  }
  const { yielding } = domain;
  if (yielding && yielding.thread !== thread) {
    domain.yielding = undefined;
    // It is woken only to queue again, and its wait begins when it is awake: by then the lock may even be free again.
    if (yielding.then === "wait-again") {
      const { index, stateSince } = yielding.thread;
      world.events.push(wakeUpTime(world, stateSince), eventKind.interpreterLockWake, index, 0);
    } else goOn(yielding.thread);
  }
  scheduleCheck(world, domain);
  return true;
}

/** Gives the lock back and signals the waiter that has waited longest. */
export function giveBack(world: World, domain: InterpreterLockDomain): void {
  if (domain.holder) domain.holder.lockLostAt = world.now;
  domain.holder = undefined;
  const { waiters } = domain;
  if (waiters.length === 0) return;
  let next = 0;
  for (let i = 1; i < waiters.length; i++) {
    if (queuedSince(world, domain, waiters[i] as Thread) < queuedSince(world, domain, waiters[next] as Thread)) next = i;
  }
  signal(world, domain, next);
}

/** Gives the lock back because another thread asked for it, and sleeps until that thread has it. */
export function yieldLock(world: World, domain: InterpreterLockDomain, thread: Thread, then: "wait-again" | "go-on"): void {
  domain.yielding = { thread, then };
  enter(thread, stateNumber.gil, world);
  thread.waitsFor = "the interpreter lock";
  const requester = domain.requester ? domain.waiters.indexOf(domain.requester) : -1;
  const awake = world.now - domain.requestedAt <= requesterAwakeNs;
  if (requester < 0 || !awake || world.random.between(1, 100) > requesterWinsPercent) {
    giveBack(world, domain);
  } else {
    thread.lockLostAt = world.now;
    domain.holder = undefined;
    signal(world, domain, requester);
  }
}

/**
 * Whether a holder that was asked has the lock again before anybody came. If it has, the waiters that it woke go back to sleep, and what
 * that took of the holder's time is returned, ns.
 */
export function takenBack(world: World, domain: InterpreterLockDomain): number | undefined {
  if (domain.lock.onRequest === "waits-for-another" || world.random.between(1, 100) <= wokenWinsPercent) return undefined;
  domain.yieldRequested = false;
  domain.lastSwitchAt = world.now + lostRaceNs;
  scheduleCheck(world, domain);
  return lostRaceNs;
}

/** One of about 30 wake-ups comes at the moment when the lock is free; threads of CPython 2.6 change a few thousand times a second. */
const wokenWinsPercent = 3;

/** Two system calls and a fight for the lock's mutex; with 10 µs of work between two of them, nine tenths more than without. */
const lostRaceNs = 8_500;

/** How long after its time-out a waiter has not yet gone back to sleep. */
const requesterAwakeNs = 5_000;

/**
 * How often a waiter that is awake takes the signal that another one sleeps for. A thread that answers a socket beside two
 * CPU-bound threads gets the lock after about ten of their turns: 19 to 56 answers a second on CPython 3.8 to 3.15, 2 cores.
 */
const requesterWinsPercent = 90;

function signal(world: World, domain: InterpreterLockDomain, place: number): void {
  const { waiters } = domain;
  const thread = waiters[place] as Thread;
  for (let i = place + 1; i < waiters.length; i++) waiters[i - 1] = waiters[i] as Thread;
  waiters.pop();
  world.events.push(wakeUpTime(world, thread.waitingSince), eventKind.interpreterLockWake, thread.index, 0);
}

/** Handles a `switchInterval` event: whether some waiter has waited a whole interval without any switch. */
export function requestYieldIfDue(world: World, domain: InterpreterLockDomain): void {
  if (world.now !== domain.checkAt) return;
  domain.checkAt = -1;
  if (domain.holder === undefined || domain.yieldRequested || domain.waiters.length === 0) return;
  const first = firstToAsk(domain);
  if (first === undefined || requestTime(domain, first) > world.now) {
    scheduleCheck(world, domain);
    return;
  }
  domain.yieldRequested = true;
  domain.requester = first;
  domain.requestedAt = world.now;
}

function queue(world: World, domain: InterpreterLockDomain, thread: Thread): void {
  enter(thread, stateNumber.gil, world);
  thread.waitsFor = "the interpreter lock";
  thread.waitingSince = world.now;
  domain.waiters.push(thread);
  scheduleCheck(world, domain);
}

/** Each time-out takes a waiter out of the condition variable's queue and puts it back at its end. */
function queuedSince(world: World, domain: InterpreterLockDomain, thread: Thread): number {
  const interval = domain.intervalNs;
  if (interval === Number.POSITIVE_INFINITY) return thread.waitingSince;
  return thread.waitingSince + Math.floor((world.now - thread.waitingSince) / interval) * interval;
}

/** When the waiter will have waited an interval that began after the last switch. Waits before that only restart. */
function requestTime({ intervalNs, lastSwitchAt }: InterpreterLockDomain, { waitingSince }: Thread): number {
  const missed = Math.max(0, Math.ceil((lastSwitchAt - waitingSince) / intervalNs));
  return waitingSince + (missed + 1) * intervalNs;
}

function firstToAsk(domain: InterpreterLockDomain): Thread | undefined {
  let first: Thread | undefined;
  let earliest = Number.POSITIVE_INFINITY;
  for (const waiter of domain.waiters) {
    const time = requestTime(domain, waiter);
    if (time >= earliest) continue;
    earliest = time;
    first = waiter;
  }
  return first;
}

function scheduleCheck(world: World, domain: InterpreterLockDomain): void {
  if (domain.intervalNs === Number.POSITIVE_INFINITY) return;
  const first = firstToAsk(domain);
  if (first === undefined) return;
  const next = Math.max(world.now, requestTime(domain, first));
  if (domain.checkAt >= 0 && domain.checkAt <= next) return;
  domain.checkAt = next;
  world.events.push(next, eventKind.switchInterval, domain.index, 0);
}
