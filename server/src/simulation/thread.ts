import type { Program } from "./instructions.js";
import type { InterpreterLockDomain } from "./interpreter-lock.js";
import { type Slice, type ThreadState, type ThreadTimeline, threadStates } from "./timeline.js";
import type { World } from "./world.js";

/**
 * A simulated thread: where it is in its program, and what it is doing. The engine's parts share and change it. A class, because V8 makes each
 * object of a literal anew when it is first touched, once numbers of one before it have outgrown 31 bits: a third of a short simulation's time.
 */
export class Thread {
  /** Its place in the engine's list, by which events name it. */
  readonly index: number;
  readonly name: string;
  /** Whose lock it needs to run: that of the interpreter it is in. */
  domain: InterpreterLockDomain | undefined;
  /** That of the interpreter it began in, where it is at home. */
  readonly own: InterpreterLockDomain | undefined;
  readonly startNs: number;
  /** Says what to do once the program is at its end: it gives the thread another, blocks it or finishes it. */
  readonly atEnd: (thread: Thread) => "go-on" | "stop";

  program: Program;
  position = 0;
  /** Rounds left of the loops it is in, innermost last. */
  readonly rounds: number[] = [];

  state: StateNumber = stateNumber.idle;
  /** Since when it is in that state. */
  stateSince: number;
  /** By the number of the state. */
  readonly totals: StateTimes = [0, 0, 0, 0, 0, 0, 0];
  readonly slices: Slice[] = [];
  endNs: number;
  finished = false;

  /** Since when it could go on after its last `wait`; -1 once it does. */
  dueSince = -1;
  /** How long it was before it went on after each `wait`, ns; where there are very many, evenly spread ones of them. */
  readonly delays: number[] = [];
  waits = 0;
  /** One delay of so many is kept. */
  delayStride = 1;

  /** What it waits for, for a deadlock report. */
  waitsFor = "";

  /** The state that its present stretch of computing shows. */
  burst: typeof stateNumber.running | typeof stateNumber.native = stateNumber.running;
  /** Whether the interpreter lock can be taken from it within the present stretch. */
  interruptible = false;
  /** Core time that is left of the present stretch. */
  remainingNs = 0;
  /** Whether it is on a core, and since when its `remainingNs` counts. */
  onCore = false;
  onCoreSince = 0;
  /** The core it is on, was on last, or queues at. */
  core = 0;
  /** Since when it has been queueing for a core. */
  readySince = 0;
  /** When it got its core, or its slice there was renewed. */
  sliceSince = 0;
  /** Whether an event for the end of its stretch is on its way. */
  endScheduled = false;
  /** Events of the present stretch carry it; leaving the core makes them stale. */
  version = 0;
  /** Core time it has had, for fairness between runnable threads. */
  coreTimeNs = 0;

  /** When it began to wait for the interpreter lock. */
  waitingSince = 0;
  /** When it began to wait for a lock; -1 once it has it. */
  lockWaitSince = -1;
  /** Whether the lock that it waited for was given to it before it woke. */
  isHanded = false;
  /** When it last gave the interpreter lock back; -1 if it never had it. */
  lockLostAt = -1;
  /** Core time that it will spend on warming its caches up. */
  coldNs = 0;

  /** One that has just come to life. */
  constructor(index: number, name: string, own: InterpreterLockDomain | undefined, program: Program, now: number, atEnd: Thread["atEnd"]) {
    this.index = index;
    this.name = name;
    this.domain = own;
    this.own = own;
    this.program = program;
    this.startNs = now;
    this.stateSince = now;
    this.endNs = now;
    this.atEnd = atEnd;
  }
}

/** Gives the thread a program to run from its start. */
export function run(thread: Thread, program: Program): void {
  thread.program = program;
  thread.position = 0;
}

type StateTimes = [running: number, native: number, gil: number, lock: number, core: number, io: number, idle: number];

/** The place of each state in `threadStates`: a number, because every event changes the state of some thread. */
export const stateNumber = { running: 0, native: 1, gil: 2, lock: 3, core: 4, io: 5, idle: 6 } as const satisfies Record<
  ThreadState,
  number
>;
type StateNumber = (typeof stateNumber)[ThreadState];

/** Closes the slice of the present state and opens one of the next. */
export function enter(thread: Thread, state: StateNumber, { now, recording }: Pick<World, "now" | "recording">): void {
  if (thread.dueSince >= 0 && (state <= stateNumber.native || state === stateNumber.io)) noteDelay(thread, now);
  if (state === thread.state) return;
  closeSlice(thread, now, recording);
  thread.state = state;
}

const mostDelays = 4096;

function noteDelay(thread: Thread, now: number): void {
  if (thread.waits++ % thread.delayStride === 0) {
    if (thread.delays.length === mostDelays) {
      for (let i = 0; i < mostDelays / 2; i++) thread.delays[i] = thread.delays[2 * i] as number;
      thread.delays.length = mostDelays / 2;
      thread.delayStride *= 2;
    }
    thread.delays.push(now - thread.dueSince);
  }
  thread.dueSince = -1;
}

/** What a run keeps: totals per thread, or also every slice. */
export type Recording = "totals" | "slices";

export function finish(thread: Thread, now: number, recording: Recording): void {
  closeSlice(thread, now, recording);
  thread.endNs = now;
  thread.finished = true;
}

/** The public record of a thread at the end of the run. */
export function threadTimeline(thread: Thread, now: number, recording: Recording): ThreadTimeline {
  if (!thread.finished) {
    closeSlice(thread, now, recording);
    thread.endNs = now;
  }
  const totals = totalsUntil(thread, now);
  return { name: thread.name, startNs: thread.startNs, endNs: thread.endNs, totals, slices: thread.slices };
}

/** The nanoseconds that it has been in each state by now. */
export function totalsUntil(thread: Thread, now: number): ThreadTimeline["totals"] {
  const [running, native, gil, lock, core, io, idle] = thread.totals;
  const totals = { running, native, gil, lock, core, io, idle };
  if (!thread.finished) totals[threadStates[thread.state]] += now - thread.stateSince;
  return totals;
}

function closeSlice(thread: Thread, now: number, recording: Recording): void {
  const since = thread.stateSince;
  if (now === since) return;
  thread.stateSince = now;
  thread.totals[thread.state] += now - since;
  if (recording === "totals") return;
  const state = threadStates[thread.state];
  const last = thread.slices[thread.slices.length - 1];
  if (last?.state === state && last.endNs === since) {
    thread.slices[thread.slices.length - 1] = { ...last, endNs: now };
  } else {
    thread.slices.push({ startNs: since, endNs: now, state });
  }
}
