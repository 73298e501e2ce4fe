import { unreachable } from "../base/unreachable.js";
import { makeCores } from "./cores.js";
import { eventKind, eventQueue } from "./event-queue.js";
import { type Compilation, operation, type Program } from "./instructions.js";
import {
  giveBack,
  type InterpreterLockDomain,
  newDomain,
  requestYieldIfDue,
  takenBack,
  takeOrQueue,
  yieldLock,
} from "./interpreter-lock.js";
import type { Machine } from "./machine.js";
import { comeTo, type Meeting, newMeeting } from "./meeting.js";
import { type Mutex, newLock, newSemaphore, queueForMutex, releaseMutex, tryAcquire } from "./mutex.js";
import { startPool, type ThreadServices } from "./pool.js";
import { random } from "./random.js";
import type { Runtime } from "./runtime.js";
import { enter, finish, type Recording, stateNumber, Thread, threadTimeline, totalsUntil } from "./thread.js";
import { startThreads } from "./thread-groups.js";
import type { BlockedThread, GroupDelays, Outcome, ThreadTimeline, Timeline } from "./timeline.js";
import type { Workload } from "./workload.js";
import { type World, wakeUpTime } from "./world.js";

/** What a run keeps of what happened, and after how many steps and events it is cut off. */
export interface Keeping {
  readonly recording: Recording;
  readonly delays: "kept" | "left-out";
  readonly maximumEvents: number;
  readonly shortening?: Shortening;
}

/** Shortens a run of one pool whose tasks are all alike: once its pace is known, the tasks that nobody has taken are left out. */
export interface Shortening {
  /** The pace is measured from the moment when all workers are at work, that many rounds of them have passed and the time of their start twice. */
  readonly roundsBefore: number;
  /** For so many rounds. */
  readonly rounds: number;
  /** Where the pace was measured from and to; empty if the run was over before. */
  readonly marks: Mark[];
  /** How many tasks were left out, and how many of these had not been handed in. */
  leftOut: number;
  notHandedIn: number;
}

/** How far a run has come. */
export interface Mark {
  /** How many tasks are done. */
  readonly tasks: number;
  /** When as many were done as there are workers, on average of these: tasks are done in bursts. */
  readonly ns: number;
  /** When the last of them was done; the totals are of that moment. */
  readonly untilNs: number;
  /** Of each thread, in the order of the timeline's, the nanoseconds in each state until then. */
  readonly totals: readonly ThreadTimeline["totals"][];
  readonly switches: number;
}

/**
 * Runs the workload event by event. Threads walk through flat programs; whatever they need (interpreter lock, lock, core) is
 * taken or waited for, and every wait ends by an event. When no event is left, either all are done or nobody can go on.
 */
