import type { Interval } from "../base/interval.js";
import type { Condition } from "./condition.js";

/**
 * What a call does to the GIL for most of its time.
 * `releases`: other threads run meanwhile. `holds`: native code that keeps the GIL, so no other thread runs until it returns.
 * `runs-python`: bytecode, so the GIL is kept but given up whenever another thread has asked for longer than the switch interval.
 */
export type GilEffect = "releases" | "holds" | "runs-python";

/** What a call spends its time on. The first four wait and need no core. */
export type CallKind = "io-wait" | "sleep" | "sync-wait" | "process-wait" | "cpu-native" | "cpu-python";

/** Which value of a call is meant: the object before the dot, or an argument by position (from 0, receiver not counted), keyword or both. */
export type ValuePlace = "receiver" | { readonly position?: number; readonly keyword?: string };

/** Where a statement of the knowledge comes from. */
export interface Evidence {
  readonly kind: "source" | "docs" | "measured" | "issue";
  /** A pinned place: a URL or `repository@revision:path#symbol`; for `measured` the script, and what it was run on. */
  readonly place: string;
  /** What that place says, in a few words. */
  readonly says: string;
  /** When it was read or measured, as `2026-11-21`. */
  readonly date: string;
  /** `reported`: taken over from somebody who read it there, and not yet read again; it decides, but proves nothing. */
  readonly standing: "read" | "reported";
  /** What it is evidence for: what the entry says of the GIL and the rest, or only how long the call takes. */
  readonly about: "behaviour" | "cost";
}

/** One summand of a call's time. Numbers are for a current server core; nanoseconds. */
export type CostTerm =
  | { readonly term: "fixed"; readonly spends: Spending; readonly ns: Interval }
  | { readonly term: "per-byte" | "per-element" | "n-log-n"; readonly spends: Spending; readonly ns: Interval; readonly of: ValuePlace }
  /** The argument's number times `nsPerUnit`: `time.sleep(seconds)`. */
  | { readonly term: "argument"; readonly spends: Spending; readonly nsPerUnit: number; readonly of: ValuePlace };

/** `call`: native time when the call releases the GIL, else interpreter time. `interpreter`: always with the GIL. `wait`: needs neither. */
export type Spending = "call" | "interpreter" | "wait";

export interface CostModel {
  readonly terms: readonly CostTerm[];
  /** `measured`: by a script of ours. `default`: an honest range for work whose length the outside world decides. */
  readonly from: "measured" | "default";
}

/** A function argument that the call itself runs, in the calling thread. */
export interface Invocation {
  readonly callback: ValuePlace;
  /** The value whose elements are each given to the callback; without it the callback runs once. */
  readonly perElementOf: ValuePlace | undefined;
  /** The type of the only argument that the callback is called with, if the call decides it: `re.sub` gives a match. */
  readonly gives: string | undefined;
  /** `map` and `filter` run theirs only when somebody iterates over the result. */
  readonly during: "call" | "iteration";
}

/** A type that a call returns, if the conditions hold; `receiver` stands for the type of the object before the dot. */
export interface ReturnCase {
  readonly when: readonly Condition[];
  readonly type: string;
}

/** Native threads that a call brings along, for which a thread pool around it leaves no cores. */
export interface OwnThreads {
  readonly library: string;
  /** How many it uses when nobody limits it. `on-request`: only if one of the keywords in `limitedBy` asks for more than one. */
  readonly count: "all-cores" | "some-cores" | "on-request";
  /**
   * `per-caller`: each thread that calls it gets threads of its own, as OpenMP gives them. `one`: a process has one pool of them, which all
   * callers share. `in-turns`: it has one, and gives all of it to one caller at a time, as OpenBLAS does; the others wait.
   */
  readonly pool: "per-caller" | "one" | "in-turns";
  /** It stays in the calling thread for arrays of fewer elements. */
  readonly fromElements: number | undefined;
  /** What limits it: environment variables (`OMP_NUM_THREADS`), calls (`torch.set_num_threads`), keywords of the call or of what made the object (`n_jobs=`). */
  readonly limitedBy: readonly string[];
}

