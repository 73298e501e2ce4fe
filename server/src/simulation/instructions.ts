import type { Step } from "./workload.js";

/** What an instruction tells its thread to do. */
export const operation = {
  /** Compute in the interpreter for `value` ns; interruptible. */
  interpret: 0,
  /** Compute in native code that holds the interpreter lock for `value` ns; not interruptible. */
  hold: 1,
  /** Compute in native code that releases the interpreter lock for `value` ns. */
  native: 2,
  /** Wait for `value` ns. */
  wait: 3,
  /** Take lock number `value`. */
  acquire: 4,
  /** Give back lock number `value`. */
  release: 5,
  /** Do what follows, up to the matching `end`, `value` times; never 0. */
  loop: 6,
  /** Ends the loop whose body starts at instruction `value`. */
  end: 7,
  /** Wait at barrier number `value`. */
  barrier: 8,
  /** Wait for the end of thread group number `value`. */
  join: 9,
  /** Leave the interpreter that it is in for the main one (0) or for its own (1). */
  cross: 10,
} as const;

export type Operation = (typeof operation)[keyof typeof operation];

/** Steps made flat, so that the engine can walk them without recursion or allocation. */
export interface Program {
  readonly operations: readonly Operation[];
  readonly values: readonly number[];
}

/** How a runtime changes the steps it is given. */
export interface Compilation {
  /** Interpreter time is multiplied by it. */
  readonly computeFactor: number;
  /** Native time that keeps the interpreter lock is multiplied by it. */
  readonly heldFactor: number;
  /** Whether native calls keep the interpreter lock. */
  readonly native: "released" | "held";
  /**
   * Interpreter time under a lock that is shorter than this has no place at which the interpreter looks whether another thread wants to
   * run, so nobody ever finds the lock taken by a thread that waits for the interpreter; ns.
   */
  readonly uncheckedNs: number;
  /** The number of a lock or semaphore; the same for the same name. */
  readonly lockNumber: (name: string) => number;
  /** What a queue counts its items and, if it is bounded, its empty places by: numbers of locks. */
  readonly queueNumbers: (name: string) => { readonly items: number; readonly space: number | undefined };
  readonly barrierNumber: (name: string) => number;
  readonly groupNumber: (name: string) => number;
}

/**
 * Held native calls shorter than this count as interpreter time, ns: between two of them the interpreter looks whether
 * another thread wants to run, and no wake-up is faster than this anyway.
 */
const shortestHeldNs = 20_000;

/** A program of one stretch of interpreter time. */
export function interpreterProgram(ns: number): Program {
  return { operations: ns > 0 ? [operation.interpret] : [], values: ns > 0 ? [ns] : [] };
}

/** Into an interpreter of one's own and back again. */
const toMain = 0;
const toOwn = 1;

/** The program, run in the thread's own interpreter; before and after it, so many nanoseconds in the main one. */
export function visiting({ operations, values }: Program, before: number, after: number): Program {
  const main = [interpreterProgram(before), interpreterProgram(after)] as const;
  return {
    operations: [...main[0].operations, operation.cross, ...operations, operation.cross, ...main[1].operations],
    // Loops name the place at which they start.
    values: [
      ...main[0].values,
      toOwn,
      ...values.map((value, at) => (operations[at] === operation.end ? value + main[0].operations.length + 1 : value)),
      toMain,
      ...main[1].values,
    ],
  };
}

/** The program, the last nanoseconds of which are under a lock; the interpreter looks there, too, whether another thread wants to run. */
export function guardedAtEnd({ operations, values }: Program, lock: number, ns: number): Program {
  const last = operations.length - 1;
  const left = operations[last] === operation.interpret ? (values[last] as number) : 0;
  const held = Math.min(ns, left - 1);
  if (held < 1) return { operations, values };
  return {
    operations: [...operations, operation.acquire, operation.interpret, operation.release],
    values: [...values.slice(0, last), left - held, lock, held, lock],
  };
}

/** A program of one wait. */
export function waitProgram(ns: number): Program {
  return { operations: ns > 0 ? [operation.wait] : [], values: ns > 0 ? [ns] : [] };
}

/**
 * Makes steps flat: `before` and `after` are nanoseconds of overhead that become one with the first and last interpreter time.
 * Neighbouring interpreter time is merged, also out of loops, which changes nothing since it is interruptible anywhere.
 */
export function compile(steps: readonly Step[], how: Compilation, before: number, after: number): Program {
  const operations: Operation[] = [];
  const values: number[] = [];

  const emit = (kind: Operation, value: number): void => {
    const last = operations.length - 1;
    if (kind === operation.interpret && operations[last] === operation.interpret) {
      values[last] = (values[last] as number) + value;
      return;
    }
    operations.push(kind);
    values.push(value);
  };

  /** How many locks are held where the walk is. */
  let locked = 0;

  const emitTime = (kind: Operation, ns: number): void => {
    if (ns <= 0) return;
    const whole = Math.max(1, Math.round(ns));
    if (kind === operation.interpret && locked > 0 && whole < how.uncheckedNs) emit(operation.hold, whole);
    else if (kind === operation.hold && whole < shortestHeldNs) emit(operation.interpret, whole);
    else emit(kind, whole);
  };

  const walk = (list: readonly Step[]): void => {
    for (const step of list) {
      if ("compute" in step) {
        emitTime(operation.interpret, (step.compute.interpreterNs ?? 0) * how.computeFactor);
        emitTime(operation.hold, (step.compute.heldNs ?? 0) * how.heldFactor);
        emitTime(how.native === "held" ? operation.hold : operation.native, step.compute.nativeNs ?? 0);
      } else if ("waitNs" in step) {
        emitTime(operation.wait, step.waitNs);
      } else if ("acquire" in step) {
        emit(operation.acquire, how.lockNumber(step.acquire));
        locked++;
      } else if ("release" in step) {
        emit(operation.release, how.lockNumber(step.release));
        locked = Math.max(0, locked - 1);
      } else if ("put" in step) {
        const { items, space } = how.queueNumbers(step.put);
        if (space !== undefined) emit(operation.acquire, space);
        emit(operation.release, items);
      } else if ("get" in step) {
        const { items, space } = how.queueNumbers(step.get);
        emit(operation.acquire, items);
        if (space !== undefined) emit(operation.release, space);
      } else if ("barrier" in step) {
        emit(operation.barrier, how.barrierNumber(step.barrier));
      } else if ("join" in step) {
        emit(operation.join, how.groupNumber(step.join));
      } else {
        walkRepeat(step.repeat, step.steps);
      }
    }
  };

  const walkRepeat = (times: number, steps: readonly Step[]): void => {
    if (times < 1) return;
    if (times === 1) {
      walk(steps);
      return;
    }
    const start = operations.length;
    operations.push(operation.loop);
    values.push(times);
    // A loop's end is a place at which the interpreter looks: only locks that a round takes itself can keep it from that.
    const outside = locked;
    locked = 0;
    walk(steps);
    locked = outside;
    if (operations.length === start + 1) {
      operations.length = start;
      values.length = start;
    } else if (operations.length === start + 2 && operations[start + 1] === operation.interpret) {
      const once = values[start + 1] as number;
      operations.length = start;
      values.length = start;
      emit(operation.interpret, once * times);
    } else {
      operations.push(operation.end);
      values.push(start + 1);
    }
  };

  emitTime(operation.interpret, before);
  walk(steps);
  emitTime(operation.interpret, after);
  return { operations, values };
}