export function execute(
  workload: Workload,
  runtime: Runtime,
  machine: Machine,
  seed: number,
  { recording, delays, maximumEvents, shortening }: Keeping,
): Timeline {
  const events = eventQueue();
  const world: World = { now: 0, events, random: random(seed), recording, wakeUpNs: runtime.wakeUpNs, coldCaches: machine.coldCaches };
  const threads: Thread[] = [];
  const domains: InterpreterLockDomain[] = [];
  const mutexes: Mutex[] = [];
  const mutexNumbers = new Map<string, number>();
  const meetings: Meeting[] = [];
  const meetingNumbers = new Map<string, number>();
  const namesGiven = new Map<string, number>();
  let spent = 0;
  let tasksDone = 0;
  const recentNs: number[] = [];

  const addDomain = (): InterpreterLockDomain | undefined => {
    if (runtime.lock === undefined) return undefined;
    const domain = newDomain(domains.length, runtime.lock, machine.timerSlackNs);
    domains.push(domain);
    return domain;
  };
  const mainDomain = addDomain();

  const mutexNumber = (key: string, make: () => Mutex): number => {
    const known = mutexNumbers.get(key);
    if (known !== undefined) return known;
    mutexNumbers.set(key, mutexes.length);
    mutexes.push(make());
    return mutexes.length - 1;
  };
  const meetingNumber = (title: string, wanted: () => number): number => {
    const known = meetingNumbers.get(title);
    if (known !== undefined) return known;
    meetingNumbers.set(title, meetings.length);
    meetings.push(newMeeting(title, wanted()));
    return meetings.length - 1;
  };

  const compilation: Compilation = {
    computeFactor: runtime.computeFactor,
    heldFactor: runtime.heldFactor ?? 1,
    native: runtime.lock?.duringNative ?? "released",
    uncheckedNs: runtime.lock?.uncheckedNs ?? 0,
    lockNumber(name) {
      const places = workload.semaphores?.[name];
      return mutexNumber(`lock ${name}`, () => (places === undefined ? newLock(name) : newSemaphore(`semaphore ${name}`, places)));
    },
    queueNumbers(name) {
      const capacity = workload.queues?.[name];
      const items = mutexNumber(`items ${name}`, () => newSemaphore(`an item in queue ${name}`, 0));
      const space =
        capacity === undefined ? undefined : mutexNumber(`space ${name}`, () => newSemaphore(`space in queue ${name}`, capacity));
      return { items, space };
    },
    barrierNumber: (name) => meetingNumber(`barrier ${name}`, () => workload.barriers?.[name] ?? 1),
    groupNumber(name) {
      const threadsOf = (): number =>
        (workload.threads ?? []).reduce((sum, group) => sum + ((group.name ?? "thread") === name ? group.count : 0), 0);
      return meetingNumber(`the end of ${name}`, threadsOf);
    },
  };

  const cores = makeCores(world, machine, (thread) => {
    // Somebody asked for the interpreter lock while its holder waited for a core: it looks as soon as it runs.
    const { domain } = thread;
    if (domain?.yieldRequested && thread.interruptible) events.push(world.now, eventKind.switchInterval, domain.index, 0);
  });

  const leaveCore = (thread: Thread): void => {
    if (thread.onCore) cores.leave(thread);
  };

  const compute = (thread: Thread, burst: Thread["burst"], interruptible: Thread["interruptible"], ns: number): void => {
    thread.burst = burst;
    thread.interruptible = interruptible;
    thread.remainingNs = ns;
    warmUp(thread);
    cores.begin(thread);
  };

  /** The caches are filled by what is computed; what does little does not need much. */
  const warmUp = (thread: Thread): void => {
    thread.remainingNs += Math.min(thread.coldNs, Math.round(thread.remainingNs * 0.1));
    thread.coldNs = 0;
  };

  /** Into the main interpreter or the thread's own. It stays on its core meanwhile, and has nothing to warm up. */
  const cross = (thread: Thread, where: number): void => {
    thread.domain = where === 0 ? mainDomain : thread.own;
    thread.lockLostAt = -1;
  };

  /** Begins the native stretch, the wait or the stay elsewhere that the thread has just come to, the interpreter lock given back. */
  const beginReleased = (thread: Thread): void => {
    const at = thread.position - 1;
    const value = thread.program.values[at] as number;
    const kind = thread.program.operations[at];
    if (kind === operation.cross) {
      cross(thread, value);
      resume(thread);
      return;
    }
    if (kind === operation.native) {
      compute(thread, stateNumber.native, false, value);
      return;
    }
    leaveCore(thread);
    enter(thread, stateNumber.io, world);
    events.push(world.now + value, eventKind.waitEnd, thread.index, 0);
  };

  const takeInterpreter = (thread: Thread): boolean => {
    if (thread.domain === undefined || takeOrQueue(world, thread.domain, thread, beginReleased)) return true;
    leaveCore(thread);
    return false;
  };

  const giveUpInterpreter = (thread: Thread, then: "wait-again" | "go-on"): void => {
    leaveCore(thread);
    yieldLock(world, thread.domain as InterpreterLockDomain, thread, then);
  };

  /** Goes on once the thread has the interpreter lock: with what is left of an interrupted stretch, else with its program. */
  const resume = (thread: Thread): void => {
    if (!takeInterpreter(thread)) return;
    if (thread.remainingNs > 0) {
      warmUp(thread);
      cores.begin(thread);
    } else proceed(thread);
  };

  /** Follows the program, the thread having the interpreter lock of its domain, until something takes time. */
  const proceed = (thread: Thread): void => {
    let { domain } = thread;
    while (++spent <= maximumEvents) {
      const { operations, values } = thread.program;
      if (thread.position === operations.length) {
        if (thread.atEnd(thread) === "stop") return;
        continue;
      }
      const value = values[thread.position] as number;
      const kind = operations[thread.position] as Program["operations"][number];
      switch (kind) {
        case operation.interpret:
        case operation.hold:
          if (domain?.yieldRequested) {
            giveUpInterpreter(thread, "wait-again");
            return;
          }
          thread.position++;
          compute(thread, stateNumber.running, kind === operation.interpret, value);
          return;
        case operation.native:
        case operation.wait:
          thread.position++;
          if (domain?.yieldRequested) {
            giveUpInterpreter(thread, "go-on");
            return;
          }
          if (domain) giveBack(world, domain);
          beginReleased(thread);
          return;
        case operation.cross:
          thread.position++;
          if (domain?.yieldRequested) {
            giveUpInterpreter(thread, "go-on");
            return;
          }
          if (domain) giveBack(world, domain);
          cross(thread, value);
          if (!takeInterpreter(thread)) return;
          ({ domain } = thread);
          break;
        case operation.acquire: {
          if (domain?.yieldRequested) {
            giveUpInterpreter(thread, "wait-again");
            return;
          }
          thread.position++;
          const mutex = mutexes[value] as Mutex;
          if (tryAcquire(mutex, thread)) break;
          leaveCore(thread);
          if (domain) giveBack(world, domain);
          queueForMutex(world, mutex, thread, "back");
          return;
        }
        case operation.release:
          thread.position++;
          releaseMutex(world, mutexes[value] as Mutex, runtime.lockHandOffAfterNs);
          break;
        case operation.barrier:
        case operation.join: {
          thread.position++;
          const meeting = meetings[value] as Meeting;
          if (kind === operation.barrier) {
            const others = comeTo(meeting);
            if (meeting.come >= meeting.wanted) {
              meeting.come = 0;
              for (const other of others) services.wake(other);
              break;
            }
          } else if (meeting.come >= meeting.wanted) break;
          meeting.waiters.push(thread);
          services.sleep(thread, meeting.title);
          return;
        }
        case operation.loop:
          thread.position++;
          thread.rounds.push(value);
          break;
        case operation.end: {
          const innermost = thread.rounds.length - 1;
          const left = (thread.rounds[innermost] as number) - 1;
          if (left > 0) {
            thread.rounds[innermost] = left;
            thread.position = value;
          } else {
            thread.rounds.pop();
            thread.position++;
          }
          break;
        }
        default:
          unreachable(kind);
      }
    }
  };

  const wakeForMutex = (thread: Thread): void => {
    const mutex = mutexes[thread.program.values[thread.position - 1] as number] as Mutex;
    if (runtime.wokenTakes === "interpreter-lock" && thread.domain !== undefined && !thread.isHanded) {
      // It tries once more, as soon as it has that.
      thread.position--;
      resume(thread);
    } else if (thread.isHanded || tryAcquire(mutex, thread)) resume(thread);
    else queueForMutex(world, mutex, thread, "front");
  };

  const interruptHolder = (domain: InterpreterLockDomain): void => {
    requestYieldIfDue(world, domain);
    const { holder } = domain;
    if (!domain.yieldRequested || !holder?.onCore || !holder.interruptible) return;
    // A holder whose stretch ends at this very moment comes to its next check point by itself.
    if (holder.onCoreSince + holder.remainingNs <= world.now) return;
    const lostNs = takenBack(world, domain);
    if (lostNs === undefined) {
      giveUpInterpreter(holder, "wait-again");
      return;
    }
    cores.leave(holder);
    holder.remainingNs += lostNs;
    cores.begin(holder);
  };

  const services: ThreadServices = {
    runtime,
    compilation,
    cores: machine.cores,
    numberedName(kind) {
      const number = (namesGiven.get(kind) ?? 0) + 1;
      namesGiven.set(kind, number);
      return `${kind}-${number}`;
    },
    spawn(name, home, program, atEnd) {
      const own = home === "main" || runtime.sharing === "everyone" ? mainDomain : addDomain();
      const thread = new Thread(threads.length, name, own, program, world.now, atEnd);
      threads.push(thread);
      services.wake(thread);
      return thread;
    },
    sleep(thread, waitsFor) {
      leaveCore(thread);
      enter(thread, stateNumber.idle, world);
      thread.waitsFor = waitsFor;
      if (thread.domain?.holder === thread) giveBack(world, thread.domain);
    },
    wake(thread) {
      events.push(wakeUpTime(world, thread.stateSince), eventKind.queueWake, thread.index, 0);
    },
    taskDone(workers, toHandIn) {
      tasksDone++;
      if (!shortening || shortening.marks.length === 2) return "go-on";
      const { marks, roundsBefore, rounds } = shortening;
      const [first] = marks;
      const at = first ? first.tasks + rounds * workers : roundsBefore * workers;
      if (tasksDone <= at - workers) return "go-on";
      recentNs.push(world.now);
      if (tasksDone < at) return "go-on";
      if (first === undefined && (toHandIn > 0 || !allAtWork(threads, workers, world.now, runtime))) return "go-on";
      const ns = recentNs.slice(-workers).reduce((sum, each) => sum + each, 0) / workers;
      recentNs.length = 0;
      const totals = threads.map((thread) => totalsUntil(thread, world.now));
      marks.push({ tasks: tasksDone, ns, untilNs: world.now, totals, switches: switchesOf(domains) });
      return first ? "enough" : "go-on";
    },
    leftOut(tasks, notHandedIn) {
      if (!shortening) return;
      shortening.leftOut += tasks;
      shortening.notHandedIn += notHandedIn;
    },
    end(thread) {
      leaveCore(thread);
      if (thread.domain?.holder === thread) giveBack(world, thread.domain);
      finish(thread, world.now, recording);
      if (meetingNumbers.size === 0) return;
      const number = meetingNumbers.get(`the end of ${groupOf(thread)}`);
      if (number !== undefined) for (const waiter of comeTo(meetings[number] as Meeting)) services.wake(waiter);
    },
  };

  startThreads(services, workload.threads ?? [], "main");
  const pools = workload.pools ?? [];
  pools.forEach((pool, index) => {
    startPool(services, pool, pools.length === 1 ? "pool" : `pool-${index + 1}`);
  });

  while (spent < maximumEvents && events.pop()) {
    spent++;
    world.now = events.time;
    const { kind } = events;
    if (kind === eventKind.coreTick) {
      cores.tick();
      continue;
    }
    if (kind === eventKind.switchInterval) {
      interruptHolder(domains[events.target] as InterpreterLockDomain);
      continue;
    }
    const thread = threads[events.target] as Thread;
    switch (kind) {
      case eventKind.burstEnd:
        if (!thread.onCore || thread.version !== events.version) break;
        cores.complete(thread);
        if (thread.burst === stateNumber.native) resume(thread);
        else proceed(thread);
        break;
      case eventKind.waitEnd:
        if (delays === "kept") thread.dueSince = world.now;
        resume(thread);
        break;
      case eventKind.interpreterLockWake:
        resume(thread);
        break;
      case eventKind.queueWake:
        if (!thread.finished) resume(thread);
        break;
      case eventKind.mutexWake:
        wakeForMutex(thread);
        break;
      default:
        unreachable(kind);
    }
  }

  const outcome = outcomeOf(threads, mutexes, spent < maximumEvents ? "drained" : "cut-off");
  return {
    makespanNs: threads.reduce((latest, thread) => Math.max(latest, thread.finished ? thread.endNs : world.now), 0),
    outcome,
    threads: threads.map((thread) => threadTimeline(thread, world.now, recording)),
    delays: delaysOf(threads),
    switches: switchesOf(domains),
    events: spent,
    simulatedTasks:
      -(shortening?.leftOut ?? 0) + pools.reduce((sum, pool) => sum + pool.tasks.reduce((tasks, group) => tasks + group.count, 0), 0),
  };
}

