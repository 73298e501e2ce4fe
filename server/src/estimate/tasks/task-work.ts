import { add, type Interval } from "../../base/interval.js";
import type { FunctionNode } from "../../program/link/entity.js";
import type { LoopOperation, Operation } from "../../program/operation.js";
import type { BriefReleases } from "../costs/brief-releases.js";
import { averaged, isGuess, type Times as OpenTimes, type Sum, zero } from "../costs/cost-sum.js";
import { repeatedCalls, type TimedCall } from "../costs/timed-calls.js";
import type { Assumption } from "../prediction/prediction.js";
import { soundsLikeComputing } from "../waits/unknown-waits.js";
import { type Helped, helpOf, type OwnThreads, ownThreadsOf } from "./helper-threads.js";
import type { SharedUses } from "./shared-use.js";

/** What one run of a function takes. */
export type Times = Pick<TaskWork, "interpreterNs" | "heldNs" | "nativeNs" | "waitNs">;

/** What running a function once asks of the machine, in nanoseconds of the target interpreter. */
export interface TaskWork {
  /** Bytecode and short native calls, with the GIL. */
  readonly interpreterNs: Interval;
  /** Native calls that keep the GIL until they return. */
  readonly heldNs: Interval;
  /** Native calls that release the GIL. */
  readonly nativeNs: Interval;
  readonly waitNs: Interval;
  /** How much of `waitNs` keeps an event loop from going on, if that is where it is waited: what is not awaited. */
  readonly blockingNs: Interval;
  /** What of these times is spent in threads of a pool, which a coroutine waits for. */
  readonly pooled: Times;
  /** What of these times hangs on guesses, such as how often a loop of unknown length goes round; undefined where nothing does. */
  readonly open: Times | undefined;
  /** How often, likely, calls run of which nothing is known; what they compute is in none of the numbers. */
  readonly unknownCalls: number;
  /** How many of these, likely, may be the work itself: nothing about them says that they wait, or only keep books. */
  readonly blindCalls: number;
  /** How often, likely, native code runs that is known but for how long it takes; that time is in none of the numbers either. */
  readonly uncostedCalls: number;
  /** How long, likely, such calls wait that look like calls that do, ns: this is in `waitNs`. */
  readonly assumedWaitNs: number;
  /** Whether the name of any such call is one that people give to what computes. */
  readonly soundsLikeComputing: boolean;
  /** The highest time, of each kind, that one call may take which is surely made, ns: all of the work has room for that. */
  readonly longestNs: Readonly<Record<keyof Times, number>>;
  /** How many of either run under a lock, likely. */
  readonly lockedUnknownCalls: number;
  /** In how many places such calls stand. */
  readonly opaqueCalls: number;
  /** The library calls that matter, the longest first. */
  readonly calls: readonly TimedCall[];
  /** The loop that most of the interpreter's time goes to. */
  readonly hotLoop: HotLoop | undefined;
  /** How many loops stand one inside the other, through calls. */
  readonly nesting: number;
  /** Whether it runs until somebody stops it. */
  readonly isEndless: boolean;
  /** `guessed`: some loop has a default length, so that calls outside it may matter more than the numbers say. */
  readonly lengths: "known" | "guessed";
  readonly assumptions: readonly Assumption[];
  /** Sections under a lock: how often they are entered, and the time inside. */
  readonly locked: LockedWork;
  /** How often it leaves the interpreter, likely: to wait, or for native code that releases the GIL. */
  readonly turns: number;
  /** What threads do of it that it starts itself; undefined where it starts none. */
  readonly ownThreads?: OwnThreads | undefined;
  readonly brief: BriefReleases;
  /** What it uses that all threads use. */
  readonly shared: SharedUses;
  /** How much it makes and keeps, and how much of what was there before it reads. */
  readonly memory: { readonly freshBytes: number; readonly touchedBytes: number };
}

/** What is done while a lock is held. */
export interface LockedWork {
  /** How many threads may be inside at a time. */
  readonly places: number;
  readonly entries: number;
  /** How often a section is entered in which the interpreter looks whether another thread wants to run. */
  readonly checks: number;
  /** How often one is entered in which the GIL is given up for a moment. */
  readonly releases: number;
  /** How many of them are handlers of `logging`, which write down a record each. */
  readonly records: number;
  /** Taking and giving back the lock included. */
  readonly interpreterNs: Interval;
  readonly nativeNs: Interval;
  readonly waitNs: Interval;
}

