import { add, exactly, type Interval, interval } from "../../base/interval.js";
import type { Assumption } from "../prediction/prediction.js";
import { duration } from "../prediction/text.js";
import { likelyNs } from "./demand.js";
import { timesAsManyUses } from "./shared-use.js";
import type { TaskWork, Times } from "./task-work.js";

/** What all tasks of a site take together where the code tells nothing: long enough that somebody wanted it faster, short enough to be waited for. */
const usualSiteNs = 300_000_000;

/**
 * The same where calls decide of which nothing is known: mostly it is the network, other programs or files that people start threads for, and such work goes
 * on for seconds to minutes. A judgement as well.
 */
const usualBlindSiteNs = 10_000_000_000;

/** The standard deviation of its logarithm: two sites in three take between a tenth and ten times as long. A judgement, as the length is. */
const usualSpread = Math.log(10);

/** A range is meant to hold nearly all there can be, two standard deviations on each side. */
export const deviationsInRange = 2;

/** A range within a factor of three on a side says enough: costs of operations are no more exact. */
const trusted = Math.log(3) / deviationsInRange;

/** The widest that a side is taken for: where it starts at nothing, its logarithm has no end. */
const widest = 14;

type Side = "low" | "high";

/** The standard deviation of the logarithm on one side of what is likely, beyond what is to be trusted. */
function spreadOf({ low, likely, high }: Interval, side: Side): number {
  if (likely <= 0) return 0;
  const factor = side === "high" ? high / likely : likely / low;
  const spread = Math.min(widest, Math.log(Math.max(1, factor)) / deviationsInRange);
  return Math.sqrt(Math.max(0, spread ** 2 - trusted ** 2));
}

/** How far a range with that spread reaches, as a factor, if what is known of sites in general counts as well, each by how sure it is. */
function reachOf(spread: number): number {
  const together = (spread * usualSpread) / Math.hypot(spread, usualSpread);
  return Math.exp(deviationsInRange * Math.hypot(together, trusted));
}

const kinds: readonly (keyof Times)[] = ["interpreterNs", "heldNs", "nativeNs", "waitNs"];

function eachKind(of: (kind: keyof Times) => Interval): Times {
  return { interpreterNs: of("interpreterNs"), heldNs: of("heldNs"), nativeNs: of("nativeNs"), waitNs: of("waitNs") };
}

/** How many tasks there are, and whether that was read from the code. */
export interface TaskCount {
  readonly count: Interval;
  readonly known: "known" | "pinned" | "assumed";
}

/** The work of a task, and how many there are of them, with what is assumed of it. */
export interface UsualWork {
  readonly work: TaskWork;
  readonly tasks: Interval;
  readonly assumption?: Assumption;
}

/**
 * The work of a task where the code leaves open by orders of magnitude how long it takes, so that loops inside loops of unknown lengths would
 * take anything from microseconds to years: what is read from the code and what sites usually take are weighed by how sure each is, on a
 * logarithmic scale. Only guesses give way: how often loops go round of which nobody knows it, what unknown calls take, how many tasks there are. Work
 * that the code tells, what knowledge says of a call, and what was pinned or measured stays as it is.
 */
export function withUsualLength(work: TaskWork, { count, known }: TaskCount, by: "told" | "blind" = "told"): UsualWork {
  return weighedAgainst(work, { count, known }, by === "blind" ? "blind place" : "place");
}

/** The same for one round of what goes on until it is stopped: it may be as short as the code says, and long only where the code tells that. */
export function withUsualRound(work: TaskWork): UsualWork {
  const tasks = exactly(1);
  return likelyNs(work) > usualSiteNs ? weighedAgainst(work, { count: tasks, known: "known" }, "round") : { work, tasks };
}

