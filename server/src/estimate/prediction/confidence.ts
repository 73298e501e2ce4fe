import { add, exactly, type Interval } from "../../base/interval.js";
import { type Random, random } from "../../simulation/random.js";
import { machineOf } from "../calibration/calibration.js";
import type { Corner, Demand } from "../tasks/demand.js";
import { timesAsManyUses } from "../tasks/shared-use.js";
import { deviationsInRange } from "../tasks/usual-work.js";
import type { Prediction, Strategy, StrategyPrediction } from "./prediction.js";
import type { EstimateSettings } from "./site.js";
import { simulateCorner } from "./strategies.js";
import { type Way, waysToRun } from "./ways.js";

/** From this share of all draws on, a way is recommended. A judgement: it should be right clearly more often than not. */
export const sureEnough = 0.6;

/** So sure that no number needs to be told. */
export function isNearlySure(confidence: number): boolean {
  return confidence >= 0.95;
}

/** A way that is nearly as fast as the best is as good: changing a program for less than that is not worth it. */
export const nearlyAsFast = 1.15;

const draws = 24;

/** The most tasks of a draw: what a task takes tells the best way, and thousands more of them do not change it. */
const mostTasks = 2_000;

/** A range that begins at nothing has no logarithm; a microsecond is nothing to whoever starts threads. */
const shortest = 1_000;

/**
 * In which share of what the code leaves open a way is within 15 % of the best: the times of a task and the number of tasks are drawn from their
 * ranges, on a logarithmic scale, half together (what makes one of them long often makes all of them long) and half each for itself, and every way
 * that the program could choose is simulated with each draw. Calls and programs of which nothing is known wait in one draw and compute in the next. The same for the same demand: the draws start from one seed.
 */
export function confidenceIn(
  chosen: Strategy,
  strategies: readonly StrategyPrediction[],
  basis: Prediction["basis"],
  demand: Demand,
  settings: EstimateSettings,
): number {
  const on = machineOf(settings);
  const usable = strategies.filter(({ strategy, applicable, runtime }) => {
    // Another build of the interpreter, and a program of coroutines, are not choices of this program.
    if (!applicable || (strategy === "asyncio" && !demand.eventLoop)) return false;
    return strategy !== "free-threaded" || (chosen === "free-threaded" && strategies[0]?.runtime === runtime);
  });
  const own = usable.find(({ strategy }) => strategy === chosen)?.speedup.low ?? 0;
  // As good at its worst as all others at their best: draws would say the same.
  if (usable.every(({ strategy, speedup }) => strategy === chosen || own * nearlyAsFast >= speedup.high)) return 1;
  const candidates = waysToRun(settings.target, settings.calibrations).filter(({ strategy }) =>
    usable.some((each) => each.strategy === strategy),
  );
  const numbers = random(1);
  let good = 0;
  for (let i = 0; i < draws; i++) {
    const computing = demandDrawn(demand, numbers);
    const drawn = basis !== "code" && i % 2 === 1 ? waiting(computing, basis) : computing;
    const costs = costsAt(normal(numbers));
    const speedupOf = (way: Way): number => simulateCorner(drawn, way, costs, on, "totals").speedup;
    const speedups = new Map<Strategy, number>([["serial", 1], ...candidates.map((way) => [way.strategy, speedupOf(way)] as const)]);
    if ((speedups.get(chosen) ?? 0) * nearlyAsFast >= Math.max(...speedups.values())) good++;
  }
  return good / draws;
}

/** A demand of which every range is one number of it. */
function demandDrawn(demand: Demand, numbers: Random): Demand {
  const together = normal(numbers);
  const deviation = (): number => (together + normal(numbers)) * Math.SQRT1_2;
  const [bytecode, held, native, wait] = [deviation(), deviation(), deviation(), deviation()];
  const drawn = (range: Interval, deviations: number): Interval => exactly(at(range, deviations));
  const { interpreterNs, heldNs, nativeNs, waitNs, tasks, locked, brief, shared } = demand;
  const byBytecode = ratio(at(interpreterNs, bytecode), interpreterNs.likely);
  const byNative = ratio(at(nativeNs, native), nativeNs.likely);
  return {
    ...demand,
    interpreterNs: drawn(interpreterNs, bytecode),
    heldNs: drawn(heldNs, held),
    nativeNs: drawn(nativeNs, native),
    waitNs: drawn(waitNs, wait),
    tasks: exactly(Math.min(mostTasks, Math.max(1, Math.round(at(tasks, normal(numbers)))))),
    locked: {
      ...locked,
      interpreterNs: drawn(locked.interpreterNs, bytecode),
      nativeNs: drawn(locked.nativeNs, native),
      waitNs: drawn(locked.waitNs, wait),
    },
    brief: { count: brief.count * byNative, ns: brief.ns * byNative },
    shared: timesAsManyUses(shared, byBytecode),
  };
}

/** The same demand, with what is not known waiting instead: all of its bytecode, or the programs that it starts. */
function waiting(demand: Demand, unknown: "unknown calls" | "unknown programs"): Demand {
  const { nativeNs, waitNs, interpreterNs, locked } = demand;
  if (unknown === "unknown programs") return { ...demand, nativeNs: exactly(0), waitNs: add(waitNs, nativeNs) };
  return {
    ...demand,
    interpreterNs: exactly(0),
    waitNs: add(waitNs, interpreterNs),
    locked: { ...locked, interpreterNs: exactly(0), waitNs: add(locked.waitNs, locked.interpreterNs) },
  };
}

/** So many standard deviations from what is likely, on a logarithmic scale. */
function at({ low, likely, high }: Interval, deviations: number): number {
  const share = Math.min(1, Math.abs(deviations) / deviationsInRange);
  const end = deviations < 0 ? low : high;
  if (end === likely) return likely;
  // What is likely nothing may still take as long as its range says.
  const from = likely > 0 ? likely : Math.min(high, shortest);
  const to = end > 0 ? end : Math.min(from, shortest);
  return from * (to / from) ** share;
}

function ratio(value: number, to: number): number {
  return to > 0 ? value / to : 1;
}

/** Half of all draws have hand-overs as they likely are, the dearest quarter dear ones. */
function costsAt(deviations: number): Corner {
  return deviations < -quartile ? "low" : deviations > quartile ? "high" : "likely";
}

const quartile = 0.674;

/** A number of the standard normal distribution, as the sum of twelve uniform ones, which no more than six deviations can come from. */
function normal(numbers: Random): number {
  let sum = -6;
  for (let i = 0; i < 12; i++) sum += numbers.between(0, fine) / fine;
  return sum;
}

const fine = 1 << 20;
