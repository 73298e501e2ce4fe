import { add, exactly, type Interval, interval, multiply, scale } from "../../base/interval.js";
import type { GilNote } from "../../program/link/gil-notes.js";
import { averagedHelp, type Helped, repeatedHelp, unhelped, withHelp } from "../tasks/helper-threads.js";
import { longestBriefNs } from "./brief-releases.js";

/** What a stretch of a program costs, while it is added up. Times are nanoseconds; what is said of counts is likely. */
export interface Sum {
  interpreter: Interval;
  held: Interval;
  native: Interval;
  wait: Interval;
  /** What of `wait` keeps an event loop from going on, if that is where it is waited. */
  blocking: Interval;
  /** What a coroutine has threads of a pool do, and waits for; in none of the times above. */
  pooled: Times;
  help: Helped;
  /** What of these times hangs on lengths, depths and sizes that nobody knows: all but one round of such a loop. Undefined where nothing does. */
  open: Times | undefined;
  unknown: number;
  /** Of these, those that may be the work itself: nothing about them says that they wait, or only keep books. */
  blind: number;
  uncosted: number;
  /** How long calls of which nothing is known wait in all, where they look like calls that do; part of `wait`. */
  assumedWait: number;
  /** The highest time, of each kind, that one call may take which is surely made. */
  longest: Longest;
  /** How many may be in the sections under locks at the same time: of a semaphore its places. Of locks with different ones, those that are held longest. */
  lockPlaces: number;
  /** Of the calls of which nothing is known, or not how long they take, those under a lock. */
  lockedUnknown: number;
  lockEntries: number;
  /** Of these sections, those in which the interpreter looks whether another thread wants to run. */
  lockChecks: number;
  /** Of these sections, those in which the GIL is given up for a moment, so that others come to the lock. */
  lockReleases: number;
  /** Of these sections, those of handlers of `logging`. */
  lockRecords: number;
  locked: Interval;
  lockedNative: Interval;
  lockedWait: Interval;
  /** How often it leaves the interpreter for native code that releases the GIL, or to wait. */
  turns: number;
  /** Of these, calls that give the GIL up for less than `longestBriefNs`, and how long they take together. */
  briefReleases: number;
  briefNs: number;
  sharedUses: number;
  sharedLiterals: number;
  sharedWrites: number;
  sharedRelocked: number;
  freshBytes: number;
  touchedBytes: number;
  nesting: number;
  endless: boolean;
  guessed: boolean;
}

/** The kinds of time, each for itself. */
export interface Times {
  readonly interpreter: Interval;
  readonly held: Interval;
  readonly native: Interval;
  readonly wait: Interval;
}

/** Of each kind of time, nanoseconds. */
export type Longest = Readonly<Record<keyof Times, number>>;

/** Nothing at all. */
export const zero: Interval = exactly(0);

const noLongest: Longest = { interpreter: 0, held: 0, native: 0, wait: 0 };
const noTimes: Times = { interpreter: zero, held: zero, native: zero, wait: zero };

function eachTime(of: (kind: keyof Times) => Interval): Times {
  return { interpreter: of("interpreter"), held: of("held"), native: of("native"), wait: of("wait") };
}

function eachLongest(of: (kind: keyof Times) => number): Longest {
  return { interpreter: of("interpreter"), held: of("held"), native: of("native"), wait: of("wait") };
}

/** Adds a time; where it is a guess, what is more than its least is open. */
export function addTime(sum: Sum, kind: keyof Times, ns: Interval): void {
  if (ns.high > sum.longest[kind]) sum.longest = { ...sum.longest, [kind]: ns.high };
  if (isGuess(ns)) addOpen(sum, kind, ns);
  else sum[kind] = add(sum[kind], ns);
}

function addOpen(sum: Sum, kind: keyof Times, ns: Interval): void {
  sum[kind] = add(sum[kind], ns);
  const before = sum.open ?? noTimes;
  sum.open = { ...before, [kind]: add(before[kind], less(ns, exactly(ns.low))) };
}

/** What remains of it, each end for itself. */
function less(whole: Interval, part: Interval): Interval {
  const end = (of: keyof Interval): number => Math.max(0, whole[of] - part[of]);
  return { low: end("low"), likely: end("likely"), high: end("high") };
}

/** What may be thirty times as much as is likely, or as little, is a guess, wherever it comes from. */
export function isGuess({ low, likely, high }: Interval): boolean {
  return high > 30 * likely || likely > 30 * low;
}

