import { add, exactly, type Interval, scale } from "../../base/interval.js";
import type { CallCost } from "../../knowledge/evaluate.js";
import type { Corner, Demand } from "../tasks/demand.js";

/** Calls that give the GIL up for so short a time that threads which wait for it hardly come: how many, and how long they take together, likely. */
export interface BriefReleases {
  readonly count: number;
  readonly ns: number;
}

/** What a call costs, and how often it gives the GIL up, where that is not once. */
export interface CountedCost extends CallCost {
  readonly releases: number | undefined;
}

/** Calls that take longer are far longer than a wake-up: what they lose is in the noise, and the simulator lets them overlap. */
export const longestBriefNs = 200_000;

/**
 * What threads under one GIL make of work with many brief releases. Each release wakes a thread that waits, in a system call; when that one runs,
 * the other has mostly come back and taken the GIL again. So native code that is shorter than a wake-up, or than what stands between two of them,
 * overlaps with little, and the wake-ups come on top: as a share of rounds shorter than a wake-up, during which there is nobody else to wake.
 *
 * The numbers are those of a search over a grid that come closest to one record of CPython 3.11, 3.13 and 3.14, 2 and 4 threads on 2 cores, 0.3 to
 * 140 µs without the GIL after 0.1 to 20 µs with it (`test/measure/brief_releases.py`). To that same record they are off by 10 to 11 % in the median, and nine
 * in ten are within 41 % (two threads) and 26 % (four). Interpreters that do the same there differ by more where a call takes about a wake-up's time:
 * 0.66 to 1.7 times as fast with 7 µs after 2.5 µs. More than two cores were not measured.
 */
export function heldThroughBriefReleases<Work extends Demand>(demand: Work, threads: number, corner: Corner): Work {
  const { brief, interpreterNs, heldNs, nativeNs } = demand;
  if (threads < 2 || brief.count < fewReleases) return demand;
  const law = threads > 2 ? amongSeveral : betweenTwo;
  const nativeEach = brief.ns / brief.count;
  const betweenEach = (interpreterNs.likely + heldNs.likely) / brief.count;
  const serial = 1 / (1 + nativeEach / (law.wakeUpNs + law.perBetween * betweenEach));
  // Who is back before the signal is out wakes somebody for nothing, every time.
  const share = law.share + law.shareInVain * Math.max(0, 1 - nativeEach / signalNs);
  const likelyNs = serial * Math.min(share * (nativeEach + betweenEach), law.mostNs) * brief.count;
  // How many there are is only told of the likely work. What each takes is known to a third: work that is less than that has fewer of them.
  const shareOfLeast = (interpreterNs.low + heldNs.low + nativeNs.low) / (interpreterNs.likely + heldNs.likely + nativeNs.likely);
  const least = Math.min(1, 3 * shareOfLeast);
  const wakingNs = likelyNs * (corner === "low" ? 1.7 * least : corner === "high" ? 0.3 : 1);
  const briefShare = nativeNs.likely > 0 ? Math.min(1, brief.ns / nativeNs.likely) : 0;
  const held: Interval = scale(nativeNs, briefShare * serial);
  return { ...demand, interpreterNs: add(add(interpreterNs, held), exactly(wakingNs)), nativeNs: scale(nativeNs, 1 - briefShare * serial) };
}

const fewReleases = 20;
const betweenTwo = { wakeUpNs: 8_000, perBetween: 2.5, share: 0.4, shareInVain: 4, mostNs: 8_000 } as const;
const amongSeveral = { wakeUpNs: 4_000, perBetween: 1, share: 1.2, shareInVain: 3, mostNs: 8_000 } as const;
/** A release that is shorter than that is over while its thread still tells the others (SQL that calls Python: `test/measure/sql_functions.py`). */
const signalNs = 250;
