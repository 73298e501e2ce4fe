import { eventKind } from "./event-queue.js";
import type { Machine } from "./machine.js";
import { enter, stateNumber, type Thread } from "./thread.js";
import type { World } from "./world.js";

/**
 * The cores, shared as Linux' fair scheduler shares them (EEVDF, kernel/sched/fair.c). With a core for everyone, a stretch of
 * computing is one event. With more runnable threads than cores,
 * - a thread keeps its core until it has had it for a slice, also when another wakes meanwhile (`RUN_TO_PARITY`); then the core
 *   goes to whoever has had the least;
 * - a thread that finds no idle core queues at one of the busy ones, and another core that falls idle fetches it only after
 *   the migration cost (newidle balancing skips short idle times). So a process pool's manager waits for its own busy workers,
 *   while one of them waits for the manager.
 *
 * Chosen over the simpler processor sharing (everyone at once, at a fraction of the speed) because there nobody is ever seen
 * waiting for a core, and a thread that is preempted while it holds the interpreter lock would not keep the others waiting.
 */
export interface Cores {
  /** The thread wants to compute for its `remainingNs`; a `burstEnd` event tells when it has. */
  begin(thread: Thread): void;
  /** The stretch of a thread on a core is done; it stays there until it begins another or leaves. */
  complete(thread: Thread): void;
  /** The thread leaves its core, its stretch done or interrupted; `remainingNs` is what is left of it. */
  leave(thread: Thread): void;
  /** Handles a `coreTick`. */
  tick(): void;
}

/** `placed` is told of each thread that gets a core. */
export function makeCores(world: World, machine: Machine, placed: (thread: Thread) => void): Cores {
  const running: Thread[] = [];
  const ready: Thread[] = [];
  const idleCores: number[] = [];
  for (let core = machine.cores - 1; core >= 0; core--) idleCores.push(core);
  let tickAt = -1;

  const coreTime = (thread: Thread): number => thread.coreTimeNs + (thread.onCore ? world.now - thread.onCoreSince : 0);

  const account = (thread: Thread): void => {
    const ran = world.now - thread.onCoreSince;
    thread.remainingNs -= ran;
    thread.coreTimeNs += ran;
    thread.onCoreSince = world.now;
  };

  const scheduleEnd = (thread: Thread): void => {
    const end = world.now + thread.remainingNs;
    // While threads take turns, a stretch that outlasts the slice is looked at again when the slice is over.
    if (tickAt >= 0 && end > tickAt) return;
    thread.endScheduled = true;
    world.events.push(end, eventKind.burstEnd, thread.index, thread.version);
  };

  const place = (thread: Thread): void => {
    running.push(thread);
    thread.core = idleCores.pop() as number;
    thread.onCore = true;
    thread.onCoreSince = world.now;
    thread.sliceSince = world.now;
    enter(thread, thread.burst, world);
    scheduleEnd(thread);
    placed(thread);
  };

  const remove = (thread: Thread): void => {
    account(thread);
    idleCores.push(thread.core);
    thread.onCore = false;
    thread.endScheduled = false;
    thread.version++;
    const at = running.indexOf(thread);
    const last = running.pop() as Thread;
    if (last !== thread) running[at] = last;
  };

  const wait = (thread: Thread, core: number): void => {
    ready.push(thread);
    thread.core = core;
    thread.readySince = world.now;
    enter(thread, stateNumber.core, world);
    scheduleTick();
  };

  const scheduleTick = (): void => {
    let next = Number.POSITIVE_INFINITY;
    for (const thread of running) next = Math.min(next, thread.sliceSince + machine.sliceNs);
    if (idleCores.length > 0) for (const thread of ready) next = Math.min(next, thread.readySince + machine.migrationNs);
    next = Math.max(next, world.now + 1);
    if (tickAt >= 0 && tickAt <= next) return;
    tickAt = next;
    world.events.push(tickAt, eventKind.coreTick, 0, 0);
  };

  /** The place in the queue of who may have that core next, or -1. */
  const nextFor = (core: number): number => {
    let best = -1;
    for (let i = 0; i < ready.length; i++) {
      const thread = ready[i] as Thread;
      if (thread.core !== core && world.now - thread.readySince < machine.migrationNs) continue;
      if (best < 0 || thread.coreTimeNs < (ready[best] as Thread).coreTimeNs) best = i;
    }
    return best;
  };

  const takeReady = (at: number): Thread => {
    const thread = ready[at] as Thread;
    const last = ready.pop() as Thread;
    if (last !== thread) ready[at] = last;
    return thread;
  };

  const longestOnCore = (): Thread => {
    let longest = running[0] as Thread;
    for (const thread of running) if (thread.sliceSince < longest.sliceSince) longest = thread;
    return longest;
  };

  /** Forgets how far behind or ahead threads were before they had to share: none is more than a slice behind. */
  const level = (arriving: Thread): void => {
    if (ready.length === 0) {
      let most = 0;
      for (const thread of running) most = Math.max(most, coreTime(thread));
      for (const thread of running) thread.coreTimeNs += Math.max(0, most - machine.sliceNs - coreTime(thread));
    }
    let least = coreTime(running[0] as Thread);
    for (const thread of running) least = Math.min(least, coreTime(thread));
    for (const thread of ready) least = Math.min(least, thread.coreTimeNs);
    arriving.coreTimeNs = Math.max(arriving.coreTimeNs, least - machine.sliceNs);
  };

  const endsNow = (thread: Thread): boolean => thread.onCoreSince + thread.remainingNs <= world.now;

  const replace = (victim: Thread, thread: Thread): void => {
    remove(victim);
    const { core } = victim;
    place(thread);
    wait(victim, core);
  };

  return {
    begin(thread) {
      if (thread.onCore) {
        enter(thread, thread.burst, world);
        scheduleEnd(thread);
        placed(thread);
        return;
      }
      if (idleCores.length > 0) {
        place(thread);
        return;
      }
      level(thread);
      const victim = longestOnCore();
      if (world.now - victim.sliceSince >= machine.sliceNs && coreTime(victim) > thread.coreTimeNs && !endsNow(victim)) {
        replace(victim, thread);
      } else {
        wait(thread, world.random.between(0, machine.cores - 1));
      }
    },
    complete(thread) {
      account(thread);
      thread.endScheduled = false;
      thread.version++;
    },
    leave(thread) {
      remove(thread);
      if (ready.length === 0) return;
      const next = nextFor(thread.core);
      if (next >= 0) place(takeReady(next));
      else scheduleTick();
    },
    tick() {
      if (world.now !== tickAt) return;
      tickAt = -1;
      while (idleCores.length > 0) {
        const next = nextFor(idleCores[idleCores.length - 1] as number);
        if (next < 0) break;
        place(takeReady(next));
      }
      for (let turns = running.length; turns > 0 && ready.length > 0; turns--) {
        const victim = longestOnCore();
        if (world.now - victim.sliceSince < machine.sliceNs || endsNow(victim)) break;
        const next = nextFor(victim.core);
        if (next < 0 || coreTime(victim) <= (ready[next] as Thread).coreTimeNs) victim.sliceSince = world.now;
        else replace(victim, takeReady(next));
      }
      if (ready.length > 0) scheduleTick();
      for (const thread of running) {
        if (thread.endScheduled) continue;
        account(thread);
        scheduleEnd(thread);
      }
    },
  };
}