/** What is open of the rounds: what was open of one, and, where nobody knows how many there are, all but the first. */
function openOfRounds(sum: Sum, count: Interval): Times | undefined {
  const { open } = sum;
  if (!isGuess(count)) return open && eachTime((kind) => multiply(open[kind], count));
  const once = { low: Math.min(1, count.low), likely: Math.min(1, count.likely), high: Math.min(1, count.high) };
  return eachTime((kind) => less(multiply(sum[kind], count), multiply(less(sum[kind], open?.[kind] ?? zero), once)));
}

/** The cost of nothing. */
export function emptySum(): Sum {
  return {
    interpreter: zero,
    held: zero,
    native: zero,
    wait: zero,
    blocking: zero,
    pooled: noTimes,
    help: unhelped,
    open: undefined,
    unknown: 0,
    blind: 0,
    uncosted: 0,
    assumedWait: 0,
    longest: noLongest,
    lockPlaces: 1,
    lockedUnknown: 0,
    lockEntries: 0,
    lockChecks: 0,
    lockReleases: 0,
    lockRecords: 0,
    locked: zero,
    lockedNative: zero,
    lockedWait: zero,
    turns: 0,
    briefReleases: 0,
    briefNs: 0,
    sharedUses: 0,
    sharedLiterals: 0,
    sharedWrites: 0,
    sharedRelocked: 0,
    freshBytes: 0,
    touchedBytes: 0,
    nesting: 0,
    endless: false,
    guessed: false,
  };
}

/** Adds what comes after it. */
export function addTo(sum: Sum, other: Sum): void {
  sum.interpreter = add(sum.interpreter, other.interpreter);
  sum.held = add(sum.held, other.held);
  sum.native = add(sum.native, other.native);
  sum.wait = add(sum.wait, other.wait);
  if (other.blocking !== zero) sum.blocking = add(sum.blocking, other.blocking);
  addPooled(sum, other.pooled);
  sum.help = withHelp(sum.help, other.help);
  const { open } = sum;
  const { open: more } = other;
  sum.open = open && more ? eachTime((kind) => add(open[kind], more[kind])) : (open ?? more);
  sum.unknown += other.unknown;
  sum.blind += other.blind;
  sum.uncosted += other.uncosted;
  sum.assumedWait += other.assumedWait;
  if (other.longest !== noLongest) sum.longest = eachLongest((kind) => Math.max(sum.longest[kind], other.longest[kind]));
  addLocked(sum, other);
  sum.turns += other.turns;
  sum.briefReleases += other.briefReleases;
  sum.briefNs += other.briefNs;
  sum.sharedUses += other.sharedUses;
  sum.sharedLiterals += other.sharedLiterals;
  sum.sharedWrites += other.sharedWrites;
  sum.sharedRelocked += other.sharedRelocked;
  sum.freshBytes += other.freshBytes;
  sum.touchedBytes = Math.max(sum.touchedBytes, other.touchedBytes);
  sum.nesting = Math.max(sum.nesting, other.nesting);
  sum.endless ||= other.endless;
  sum.guessed ||= other.guessed;
}

/** Adds what threads of a pool do. */
export function addPooled(sum: Sum, times: Times): void {
  const { pooled } = sum;
  if (times !== noTimes) sum.pooled = pooled === noTimes ? times : eachTime((kind) => add(pooled[kind], times[kind]));
}

/** What came to a wait since it was that long. */
export function waitedSince(before: Interval, { wait }: Sum): Interval {
  return wait === before ? zero : less(wait, before);
}

/** Sections under a lock, and what is done in them. */
export type Locked = Pick<
  Sum,
  "lockPlaces" | "lockedUnknown" | "lockEntries" | "lockChecks" | "lockReleases" | "lockRecords" | "locked" | "lockedNative" | "lockedWait"
>;

/** Adds sections under a lock. */
export function addLocked(sum: Sum, other: Locked): void {
  if (other.lockEntries === 0) return;
  const isOther = sum.lockEntries > 0 && sum.lockPlaces !== other.lockPlaces;
  if (isOther && insideNs(other) <= insideNs(sum)) return;
  const before = isOther ? emptySum() : sum;
  sum.lockPlaces = other.lockPlaces;
  sum.lockEntries = before.lockEntries + other.lockEntries;
  sum.lockChecks = before.lockChecks + other.lockChecks;
  sum.lockReleases = before.lockReleases + other.lockReleases;
  sum.lockRecords = before.lockRecords + other.lockRecords;
  sum.lockedUnknown = before.lockedUnknown + other.lockedUnknown;
  sum.locked = add(before.locked, other.locked);
  sum.lockedNative = add(before.lockedNative, other.lockedNative);
  sum.lockedWait = add(before.lockedWait, other.lockedWait);
}