/** What is known of one function, method or class call. */
export type CallableEntry = CallableFacts & GilRule;

/** The conditions of the first case that all hold decide; if none do, `otherwise`. */
export type GilRule =
  | { readonly gil: GilEffect }
  | { readonly gil: "conditional"; readonly cases: readonly GilCase[]; readonly otherwise: GilEffect };

export interface Compilation {
  readonly cases: readonly GilCase[];
  readonly otherwise: GilEffect;
}

export interface GilCase {
  readonly when: readonly Condition[];
  /** What an undecided case does: `open` leaves the verdict open, `unlikely` is taken as not applying, at the price of confidence. */
  readonly whenUnknown: "open" | "unlikely";
  readonly gil: GilEffect;
}

export interface CallableFacts {
  readonly entry: "callable";
  /** Qualified: `zlib.compress`, `hashlib.HASH.update`, `builtins.sorted`, `builtins.str.join`. */
  readonly name: string;
  /** The package whose file says so; `python` for the standard library. */
  readonly package: string;
  readonly kind: CallKind;
  /** `awaitable`: the call returns at once and the waiting is done by `await`, so it blocks the task, not the thread. */
  readonly style: "blocking" | "awaitable";
  /** What it waits for, and how it can be kept from waiting; see `blockingOf`. */
  readonly waits: Waits | undefined;
  readonly cost: CostModel | undefined;
  readonly returns: readonly ReturnCase[];
  readonly invokes: readonly Invocation[];
  readonly ownThreads: OwnThreads | undefined;
  /** Set for decorators that compile a function: what running the compiled function does to the GIL; conditions are about the decorator. */
  readonly compiles: Compilation | undefined;
  /** Set for what makes its `with` block, or the body of its loop, compiled code without the GIL: `with cython.nogil`, `for i in prange(n)`. */
  readonly block: "releases" | undefined;
  /** What a reader should know besides, in one sentence. */
  readonly note: string | undefined;
  /** What changes in a build without a GIL. */
  readonly freeThreaded: string | undefined;
  /** Why a measurement on record seems to say something else than this entry, in one sentence. */
  readonly measuredOtherwise: string | undefined;
  readonly evidence: readonly Evidence[];
}

/**
 * What a call stays in until somebody or something else has acted. `lock`: its holder releases it. `signal`: another thread sets an event,
 * notifies, arrives at a barrier. `queue`: another thread puts something in. `queue-space`: another thread
 * takes something out, if the queue is bounded. `work`: a task, thread or future is done. `time`: the clock alone.
 */
export type WaitsFor =
  | "lock"
  | "signal"
  | "queue"
  | "queue-space"
  | "work"
  | "process"
  | "network"
  | "disk"
  | "database"
  | "input"
  | "time";

/** How a call waits. */
export interface Waits {
  readonly for: WaitsFor;
  /** It returns at once if any of these holds: `blocking=False`, `timeout=0`. */
  readonly unless: readonly Condition[];
  /** The argument that limits the wait; without it, or if it is None, there is no limit. */
  readonly timeout: ValuePlace | undefined;
  /** `own-lock`: `Condition.wait` gives up the lock of its object while it waits. */
  readonly releases: "own-lock" | "nothing";
}

/**
 * Who runs the work that a spawner hands over. `signal-handler`: the main thread, between two of its own bytecode instructions.
 * `finalizer`: whichever thread drops the last reference or happens to collect garbage, also between two of its own instructions.
 */
export type WorkerKind = "thread" | "process" | "interpreter" | "event-loop-task" | "callback-in-caller" | "signal-handler" | "finalizer";

