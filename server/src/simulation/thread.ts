import type { Program } from "./instructions.js";
import type { InterpreterLockDomain } from "./interpreter-lock.js";
import type { Slice, ThreadState, ThreadTimeline } from "./timeline.js";

/** A simulated thread: where it is in its program, and what it is doing. The engine's parts share and change it. */
export interface Thread {
  /** Its place in the engine's list, by which events name it. */
  readonly index: number;
  readonly name: string;
  readonly domain: InterpreterLockDomain | undefined;
  readonly startNs: number;
  /** Says what to do once the program is at its end: it gives the thread another, blocks it or finishes it. */
  readonly atEnd: (thread: Thread) => "go-on" | "stop";

  program: Program;
  position: number;
  /** Rounds left of the loops it is in, innermost last. */
  readonly rounds: number[];

  state: ThreadState;
  /** Since when it is in that state. */
  stateSince: number;
  /** By the number of the state. */
  readonly totals: StateTimes;
  readonly slices: Slice[];
  endNs: number;
  finished: boolean;

  /** Since when it could go on after its last `wait`; -1 once it does. */
  dueSince: number;
  /** How long it was before it went on after each `wait`, ns; where there are very many, evenly spread ones of them. */
  readonly delays: number[];
  waits: number;
  /** One delay of so many is kept. */
  delayStride: number;

  /** What it waits for, for a deadlock report. */
  waitsFor: string;

  /** The state that its present stretch of computing shows. */
  burst: "running" | "native";
  /** Whether the interpreter lock can be taken from it within the present stretch. */
  interruptible: boolean;
  /** Core time that is left of the present stretch. */
  remainingNs: number;
  /** Whether it is on a core, and since when its `remainingNs` counts. */
  onCore: boolean;
  onCoreSince: number;
  /** The core it is on, was on last, or queues at. */
  core: number;
  /** Since when it has been queueing for a core. */
  readySince: number;
  /** When it got its core, or its slice there was renewed. */
  sliceSince: number;
  /** Whether an event for the end of its stretch is on its way. */
  endScheduled: boolean;
  /** Events of the present stretch carry it; leaving the core makes them stale. */
  version: number;
  /** Core time it has had, for fairness between runnable threads. */
  coreTimeNs: number;

  /** When it began to wait for the interpreter lock or for a lock. */
  waitingSince: number;
  /** Whether the lock that it waited for was given to it before it woke. */
  isHanded: boolean;
  /** When it last gave the interpreter lock back; -1 if it never had it. */
  lockLostAt: number;
  /** Core time that it will spend on warming its caches up. */
  coldNs: number;
}

/** A thread that has just come to life. */
export function newThread(
  index: number,
  name: string,
  domain: InterpreterLockDomain | undefined,
  program: Program,
  now: number,
  atEnd: Thread["atEnd"],
): Thread {
  return {
    index,
    name,
    domain,
    startNs: now,
    atEnd,
    program,
    position: 0,
    rounds: [],
    state: "idle",
    stateSince: now,
    totals: [0, 0, 0, 0, 0, 0, 0],
    slices: [],
    endNs: now,
    finished: false,
    dueSince: -1,
    delays: [],
    waits: 0,
    delayStride: 1,
    waitsFor: "",
    burst: "running",
    interruptible: false,
    remainingNs: 0,
    onCore: false,
    onCoreSince: 0,
    core: 0,
    readySince: 0,
    sliceSince: 0,
    endScheduled: false,
    version: 0,
    coreTimeNs: 0,
    waitingSince: 0,
    isHanded: false,
    lockLostAt: -1,
    coldNs: 0,
  };
}

/** Gives the thread a program to run from its start. */
export function run(thread: Thread, program: Program): void {
  thread.program = program;
  thread.position = 0;
}

type StateTimes = [running: number, native: number, gil: number, lock: number, core: number, io: number, idle: number];

const stateNumber: Readonly<Record<ThreadState, 0 | 1 | 2 | 3 | 4 | 5 | 6>> = {
  running: 0,
  native: 1,
  gil: 2,
  lock: 3,
  core: 4,
  io: 5,
  idle: 6,
};

/** Closes the slice of the present state and opens one of the next. */
export function enter(thread: Thread, state: ThreadState, now: number, recording: Recording): void {
  if (thread.dueSince >= 0 && (state === "running" || state === "native" || state === "io")) noteDelay(thread, now);
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
  const [running, native, gil, lock, core, io, idle] = thread.totals;
  const totals: ThreadTimeline["totals"] = { running, native, gil, lock, core, io, idle };
  return { name: thread.name, startNs: thread.startNs, endNs: thread.endNs, totals, slices: thread.slices };
}

function closeSlice(thread: Thread, now: number, recording: Recording): void {
  const since = thread.stateSince;
  if (now === since) return;
  thread.stateSince = now;
  const number = stateNumber[thread.state];
  thread.totals[number] += now - since;
  if (recording === "totals") return;
  const last = thread.slices[thread.slices.length - 1];
  if (last?.state === thread.state && last.endNs === since) {
    thread.slices[thread.slices.length - 1] = { ...last, endNs: now };
  } else {
    thread.slices.push({ startNs: since, endNs: now, state: thread.state });
  }
}