function insideNs({ locked, lockedNative, lockedWait }: Locked): number {
  return locked.likely + lockedNative.likely + lockedWait.likely;
}

/** So many rounds of it. */
export function repeated(sum: Sum, count: Interval): Sum {
  return {
    interpreter: multiply(sum.interpreter, count),
    held: multiply(sum.held, count),
    native: multiply(sum.native, count),
    wait: multiply(sum.wait, count),
    blocking: sum.blocking === zero ? zero : multiply(sum.blocking, count),
    pooled: sum.pooled === noTimes ? noTimes : eachTime((kind) => multiply(sum.pooled[kind], count)),
    help: repeatedHelp(sum.help, count),
    open: openOfRounds(sum, count),
    unknown: sum.unknown * count.likely,
    blind: sum.blind * count.likely,
    uncosted: sum.uncosted * count.likely,
    assumedWait: sum.assumedWait * count.likely,
    longest: count.low < 1 ? noLongest : sum.longest,
    lockPlaces: sum.lockPlaces,
    lockedUnknown: sum.lockedUnknown * count.likely,
    lockEntries: sum.lockEntries * count.likely,
    lockChecks: sum.lockChecks * count.likely,
    lockReleases: sum.lockReleases * count.likely,
    lockRecords: sum.lockRecords * count.likely,
    locked: multiply(sum.locked, count),
    lockedNative: multiply(sum.lockedNative, count),
    lockedWait: multiply(sum.lockedWait, count),
    turns: sum.turns * count.likely,
    briefReleases: sum.briefReleases * count.likely,
    briefNs: sum.briefNs * count.likely,
    sharedUses: sum.sharedUses * count.likely,
    sharedLiterals: sum.sharedLiterals * count.likely,
    sharedWrites: sum.sharedWrites * count.likely,
    sharedRelocked: sum.sharedRelocked * count.likely,
    // What one round makes is mostly thrown away before the next, and what it looks at is the same.
    freshBytes: sum.freshBytes,
    touchedBytes: sum.touchedBytes,
    nesting: sum.nesting,
    endless: sum.endless,
    guessed: sum.guessed,
  };
}

/**
 * One of several ways is taken; `shares`: how often each is. Where that is guessed, between the cheapest and the dearest; where it is `known`, from some
 * dozen samples, what may be off is the tenth and the ninetieth percentile of such a count.
 */
export function averaged(arms: readonly Sum[], shares: readonly number[], known = false): Sum {
  const sum = emptySum();
  const shareOf = (index: number): number => shares[index] ?? 0;
  const part = (select: (arm: Sum) => Interval): Interval => {
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    let likely = 0;
    if (known && arms.length === 2) {
      const [one, other] = arms.map(select) as [Interval, Interval];
      const mean = (end: keyof Interval, sign: number): number => {
        const share = shareOf(0);
        const off = sign * spreadOfShare(share) * Math.sign(one[end] - other[end]);
        const moved = Math.min(1, Math.max(0, share + off));
        return one[end] * moved + other[end] * (1 - moved);
      };
      return { low: mean("low", -1), likely: mean("likely", 0), high: mean("high", 1) };
    }
    for (const [index, arm] of arms.entries()) {
      const each = select(arm);
      low = Math.min(low, each.low);
      high = Math.max(high, each.high);
      likely += each.likely * shareOf(index);
    }
    return arms.length === 0 ? zero : { low, likely, high };
  };
  sum.interpreter = part((arm) => arm.interpreter);
  sum.held = part((arm) => arm.held);
  sum.native = part((arm) => arm.native);
  sum.wait = part((arm) => arm.wait);
  if (arms.some(({ blocking }) => blocking !== zero)) sum.blocking = part((arm) => arm.blocking);
  if (arms.some(({ pooled }) => pooled !== noTimes)) sum.pooled = eachTime((kind) => part((arm) => arm.pooled[kind]));
  sum.help = averagedHelp(
    arms.map(({ help }) => help),
    shareOf,
  );
  if (arms.some(({ open }) => open)) sum.open = eachTime((kind) => part((arm) => arm.open?.[kind] ?? zero));
  if (arms.length > 0) sum.longest = eachLongest((kind) => Math.min(...arms.map(({ longest }) => longest[kind])));
  const locking = arms.filter(({ lockEntries }) => lockEntries > 0);
  if (locking.length > 0) sum.lockPlaces = Math.min(...locking.map(({ lockPlaces }) => lockPlaces));
  sum.locked = part((arm) => arm.locked);
  sum.lockedNative = part((arm) => arm.lockedNative);
  sum.lockedWait = part((arm) => arm.lockedWait);
  for (const [index, arm] of arms.entries()) {
    const share = shareOf(index);
    sum.unknown += arm.unknown * share;
    sum.blind += arm.blind * share;
    sum.uncosted += arm.uncosted * share;
    sum.assumedWait += arm.assumedWait * share;
    sum.lockedUnknown += arm.lockedUnknown * share;
    sum.lockEntries += arm.lockEntries * share;
    sum.lockChecks += arm.lockChecks * share;
    sum.lockReleases += arm.lockReleases * share;
    sum.lockRecords += arm.lockRecords * share;
    sum.turns += arm.turns * share;
    sum.briefReleases += arm.briefReleases * share;
    sum.briefNs += arm.briefNs * share;
    sum.sharedUses += arm.sharedUses * share;
    sum.sharedLiterals += arm.sharedLiterals * share;
    sum.sharedWrites += arm.sharedWrites * share;
    sum.sharedRelocked += arm.sharedRelocked * share;
    sum.freshBytes += arm.freshBytes * share;
    sum.touchedBytes = Math.max(sum.touchedBytes, arm.touchedBytes);
    sum.nesting = Math.max(sum.nesting, arm.nesting);
    sum.endless ||= arm.endless;
    sum.guessed ||= arm.guessed;
  }
  return sum;
}

