import type { Interval } from "../../base/interval.js";
import type { Range } from "../../base/range.js";

/** How a program hands out its work. */
export type SiteKind = "thread-pool" | "threads" | "process-pool" | "interpreter-pool" | "asyncio" | "serial";

/** A way the same work could be run. */
export type Strategy = "serial" | "threads" | "processes" | "subinterpreters" | "free-threaded" | "asyncio";

/** Where a number comes from. */
export type AssumptionSource = "knowledge" | "annotation" | "default" | "measured" | "code";

/** A number that the prediction rests on; the list is sorted, the one that moves the result most comes first. */
export interface Assumption {
  readonly what: string;
  readonly value: string;
  readonly from: AssumptionSource;
}

/** What one task asks of the machine, in nanoseconds of the target interpreter. */
export interface Work {
  /** Time in which the task runs bytecode or native code that holds the GIL. */
  readonly interpreterNs: Interval;
  /** Time in which it computes with the GIL released. */
  readonly nativeNs: Interval;
  /** Time in which it waits (I/O, sleep) with the GIL released and no core in use. */
  readonly waitNs: Interval;
}

/** What one strategy would give. */
export interface StrategyPrediction {
  readonly strategy: Strategy;
  /** The name of the target the strategy runs on, such as `cpython-3.13`. */
  readonly runtime: string;
  readonly cores: number;
  readonly workers: number;
  readonly applicable: boolean;
  /** Why it is not applicable, else empty. */
  readonly reason: string;
  /** Wall time of the whole site, pool start included, in nanoseconds. */
  readonly makespanNs: Interval;
  /** Serial time divided by makespan, on the same runtime family. */
  readonly speedup: Interval;
  /** What keeps it from being faster, in words: `the GIL is held 93 % of the time`; empty where nothing stands out. */
  readonly bottleneck: string;
}

/**
 * How the tasks of a place follow each other: `together`, as far as there are workers; `in turn`, as each is waited for before the next is started;
 * `awaited`: the same in a coroutine, whose event loop does other things meanwhile; `until stopped`: they are services, which have no end of their own.
 */
export type Course = "together" | "in turn" | "awaited" | "until stopped";

/** The prediction for one place that starts concurrent work. */
export interface Prediction {
  readonly path: string;
  /** The call that starts the work. */
  readonly range: Range;
  readonly kind: SiteKind;
  /** The name of the work, for sentences. */
  readonly task: string;
  readonly workers: number;
  /** `known`: the number of workers was read from the code, or follows from a documented default; else it is one of many that are possible. */
  readonly workersKnown: "known" | "assumed";
  /** How many tasks the site starts. */
  readonly tasks: Interval;
  readonly course: Course;
  /** Per task. */
  readonly work: Work;
  readonly strategies: readonly StrategyPrediction[];
  /** What most of the time of a task is taken from: what the code tells, or what programs or calls usually take of which nothing is known. */
  readonly basis: "code" | "unknown programs" | "unknown calls";
  /** The best way at what is likely. */
  readonly likeliest: Strategy;
  /** In which share of what the code leaves open that way is within 15 % of the best, 0 to 1. */
  readonly confidence: number;
  /** The likeliest, if that is sure enough rests on the code, and is there to be done sooner. */
  readonly recommended: Strategy | undefined;
  readonly assumptions: readonly Assumption[];
}

/** An assumption with how much of the time hangs on it. */
export type Weighted = Assumption & { readonly weight: number };

export function byWeight(a: Weighted, b: Weighted): number {
  return b.weight - a.weight || (a.what < b.what ? -1 : 1);
}

export function withoutWeight({ what, value, from }: Weighted): Assumption {
  return { what, value, from };
}
