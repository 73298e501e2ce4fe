import { add, type Interval, interval } from "../base/interval.js";
import { likelyNs, type Times } from "./demand.js";
import type { Assumption } from "./prediction.js";
import { duration } from "./text.js";
import type { TaskWork } from "./work.js";

/** What all tasks of a site take together where the code tells nothing: long enough that somebody wanted it faster, short enough to be waited for. */
const usualSiteNs = 300_000_000;

/** The standard deviation of its logarithm: two sites in three take between a tenth and ten times as long. A judgement, as the length is. */
const usualSpread = Math.log(10);

/** A range is meant to hold nearly all there can be, two standard deviations on each side. */
const deviationsInRange = 2;

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

/**
 * The work of a task where the code leaves open by orders of magnitude how long it takes, so that loops inside loops of unknown lengths would
 * take anything from microseconds to years: what is read from the code and what sites usually take are weighed by how sure each is, on a
 * logarithmic scale. Work that the code tells, or that was pinned or measured, stays as it is.
 */
export function withUsualLength(work: TaskWork, tasks: Interval): { readonly work: TaskWork; readonly assumption?: Assumption } {
  const parts: readonly (keyof Times)[] = ["interpreterNs", "heldNs", "nativeNs", "waitNs"];
  const whole = parts.map((part) => work[part]).reduce(add);
  const siteNs = whole.likely * Math.max(1, tasks.likely);
  // Who takes what others hand over goes on as long as they do; a loop that only computes has an end, which just does not show.
  if ((work.isEndless && work.waitNs.high > 0) || siteNs <= 0) return { work };
  const away = Math.log(usualSiteNs / siteNs);
  const side: Side = away > 0 ? "high" : "low";
  const spread = spreadOf(whole, side);
  const shift = away * (spread / Math.hypot(spread, usualSpread)) ** 2;
  // What is known stays; what is about as uncertain as the whole keeps its share of it.
  const factorOf = (part: Interval): number => (spread > 0 ? Math.exp(shift * Math.min(1, (2 * spreadOf(part, side)) / spread)) : 1);
  const weighed = (part: Interval): Interval => {
    const likely = Math.min(part.high, Math.max(part.low, part.likely * factorOf(part)));
    const [down, up] = [spreadOf(part, "low"), spreadOf(part, "high")];
    // Though tasks usually take longer, they may be as short as the code says; as long as guesses make them, nobody waits.
    const least = Math.min(likely, part.likely) / reachOf(0);
    return interval(
      down > 0 ? Math.max(part.low, Math.min(least, likely / reachOf(down))) : part.low,
      likely,
      up > 0 ? Math.max(likely, Math.min(part.high, likely * reachOf(up))) : part.high,
    );
  };
  const bytecode = factorOf(work.interpreterNs);
  const outside = Math.max(factorOf(work.nativeNs), factorOf(work.waitNs));
  const inside = factorOf(work.locked.interpreterNs);
  const { locked, brief, shared } = work;
  const weighted: TaskWork = {
    ...work,
    interpreterNs: weighed(work.interpreterNs),
    heldNs: weighed(work.heldNs),
    nativeNs: weighed(work.nativeNs),
    waitNs: weighed(work.waitNs),
    locked: {
      ...locked,
      entries: locked.entries * inside,
      checks: locked.checks * inside,
      interpreterNs: weighed(locked.interpreterNs),
      nativeNs: weighed(locked.nativeNs),
      waitNs: weighed(locked.waitNs),
    },
    turns: work.turns * outside,
    brief: { count: brief.count * factorOf(work.nativeNs), ns: brief.ns * factorOf(work.nativeNs) },
    shared: {
      uses: shared.uses * bytecode,
      literals: shared.literals * bytecode,
      writes: shared.writes * bytecode,
      relocked: shared.relocked * bytecode,
    },
  };
  if (Math.abs(shift) < worthSaying) return { work: weighted };
  const assumption: Assumption = {
    what: "length of a task, of which the code tells little",
    value: `likely ${duration(likelyNs(weighted))}, as all tasks of a place mostly take about ${duration(usualSiteNs)} together`,
    from: "default",
  };
  return { work: weighted, assumption };
}

/** A factor that somebody would miss in the list of assumptions. */
const worthSaying = Math.log(1.5);