/** How far a share of some dozen samples is off, to the tenth or the ninetieth percentile. */
function spreadOfShare(share: number): number {
  return 1.28 * Math.sqrt((share * (1 - share)) / 12);
}

/** The same work as native code that releases or keeps the GIL. */
export function asNative(effect: GilNote, sum: Sum): Sum {
  const busy = add(sum.interpreter, sum.held);
  const none = { ...sum, interpreter: zero, held: zero, nesting: 0, longest: { ...noLongest, wait: sum.longest.wait } };
  const open = sum.open && movedTo(effect, sum.open);
  return effect === "releases" ? { ...none, open, native: add(sum.native, busy) } : { ...none, open, held: busy };
}

function movedTo(effect: GilNote, { interpreter, held, native, wait }: Times): Times {
  const busy = add(interpreter, held);
  return effect === "releases"
    ? { interpreter: zero, held: zero, native: add(native, busy), wait }
    : { interpreter: zero, held: busy, native, wait };
}

/** Compiled loops run ten to a hundred times as fast as bytecode. */
export function asCompiled(sum: Sum): Sum {
  const compiled = ({ low, likely, high }: Interval): Interval => interval(low / 100, likely / 30, high / 10);
  const { open } = sum;
  return { ...sum, interpreter: compiled(sum.interpreter), open: open && { ...open, interpreter: compiled(open.interpreter) } };
}

/** Adds native code that gives the GIL up while it runs, so many times one after the other; where that is not told, once at most. */
export function addReleased(sum: Sum, ns: Interval, told?: number): void {
  addTime(sum, "native", ns);
  // What takes less on average does it now and then only: writing to a file, when its buffer is full.
  const times = told ?? Math.min(1, ns.likely / shortestReleaseNs);
  if (ns.likely <= 0 || ns.likely > longestBriefNs * Math.max(1, times)) return;
  sum.briefReleases += times;
  sum.briefNs += ns.likely;
}

/** The shortest system call takes about as long (`test/measure/brief_releases.py`: `lseek`). */
const shortestReleaseNs = 300;

/** The same mix of bytecode, native code and waiting, made to take that long in all; bytecode where nothing is known of it. */
export function lasting(sum: Sum, ns: Interval): Sum {
  const total = sum.interpreter.likely + sum.held.likely + sum.native.likely + sum.wait.likely;
  const part = (of: Interval): Interval => scale(ns, total > 0 ? of.likely / total : 0);
  const known = {
    ...sum,
    blocking: part(sum.blocking),
    pooled: noTimes,
    help: unhelped,
    open: undefined,
    unknown: 0,
    blind: 0,
    uncosted: 0,
    assumedWait: 0,
    guessed: false,
    endless: false,
  };
  if (sum.unknown > 0 || total === 0) return { ...known, interpreter: ns, held: zero, native: zero, wait: zero };
  return { ...known, interpreter: part(sum.interpreter), held: part(sum.held), native: part(sum.native), wait: part(sum.wait) };
}