export interface HotLoop {
  readonly function: FunctionNode;
  readonly loop: LoopOperation;
  readonly interpreterNs: Interval;
  /** How long one of its passes keeps the interpreter busy, likely. */
  readonly busyNs: number;
  /** The loop inside it, or itself, in which most of the time goes by; and how long one of its passes takes, likely; without end if it calls what is not known. */
  readonly innermost: { readonly function: FunctionNode; readonly loop: LoopOperation; readonly passNs: number };
}

/** What a function costs, and what that is made of. */
export interface Finished {
  readonly sum: Sum;
  readonly calls: readonly TimedCall[];
  readonly hot: HotLoop | undefined;
  readonly assumptions: readonly Assumption[];
  /** Where it calls what is not known, or not how long it takes. */
  readonly opaque: readonly Operation[];
}

/** One of these runs, each as likely as the others. */
export function oneOfSeveral(costs: readonly Finished[]): Finished {
  const share = 1 / costs.length;
  const sum = averaged(
    costs.map((cost) => cost.sum),
    costs.map(() => share),
  );
  const calls = costs.flatMap((cost) => repeatedCalls(cost.calls, share));
  const assumptions = new Map(costs.flatMap((cost) => cost.assumptions.map((each) => [each.what, each] as const)));
  const opaque = [...new Set(costs.flatMap((cost) => cost.opaque))];
  return { sum, calls, hot: undefined, assumptions: [...assumptions.values()], opaque };
}

/** What is told of a function's cost, and of what that is made of. */
export function finish({ sum, calls, hot, assumptions, opaque }: Finished): TaskWork {
  const help = helpOf(sum.help);
  const { pooled } = sum;
  return {
    interpreterNs: add(add(sum.interpreter, help.interpreter), pooled.interpreter),
    heldNs: add(sum.held, pooled.held),
    nativeNs: add(add(sum.native, help.native), pooled.native),
    waitNs: add(add(sum.wait, help.wait), pooled.wait),
    blockingNs: sum.blocking,
    pooled: { interpreterNs: pooled.interpreter, heldNs: pooled.held, nativeNs: pooled.native, waitNs: pooled.wait },
    open: openOf(sum.open, help),
    unknownCalls: sum.unknown,
    blindCalls: sum.blind,
    uncostedCalls: sum.uncosted,
    assumedWaitNs: sum.assumedWait,
    longestNs: {
      interpreterNs: sum.longest.interpreter,
      heldNs: sum.longest.held,
      nativeNs: sum.longest.native,
      waitNs: sum.longest.wait,
    },
    lockedUnknownCalls: sum.lockedUnknown,
    opaqueCalls: opaque.length,
    soundsLikeComputing: opaque.some((each) => each.op === "call" && soundsLikeComputing(each)),
    calls: [...calls].sort((a, b) => b.ns - a.ns || a.call.start - b.call.start),
    hotLoop: hot,
    nesting: sum.nesting,
    isEndless: sum.endless,
    lengths: sum.guessed ? "guessed" : "known",
    assumptions,
    locked: {
      places: sum.lockPlaces,
      entries: sum.lockEntries,
      checks: sum.lockChecks,
      releases: sum.lockReleases,
      records: sum.lockRecords,
      interpreterNs: sum.locked,
      nativeNs: sum.lockedNative,
      waitNs: sum.lockedWait,
    },
    turns: sum.turns,
    ownThreads: ownThreadsOf(sum.help, sum.interpreter.likely + sum.held.likely + sum.native.likely),
    brief: { count: sum.briefReleases, ns: sum.briefNs },
    shared: { uses: sum.sharedUses, literals: sum.sharedLiterals, writes: sum.sharedWrites, relocked: sum.sharedRelocked },
    memory: { freshBytes: sum.freshBytes, touchedBytes: sum.touchedBytes },
  };
}

/** What is open of a sum and of what helper threads add to it. */
function openOf(open: OpenTimes | undefined, help: Pick<Helped, "interpreter" | "native" | "wait">): Times | undefined {
  const guessed = (ns: Interval): Interval => (isGuess(ns) ? ns : zero);
  const [interpreter, native, wait] = [guessed(help.interpreter), guessed(help.native), guessed(help.wait)];
  if (!open && [interpreter, native, wait].every((ns) => ns === zero)) return undefined;
  return {
    interpreterNs: add(open?.interpreter ?? zero, interpreter),
    heldNs: open?.held ?? zero,
    nativeNs: add(open?.native ?? zero, native),
    waitNs: add(open?.wait ?? zero, wait),
  };
}