function weighedAgainst(work: TaskWork, { count, known }: TaskCount, what: "place" | "blind place" | "round"): UsualWork {
  const usualNs = what === "blind place" ? usualBlindSiteNs : usualSiteNs;
  const whole = kinds.map((kind) => work[kind]).reduce(add);
  if (whole.likely <= 0) return { work, tasks: count };

  const away = Math.log((whole.likely * Math.max(1, count.likely)) / usualNs);
  const side: Side = away > 0 ? "low" : "high";
  // What is told may take longer than it is told as, like anything that is uncertain; it is no shorter for others being long.
  const guessed = (kind: keyof Times): number =>
    away > 0 ? Math.min(work.open?.[kind].likely ?? 0, work[kind].likely) : work[kind].likely;
  const share = kinds.reduce((sum, kind) => sum + guessed(kind), 0) / whole.likely;
  const spread = share > 0 ? spreadOf(whole, side) : 0;
  const ofTasks = known !== "assumed" ? 0 : spreadOf(count, side);
  const others = Math.hypot(usualSpread, ofTasks);
  // That what is told takes long anyway is no reason for guesses to take longer than by themselves.
  const alone = away + Math.log(Math.max(share, Number.MIN_VALUE));
  const told = whole.likely * (1 - share);
  const ofGuesses = share > 0.5 ? spread : spreadOf({ ...whole, low: Math.max(0, whole.low - told), likely: whole.likely * share }, side);
  const byThemselves = alone > 0 && spread > 0 ? shiftOf({ away: alone, share: 1, spread: ofGuesses, others }) : 0;
  const shift = Math.min(shiftOf({ away, share, spread, others }), away > 0 ? byThemselves : Number.POSITIVE_INFINITY);
  // That tasks take long speaks against many of them; that they take no time speaks for nothing.
  const left = Math.max(0, away + Math.log(1 - share + share * Math.exp(shift)));
  const fewer = Math.exp(-left * (ofTasks / Math.hypot(usualSpread, ofTasks)) ** 2);
  const tasks = fewer < 1 / significant ? interval(count.low, Math.max(count.low, Math.round(count.likely * fewer)), count.high) : count;

  if (share <= 0) return { work, tasks };

  // What is about as uncertain as the whole keeps its share of it.
  const factorOf = (part: Interval): number => (spread > 0 ? Math.exp(shift * Math.min(1, (2 * spreadOf(part, side)) / spread)) : 1);
  const weighed = (part: Interval, guess: number, longest = 0): Interval => {
    const likely = Math.min(part.high, Math.max(part.low, part.likely - guess + guess * factorOf(part)));
    const [down, up] = [spreadOf(part, "low"), spreadOf(part, "high")];
    // Though tasks usually take longer, they may be as short as the code says; as long as guesses make them, nobody waits.
    // What may be anything may also be nothing.
    const least = Math.min(likely, part.likely) / reachOf(what === "blind place" ? down : 0);
    return interval(
      down > 0 ? Math.max(part.low, Math.min(least, likely / reachOf(down))) : part.low,
      likely,
      // No more certain than the longest call that is surely made.
      up > 0 ? Math.max(likely, Math.min(part.high, Math.max(longest, likely * reachOf(up)))) : part.high,
    );
  };
  const now = eachKind((kind) => weighed(work[kind], guessed(kind), work.longestNs[kind]));
  const weighted = withTimes(work, now, weighed, factorOf);
  if (Math.abs(Math.log(likelyNs(weighted) / likelyNs(work))) < Math.log(significant)) return { work: weighted, tasks };
  const value = `likely ${duration(likelyNs(weighted))}: guesses are weighed against ${duration(usualNs)}`;
  const assumption: Assumption =
    what === "round"
      ? { what: "length of a round, of which the code tells little", value: `${value}, as others wait for what it does`, from: "default" }
      : {
          what: "length of a task, of which the code tells little",
          value: `${value}, which all tasks of a place mostly take together`,
          from: "default",
        };
  return { work: weighted, tasks, assumption };
}

/**
 * By how much, as a logarithm, guesses change to suit best both what they were, with the spread that the whole has from them, and the usual length, which
 * the whole is so far `away` from. `share`: of the whole, what they make.
 */
function shiftOf({ away, share, spread, others }: Readonly<Record<"away" | "share" | "spread" | "others", number>>): number {
  if (spread <= 0 || away === 0) return 0;
  // The least of shift² / spread² + (distance from the usual)² / others², where that falls no more.
  let [from, to] = away > 0 ? [-away, 0] : [0, -away];
  for (let step = 0; step < 50; step++) {
    const shift = (from + to) / 2;
    const guesses = share * Math.exp(shift);
    const whole = 1 - share + guesses;
    const slope = shift / spread ** 2 + ((away + Math.log(whole)) * (guesses / whole)) / others ** 2;
    if (slope > 0) to = shift;
    else from = shift;
  }
  return (from + to) / 2;
}

/** The same work in other times: what is done more or less often with them goes along. */
function withTimes(
  work: TaskWork,
  now: Times,
  weighed: (part: Interval, guess: number) => Interval,
  factorOf: (part: Interval) => number,
): TaskWork {
  const { locked, brief, shared } = work;
  const change = (kind: keyof Times): number => (work[kind].likely > 0 ? now[kind].likely / work[kind].likely : 1);
  const bytecode = change("interpreterNs");
  const native = change("nativeNs");
  const outside = Math.max(native, change("waitNs"));
  // Of what is done under a lock, as much is a guess as its spread is as large as the whole's.
  const inside = (part: Interval): Interval => weighed(part, part.likely);
  const entered = factorOf(locked.interpreterNs);
  return {
    ...work,
    ...now,
    open: undefined,
    locked: {
      ...locked,
      entries: locked.entries * entered,
      checks: locked.checks * entered,
      releases: locked.releases * entered,
      records: locked.records * entered,
      interpreterNs: inside(locked.interpreterNs),
      nativeNs: inside(locked.nativeNs),
      waitNs: inside(locked.waitNs),
    },
    turns: work.turns * outside,
    brief: { count: brief.count * native, ns: brief.ns * native },
    shared: timesAsManyUses(shared, bytecode),
  };
}

/** A factor that somebody would miss in the list of assumptions. */
const significant = 1.5;
