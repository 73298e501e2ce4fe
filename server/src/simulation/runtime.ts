/**
 * How an interpreter grants a workload: one concept, the interpreter-lock domain, covers them all. Plain data; times are
 * nanoseconds of this target's own speed.
 */
export interface Runtime {
  /** For people: `CPython 3.13, threads`. */
  readonly name: string;
  /** The lock that code of a domain must hold to run in the interpreter; undefined where there is none (free-threaded builds). */
  readonly lock: InterpreterLock | undefined;
  /** Who shares a domain: all threads, or each worker has one of its own and only the main thread's helpers share another. */
  readonly sharing: "everyone" | "each-worker";
  /** Interpreter time of the workload is multiplied by it. */
  readonly computeFactor: number;
  /** Native time that keeps the interpreter lock where there is one is multiplied by it; 1 unless it is said. */
  readonly heldFactor?: number;
  /** From a signal until the thread that waited for it runs: a futex wake-up, or one turn of an event loop; see `wakeUpTime`. */
  readonly wakeUpNs: Spread;
  /** A waiter of a `threading.Lock` that has waited longer is handed the lock; before, whoever comes first takes it. */
  readonly lockHandOffAfterNs: number;
  /** What a waiter of a `threading.Lock` takes first when it is woken: it, or the interpreter lock, while others may still take the lock. */
  readonly wokenTakes: "lock" | "interpreter-lock";
  readonly start: WorkerStart;
  readonly handOver: HandOver;
}

/** A quantity drawn anew each time it is needed. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

/** How the lock of a domain changes hands. */
export interface InterpreterLock {
  /** How long a waiter waits before it asks the holder to yield; Infinity where nobody asks. */
  readonly switchIntervalNs: number;
  /** What the holder does when it is asked: it sleeps until another has the lock, or gives it back and competes for it at once. */
  readonly onRequest: "waits-for-another" | "mostly-takes-it-back";
  /** Whether native calls that can release the lock do; an event loop stands still instead. */
  readonly duringNative: "released" | "held";
  /** Whether a thread that gets the lock after others had it finds its caches cold, as `Machine.coldCaches` says; threads of one event loop do not. */
  readonly coolsCaches: boolean;
  /**
   * Shorter stretches of interpreter time under a lock run through: bytecode without calls and loops has no place at which a request to yield
   * is looked at. 0 where any instruction may be one.
   */
  readonly uncheckedNs: number;
}

/** What it takes to start one worker. */
export interface WorkerStart {
  /** Interpreter time in the thread that starts it. */
  readonly starterNs: number;
  /** Core time of another process that makes the worker while the starter waits for its answer, the fork server; 0 where there is none. */
  readonly serverNs: number;
  /** Core time in the worker before its first task: thread bootstrap, interpreter start-up, imports. */
  readonly workerNs: number;
  /** In the worker once it has made and kept many objects; `workerNs` has it where that is sure. */
  readonly collectNs: number;
  /** Whether the starter waits until the worker runs, as `Thread.start` does. */
  readonly starter: "waits" | "goes-on";
  /** Whether a pool starts all its workers on the first task, or one per task while none is idle. */
  readonly when: "all-at-first-task" | "on-demand";
  /** In the worker once no task is left: its interpreter's teardown. A pool ends when the last of its workers has. */
  readonly exitNs: number;
  /** Once per pool in its submitter before it waits for the workers' end. */
  readonly stopNs: number;
  /** Once per pool in its submitter before anything else: importing and building the pool, starting a fork server. */
  readonly firstNs: number;
}

/** What it takes to give one task to a worker and its result back. */
export interface HandOver {
  /** Interpreter time in the submitting thread per task (or chunk of tasks). */
  readonly submitNs: number;
  /** Interpreter time in the submitting thread per result. */
  readonly collectNs: number;
  /** Time in the worker per task (or chunk), before and after it. */
  readonly workerNs: number;
  /** Time in the worker per task within a chunk. */
  readonly itemNs: number;
  /** Time in the worker per byte of argument or result: unpickling one, pickling the other, the pipe. */
  readonly workerNsPerByte: number;
  /** Time in the worker per object of an argument: making it anew; 0 where workers share the submitter's memory. */
  readonly workerNsPerArgument: number;
  /** Time in the worker per object of a result: writing it down. */
  readonly workerNsPerResult: number;
  /** What the worker's thread does in the interpreter of who hands tasks in, under its lock; undefined where it never comes there. */
  readonly inMain: InMain | undefined;
  /** The thread beside the submitter that sends tasks and receives results; undefined where workers share the submitter's memory. */
  readonly broker: Broker | undefined;
  /** The lock that submitter and workers take once for each task; undefined where they do not. */
  readonly idleLock?: IdleLock | undefined;
}

/** How long of `submitNs` and of `workerNs` the lock of an executor's `_idle_semaphore` is held. */
export interface IdleLock {
  readonly submitterNs: number;
  readonly workerNs: number;
}

/** Workers that are interpreters of one process: their threads take tasks, write arguments down and make results anew in the main one. */
export interface InMain {
  /** Time per task before it is given to the worker's interpreter, which waits for that thread meanwhile. */
  readonly beforeNs: number;
  /** Time per task once it is back. */
  readonly afterNs: number;
  readonly nsPerByte: number;
  /** Time per object of an argument: writing it down. */
  readonly nsPerArgument: number;
  /** Time per object of a result: making it anew. */
  readonly nsPerResult: number;
}

/** The executor's manager and feeder threads in the parent of worker processes. */
export interface Broker {
  /** Interpreter time of the manager before it passes the first task on. */
  readonly startNs: number;
  /** Interpreter time of the feeder per task (or chunk) sent. */
  readonly sendNs: number;
  /** Interpreter time of the manager per result received and task passed on to the feeder. */
  readonly receiveNs: number;
  /** Interpreter time per byte, either way. */
  readonly nsPerByte: number;
  /** Interpreter time per object of an argument: writing it down. */
  readonly nsPerArgument: number;
  /** Interpreter time per object of a result: making it anew. */
  readonly nsPerResult: number;
  /** How many bytes the pipe to the workers holds: more are written only as fast as a worker reads them. */
  readonly pipeBytes: number;
  /** How many tasks wait in the pipe beyond one per worker: `EXTRA_QUEUED_CALLS` in concurrent/futures/process.py. */
  readonly extraQueued: number;
  /**
   * How many times dearer all these are when `coldAfterNs` or more of other work lie between two of them,
   * because that work has taken their place in the caches; in between, in proportion.
   */
  readonly coldTimes: number;
  /** The same for the worker's part, and for that of workers which take turns on fewer cores than they are. */
  readonly workerColdTimes: number;
  readonly crowdedColdTimes: number;
  readonly coldAfterNs: number;
}