/** Where the function is that a spawner runs. */
export type SpawnTarget =
  | { readonly at: "argument"; readonly of: ValuePlace }
  /** Several arguments, each called in its turn: `on_press=` and `on_release=` of a listener. */
  | { readonly at: "arguments"; readonly of: readonly ValuePlace[] }
  /** The argument is a call of a coroutine function; with `every`, all positional arguments from this one on are. */
  | { readonly at: "coroutine"; readonly of: ValuePlace; readonly every: boolean }
  /**
   * These methods of the class or object given as argument: `handle` of a socketserver handler, `on_modified` of a watchdog one. `public`: all without a
   * leading underscore, unless it has a `_dispatch` that is called for them.
   */
  | { readonly at: "method-of-argument"; readonly of: ValuePlace; readonly methods: readonly string[] | "public" }
  /** What the program has assigned to these attributes of the receiver: `client.on_message = received`. */
  | { readonly at: "attributes-of-receiver"; readonly names: readonly string[] }
  /** The function that the decorator stands on. */
  | { readonly at: "decorated" }
  /** The argument of the starting call is an iterable of `delayed(function)(arguments)`, as joblib takes. */
  | { readonly at: "delayed-calls"; readonly of: ValuePlace };

/** How arguments reach the target. */
export type ArgumentPassing =
  | { readonly pass: "none" }
  /** The positional arguments from `from` on, and the remaining keywords. */
  | { readonly pass: "rest"; readonly from: number }
  /** A tuple and a dict, as `args=` and `kwargs=`. */
  | { readonly pass: "tuple"; readonly args: ValuePlace; readonly kwargs: ValuePlace | undefined }
  /** One element of each iterable from `from` on: `Executor.map`. */
  | { readonly pass: "elements"; readonly from: number }
  /** One element of one iterable: `Pool.map`. */
  | { readonly pass: "element"; readonly of: ValuePlace }
  /** One element of one iterable, unpacked: `Pool.starmap`. */
  | { readonly pass: "unpacked-element"; readonly of: ValuePlace }
  /** A value that the library makes: a future, a request, a signal number. */
  | { readonly pass: "from-library"; readonly type: string | undefined };

/** How many of the targets run at once. */
export type Concurrency =
  /** Each call adds one worker. */
  | { readonly width: "one-per-call" }
  /** As many as the pool that the receiver, or the given argument, is; see `ExecutorType`. */
  | { readonly width: "pool"; readonly of: ValuePlace }
  /** As many as an argument says, else the default. */
  | { readonly width: "argument"; readonly of: ValuePlace; readonly default: readonly PoolSize[] }
  /** A pool that nobody sees: `asyncio.to_thread` uses the loop's. */
  | { readonly width: "hidden-pool"; readonly default: readonly PoolSize[] }
  /** One: the library has a thread of its own, in which all that it was given for one object takes turns. */
  | { readonly width: "one-thread" }
  /** As many as requests, connections or events come in. */
  | { readonly width: "unbounded" };

/** How many workers a pool has when nobody says; the first whose conditions hold counts. */
export interface PoolSize {
  readonly when: readonly Condition[];
  /** `forty` and `one` are other words for 40 and 1. */
  readonly size: "cores" | "cores-plus-4-at-most-32" | "five-per-core" | "forty" | "one" | number;
}