/** Whether so many threads beside those that start them have been at work for as long as it took until they were. */
function allAtWork(threads: readonly Thread[], workers: number, now: number, { start }: Runtime): boolean {
  let latest = 0;
  let started = 0;
  for (const { startNs } of threads) {
    latest = Math.max(latest, startNs);
    started++;
  }
  return started >= workers && now >= 2 * (latest + start.workerNs);
}

function switchesOf(domains: readonly InterpreterLockDomain[]): number {
  return domains.reduce((sum, domain) => sum + domain.switches, 0);
}

/** By group, in the order in which the groups' first threads were started. */
function delaysOf(threads: readonly Thread[]): readonly GroupDelays[] {
  const groups = new Map<string, Thread[]>();
  for (const thread of threads) {
    if (thread.waits === 0) continue;
    const group = groups.get(groupOf(thread));
    if (group) group.push(thread);
    else groups.set(groupOf(thread), [thread]);
  }
  return [...groups].map(([name, members]) => {
    const sorted = Float64Array.from(members.flatMap(({ delays }) => delays)).sort();
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const waits = members.reduce((sum, thread) => sum + thread.waits, 0);
    return { threads: name, waits, p50Ns: at(0.5), p95Ns: at(0.95), p99Ns: at(0.99) };
  });
}

/** The name of the group that a thread belongs to: its own without its number. */
function groupOf(thread: Thread): string {
  return thread.name.replace(/-\d+$/, "");
}

function outcomeOf(threads: readonly Thread[], mutexes: readonly Mutex[], end: "drained" | "cut-off"): Outcome {
  const unfinished = threads.filter((thread) => !thread.finished);
  if (unfinished.length === 0) return { kind: "finished" };
  if (end === "cut-off") return { kind: "truncated" };
  const blocked = unfinished.map((thread): BlockedThread => {
    const mutex = mutexes.find((candidate) => candidate.waiters.includes(thread));
    return { thread: thread.name, waitsFor: thread.waitsFor, heldBy: mutex?.holder?.name };
  });
  return { kind: "deadlock", blocked };
}
