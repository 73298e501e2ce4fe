import { exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import { atLeast, type Target } from "../../base/target.js";

/** What memory takes that the system gives: nanoseconds for 4 KiB of it, and how much of it an interpreter asks for again. */
export interface MemoryCosts extends PageCosts {
  /** So many bytes of small objects are kept when nothing in them is used any more, and fetched no second time; without end where all are. */
  readonly keptBytes: number;
  /** Of small objects beyond that, which share of the pages is fetched again where as much is built again. */
  readonly builtAnew: Interval;
  /** The same of one large block. */
  readonly blockAnew: Interval;
}

/**
 * Page faults come in the middle of bytecode and of native code, so whoever has the GIL keeps it meanwhile: two threads of CPython 3.11 and 3.14 take
 * twice as long as one for as many pages each, two of 3.13t 1.2 times, two processes 1.15 to 1.7 times as long (`test/measure/fresh_memory.py`).
 */
export interface PageCosts {
  /** A page that is written to for the first time: the fault, finding one, filling it with zeros. */
  readonly freshPage: Interval;
  /** A page that a forked process writes to while others have it as well: the fault, finding one, copying. */
  readonly copiedPage: Interval;
}

/** The memory of a target on a machine that was not measured. */
export function memoryCosts(target: Target): MemoryCosts {
  const { freeThreaded } = target;
  return {
    ...ordinaryPages,
    keptBytes: freeThreaded ? Number.POSITIVE_INFINITY : atLeast(target, 3, 10) ? 1 << 20 : 1 << 18,
    builtAnew: interval(0.2, 0.7, 1),
    blockAnew: freeThreaded ? interval(0.5, 1, 1) : interval(0, 0.7, 1),
  };
}

/*
 * Where these numbers come from: `Objects/obmalloc.c` keeps one arena that nothing is left in, of 256 KiB, from 3.10 on of 1 MiB, and gives the others back, so
 * that what is built again fetches them again. Page faults of the third time against those of the first, in a process that had kept nothing: of lists of 100,000
 * and 500,000 lists or texts 0.67 to 0.87 on CPython 3.11 and 3.14, of dicts 0.25 to 0.4, of floats 0.1 to 0.66, as an arena stays where one object does; 10,000
 * of them fault no more. mimalloc, which builds without a GIL have, keeps nearly all, but of dicts it fetches 0.3 again. A large block comes from the system the first two
 * times, then from what glibc has kept, unless that was given back as the end of its heap, as happens where two blocks take turns (`M_MMAP_THRESHOLD` and
 * `M_TRIM_THRESHOLD` in mallopt(3)): none or all of the faults of the first time; with mimalloc all (2026-11-29, `test/measure/fresh_memory.py`).
 */

/**
 * A first touch took 0.6 µs at least, 1 µs in the median and 4 µs in one of twenty on a Core i7 of the 11th generation (Linux 6.6,
 * https://ddumbying.vercel.app/experiments/pagefault-latency), 3 to 5 µs on the virtual machine that the tables come from, and 11 µs, a copy 15 µs, on another
 * (2026-11-29, `test/measure/fresh_memory.py`): how far machines differ is for `gilscope calibrate` to tell.
 */
const ordinaryPages: PageCosts = { freshPage: interval(500, 1_000, 4_000), copiedPage: interval(700, 1_500, 5_000) };

/**
 * What the results of tasks take that so many bytes belong to each, beyond making them: whoever keeps all of them gets ever new memory from the system, of a result
 * that is larger than what the interpreter has at hand only that much, as the task has fetched the rest. Nothing where all fit into that.
 */
export function keptResultNs(bytes: number, tasks: number, { freshPage }: PageCosts): Interval {
  return keptOfAllNs(Math.min(bytes, atHandBytes), bytes * tasks, freshPage);
}

/** The same for the process that makes results anew which came from workers: all of each. */
export function receivedResultNs(bytes: number, tasks: number, { freshPage }: PageCosts): Interval {
  return keptOfAllNs(bytes, bytes * tasks, freshPage);
}

function keptOfAllNs(bytes: number, all: number, freshPage: Interval): Interval {
  return all > atHandBytes ? pagesNs(scale(areKept, bytes * (1 - atHandBytes / all)), freshPage) : exactly(0);
}

/** Mostly in a list of all; results that are done with one by one leave their memory to the next. */
const areKept = interval(0, 0.7, 1);

const atHandBytes = 1 << 20;

/** What fetching or copying so many bytes takes at that price of a page. */
export function pagesNs(bytes: Interval, page: Interval): Interval {
  const of = (count: number): number => Math.max(0, count) / pageBytes;
  return multiply(interval(of(bytes.low), of(bytes.likely), of(bytes.high)), page);
}

const pageBytes = 4096;
