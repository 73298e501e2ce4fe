/**
 * What hand-overs cost on one interpreter and machine, ns. `estimate/costs/operation-costs.ts` has measured ones for each version;
 * those here are typical of CPython 3.13 on a 2-core cloud machine (test/measure/operation_costs.py) and serve workloads that
 * come without a program.
 */
export interface HandOverCosts {
  /** From a signal until the thread that waited for it runs: short while its core is awake, long if it has to be woken too. */
  readonly wakeUp: { readonly low: number; readonly high: number };
  readonly threads: ThreadCosts;
  readonly processes: ProcessCosts;
  readonly interpreters: InterpreterCosts;
  readonly coroutines: CoroutineCosts;
}

/** Threads and `ThreadPoolExecutor`. */
export interface ThreadCosts {
  /** In the thread that calls `Thread.start`. */
  readonly startNs: number;
  /** In the new thread, before its function runs. */
  readonly bootstrapNs: number;
  /** In the submitter per task. */
  readonly submitNs: number;
  /** In the worker per task. */
  readonly workerNs: number;
  /** In the submitter per result. */
  readonly collectNs: number;
}

/** Worker processes and `ProcessPoolExecutor`. */
export interface ProcessCosts {
  readonly fork: StartMethodCosts;
  readonly forkserver: StartMethodCosts;
  readonly spawn: StartMethodCosts;
  /** In the main thread per task or chunk. */
  readonly submitNs: number;
  /** In the executor's manager and feeder threads per task or chunk sent. */
  readonly sendNs: number;
  /** In the same threads per result. */
  readonly receiveNs: number;
  /** In the main thread per result. */
  readonly collectNs: number;
  /** In the worker per task or chunk. */
  readonly workerNs: number;
  /** What `sendNs` and `receiveNs` become where other work lies between two of them: threads have gone to sleep, and caches hold that work. */
  readonly sendAfterWorkNs: number;
  /** What `workerNs` becomes then. */
  readonly workerAfterWorkNs: number;
  /** In the worker per task within a chunk. */
  readonly itemNs: number;
  /** In the parent per byte of argument or result: pickle and pipe. */
  readonly parentNsPerByte: number;
  /** In the worker per byte of argument or result. */
  readonly workerNsPerByte: number;
}

/** How processes come to life. */
export interface StartMethodCosts {
  /** Once per pool: the executor's own threads and pipes. */
  readonly firstNs: number;
  /** Beyond it for the first pool of a program: imports, resource tracker, fork server. */
  readonly coldNs: number;
  /** In the parent per worker. */
  readonly startNs: number;
  /** In the worker before its first task, imports of the interpreter included, those of the program not. */
  readonly bootstrapNs: number;
  /**
   * In a forked worker when its garbage collector first goes through what was made before the fork, and copies each page of it. That comes once it has
   * made and kept enough containers: where the threshold is reached anyway before the first task, it is part of `bootstrapNs`, and this is nothing.
   */
  readonly collectNs: number;
  /** In the worker at its end: its interpreter's teardown. */
  readonly exitNs: number;
  /** Once per pool: telling the workers to end. */
  readonly stopNs: number;
}

/** `InterpreterPoolExecutor`. */
export interface InterpreterCosts {
  readonly startNs: number;
  /** Making an interpreter, imports included. */
  readonly bootstrapNs: number;
  readonly submitNs: number;
  readonly workerNs: number;
  readonly collectNs: number;
  /** Per byte of argument or result, in the worker. */
  readonly nsPerByte: number;
  /** Ending an interpreter. */
  readonly exitNs: number;
}

/** `asyncio` tasks. */
export interface CoroutineCosts {
  /** `create_task`. */
  readonly startNs: number;
  /** Taking up a coroutine and putting it down, beyond what it does. */
  readonly workerNs: number;
  readonly collectNs: number;
  /** From the end of an awaited operation until the coroutine goes on, the loop being idle. */
  readonly resumeNs: number;
}

/**
 * What pickle needs for a number beyond its bytes, and to make it anew, protocol 5, CPython 3.11 and 3.14: 20 and 40 ns for a float, 12 to 18 and 23 to
 * 32 ns for an integer of two or four bytes. What has an entry in the memo counts as several numbers.
 */
export const pickleNsPerObject = 18;
export const unpickleNsPerObject = 35;

/** See `HandOverCosts`. */
export const typicalCosts: HandOverCosts = {
  wakeUp: { low: 5_000, high: 40_000 },
  threads: { startNs: 35_000, bootstrapNs: 10_000, submitNs: 4_500, workerNs: 2_000, collectNs: 500 },
  processes: {
    fork: { firstNs: 1_000_000, coldNs: 1_000_000, startNs: 600_000, bootstrapNs: 950_000, collectNs: 0, exitNs: 300_000, stopNs: 400_000 },
    forkserver: {
      firstNs: 1_000_000,
      coldNs: 40_000_000,
      startNs: 450_000,
      bootstrapNs: 8_000_000,
      collectNs: 0,
      exitNs: 700_000,
      stopNs: 400_000,
    },
    spawn: {
      firstNs: 1_000_000,
      coldNs: 10_000_000,
      startNs: 450_000,
      bootstrapNs: 43_000_000,
      collectNs: 0,
      exitNs: 8_000_000,
      stopNs: 400_000,
    },
    submitNs: 8_000,
    sendNs: 20_000,
    receiveNs: 20_000,
    collectNs: 3_000,
    workerNs: 19_000,
    sendAfterWorkNs: 60_000,
    workerAfterWorkNs: 85_000,
    itemNs: 120,
    parentNsPerByte: 0.4,
    workerNsPerByte: 0.8,
  },
  interpreters: {
    startNs: 100_000,
    bootstrapNs: 26_000_000,
    submitNs: 4_000,
    workerNs: 30_000,
    collectNs: 300,
    nsPerByte: 0.12,
    exitNs: 4_000_000,
  },
  coroutines: { startNs: 1_500, workerNs: 1_700, collectNs: 300, resumeNs: 4_000 },
};