/** A call that makes code run elsewhere. Classes that are subclassed instead are described by their type's role, `worker` or `handler`. */
export interface SpawnerEntry {
  readonly entry: "spawner";
  readonly name: string;
  readonly package: string;
  /** Who runs the work unless a case says otherwise; see `workerOf`. */
  readonly worker: WorkerKind;
  readonly workerCases: readonly WorkerCase[];
  /**
   * `call`: the work is handed over by this call. `library`: the function is only made known by it, and the library calls it when a request,
   * message or event comes in. Otherwise by calling one of these methods (`__call__` too) on what it returns.
   */
  readonly startedBy: "call" | "library" | readonly string[];
  readonly target: SpawnTarget;
  readonly passing: ArgumentPassing;
  readonly concurrency: Concurrency;
  /** Whether one call hands over one task or one for each element of the passed iterable. */
  readonly tasks: "one" | "per-element";
  /** Calls that wait until the work is done: methods of what the call returns (`result`), of the receiver (`receiver.shutdown`), or `call`. */
  readonly joinedBy: readonly string[];
  /** Whether leaving the `with` block of the receiver waits for the work, kills it, or means nothing. */
  readonly onExit: "waits" | "terminates" | "nothing";
  /** Arguments that the library calls besides, with the results: `callback=`. They take turns in a thread of the receiver. */
  readonly callbacks: readonly ValuePlace[];
  /** Calls that, anywhere in the program, show that one thread alone does all the work: `app.run(threaded=False)`. */
  readonly singleThreadedBy: readonly TellingCall[];
  /** `limited`: its worker processes get a share of the cores for the threads that libraries bring along. */
  readonly nativeThreads: "limited" | "not-limited";
  /** `yes`: the work may still run when the calling function has returned and nothing above joined it. */
  readonly escapes: "yes" | "no";
  readonly note: string | undefined;
  readonly evidence: readonly Evidence[];
}

/** Another worker under conditions: `loop.run_in_executor` with a process pool, joblib with `backend="threading"`. */
export interface WorkerCase {
  readonly when: readonly Condition[];
  readonly worker: WorkerKind;
}

/** A call whose presence tells something if its arguments satisfy the conditions. */
export interface TellingCall {
  readonly call: string;
  readonly when: readonly Condition[];
}

/** What an object of a type is for. */
export type TypeRole =
  | LockType
  | {
      readonly role: "condition";
      readonly scope: Scope;
      readonly lock: ValuePlace;
      readonly defaultLock: string;
      readonly wait: readonly string[];
    }
  | { readonly role: "event"; readonly scope: Scope; readonly set: readonly string[]; readonly wait: readonly string[] }
  | { readonly role: "barrier"; readonly scope: Scope; readonly wait: readonly string[] }
  | {
      readonly role: "queue";
      readonly scope: Scope;
      readonly put: readonly string[];
      readonly get: readonly string[];
      /** The constructor's argument that bounds it; absent, zero or negative, `put` never waits. */
      readonly capacity: ValuePlace | undefined;
    }
  | { readonly role: "thread-local" }
  | ExecutorType
  /** `threading.Thread`: a subclass puts its work into one of `runs`. */
  | {
      readonly role: "worker";
      readonly worker: WorkerKind;
      readonly start: readonly string[];
      readonly join: readonly string[];
      readonly runs: readonly string[];
    }
  /** A subclass whose `methods` the library calls in workers of its own: request handlers, views. */
  | {
      readonly role: "handler";
      readonly worker: WorkerKind;
      /** `public`: all methods that a subclass defines without a leading underscore. */
      readonly methods: readonly string[] | "public";
      readonly threads: "one" | "several";
      /** Whether each call has an object made for it, or all use the object that the program made. */
      readonly objects: "one-per-call" | "shared";
    }
  | { readonly role: "future"; readonly wait: readonly string[] }
  | { readonly role: "container" }
  | { readonly role: "iterator" }
  | { readonly role: "value" };

/**
 * Between whom a primitive keeps order. What keeps it between `processes` keeps it between their threads too; `only-processes` does not.
 * `tasks` are those of one event loop, so all of one thread.
 */
export type Scope = "threads" | "processes" | "only-processes" | "tasks";

export interface LockType {
  readonly role: "lock";
  readonly scope: Scope;
  readonly reentrant: "yes" | "no";
  /** Constructor conditions under which it admits one holder only; a Semaphore does with a value of 1. */
  readonly exclusiveWhen: readonly Condition[];
  readonly acquire: readonly string[];
  readonly release: readonly string[];
  /** Those of the `acquire` methods that let other readers in as well. */
  readonly sharedAcquire: readonly string[];
}

export interface ExecutorType {
  readonly role: "executor";
  readonly worker: WorkerKind;
  readonly size: ValuePlace | undefined;
  readonly defaultSize: readonly PoolSize[];
  readonly shutdown: readonly string[];
  readonly onExit: "waits" | "terminates" | "nothing";
}

/** Whether an object can be sent to another process. `by-inheritance`: only as an argument of Process or of a pool's initializer. */
export type Picklability = "yes" | "no" | "by-inheritance" | "if-contents" | "unknown";

/** Whether several threads may use one object. `per-method`: only the methods listed as atomic. `confined`: each thread sees its own. */
export type ThreadSafety = "safe" | "per-method" | "confined" | "unsafe" | "unknown";

/**
 * What its documentation says of one object used by several threads. `unsafe`: it can be corrupted or mix their work up.
 * `unsafe-if-changed`: only if one of them changes it. `refused`: it raises in all threads but the one that made it, or while another uses it.
 * `serialised`: the object takes a lock of its own, so threads take turns. `safe`: they may.
 */
export interface SharedByThreads {
  readonly verdict: "unsafe" | "unsafe-if-changed" | "refused" | "serialised" | "safe";
  /** A clause that can follow "because": `its cookies and connection pool are changed without a lock`. */
  readonly because: string;
  /** Conditions on the call that made the object, under any of which the statement does not hold. */
  readonly unless: readonly Condition[];
  /** Methods that are an exception to `unsafe` and `refused`: `add_callback_threadsafe`. */
  readonly safeMethods: readonly string[];
  readonly evidence: readonly Evidence[];
}

/** Classes that a tool generates for each project, told by how the names of their modules and they themselves end. */
export interface GeneratedClasses {
  readonly moduleEndsWith: string;
  readonly nameEndsWith: string;
}

/** Classes that a library takes for what their methods say, whatever they are called and extend. */
export interface ShapedClasses {
  /** Methods that the class has, with the names of their first parameters after the object. */
  readonly methods: ReadonlyMap<string, readonly string[]>;
  /** The first parameters of functions that stand for such a class: what they return is called as its objects are. Empty if there are none. */
  readonly factory: readonly string[];
}

/** What is known of one class. */
export interface TypeEntry {
  readonly entry: "type";
  readonly name: string;
  readonly package: string;
  readonly bases: readonly string[];
  readonly is: TypeRole;
  /** Set if the entry stands for classes that have no fixed name. */
  readonly generated: GeneratedClasses | undefined;
  readonly shape: ShapedClasses | undefined;
  readonly sharing: ThreadSafety;
  /** The documented statement behind `sharing`, if there is one; only it may be held against a program. */
  readonly sharedByThreads: SharedByThreads | undefined;
  /** Methods of which each call is one step for other threads. */
  readonly atomicMethods: readonly string[];
  readonly pickles: Picklability;
  /** Types of attributes: `requests.Response.raw`. */
  readonly attributes: ReadonlyMap<string, string>;
  /** What the object yields when iterated or entered by `with`, if not itself. */
  readonly yields: string | undefined;
  readonly enters: string | undefined;
  readonly note: string | undefined;
  readonly freeThreaded: string | undefined;
  readonly evidence: readonly Evidence[];
}

/** What is known of a distribution as a whole. */
export interface PackageEntry {
  readonly entry: "package";
  readonly name: string;
  readonly origin: Origin;
  /** Names that its code is imported by, dotted where a top-level name is shared. */
  readonly modules: readonly string[];
  readonly freeThreading: FreeThreading | undefined;
  readonly evidence: readonly Evidence[];
}

/** Who says so; a later one overrides an earlier one. */
export type Origin = "standard-library" | "package" | "user";

/** What importing the package does to a build without a GIL. */
export interface FreeThreading {
  readonly support: "supported" | "experimental" | "reenables-gil" | "unknown";
  /** The first version for which that is so. */
  readonly since: string | undefined;
  readonly note: string | undefined;
}

export type KnowledgeEntry = CallableEntry | SpawnerEntry | TypeEntry | PackageEntry;
