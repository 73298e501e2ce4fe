import type { Interval } from "../../base/interval.js";
import { parseTarget, targetTitle } from "../../base/target.js";
import type { Prediction, StrategyPrediction } from "./prediction.js";

/** A speedup for sentences: `0.9–1.0×`, or `3.3×` when both ends read alike. */
export function speedupText(speedup: Interval): string {
  const low = factor(speedup.low);
  const high = factor(speedup.high);
  return low === high ? `${low}×` : `${low}–${high}×`;
}

/** The same where only the upper end says something, because the lower one stands for tasks of no length. */
export function upTo(speedup: Interval): string {
  return speedup.low >= speedup.likely * 0.7 ? speedupText(speedup) : `at most ${factor(speedup.high)}×`;
}

function factor(value: number): string {
  if (value >= 10) return String(Math.round(value));
  if (value >= 0.1) return value.toFixed(1);
  return value >= 0.01 ? value.toFixed(2) : "0.01";
}

/** A stretch of time for sentences: `1.9–2.1 s`. */
export function durationText(ns: Interval): string {
  const low = duration(ns.low);
  const high = duration(ns.high);
  if (low === high) return low;
  const [lowNumber, lowUnit] = low.split(" ");
  const [highNumber, highUnit] = high.split(" ");
  return lowUnit === highUnit ? `${lowNumber}–${highNumber} ${highUnit}` : `${low}–${high}`;
}

/** Whether a range says no more than that nothing is known: its ends are more than a hundred times apart. */
export function isTooWide({ low, high }: Interval): boolean {
  return high > 100 * low;
}

/** The strategy's prediction, if it can be used. */
export function applicable(prediction: Prediction, strategy: StrategyPrediction["strategy"]): StrategyPrediction | undefined {
  return prediction.strategies.find((each) => each.strategy === strategy && each.applicable);
}

/** What is there to say of work that is not there to be done sooner; empty for any other. */
export function courseText({ course, tasks, work }: Prediction): string {
  switch (course) {
    case "until stopped":
      return `A service: it runs until it is stopped, so no way of running it is faster. ${roundText(work)}`;
    case "awaited":
      return "Each call is awaited before its coroutine goes on: the event loop is free meanwhile, and nothing is done sooner.";
    default:
      return tasks.high <= 1 ? "One task: more workers get nothing done sooner." : "";
  }
}

/** What there is to say of coroutines that an event loop runs at the same time; empty where it cannot be told, and for anything else. */
export function loopText({ kind, recommended, basis, strategies }: Prediction): string {
  const own = strategies.find(({ strategy }) => strategy === "asyncio");
  if (kind !== "asyncio" || !own?.applicable || basis !== "code" || !recommended) return "";
  if (recommended === "asyncio" && own.speedup.low > 1) return "The event loop overlaps what they wait for: it is right as it is.";
  if (own.speedup.likely >= 1.1) return "";
  return "One thread runs them one after the other, so nothing is done sooner than by awaiting each in turn.";
}

/** What others have of each round of a service. */
function roundText({ interpreterNs, nativeNs, waitNs }: Prediction["work"]): string {
  const [held, native, waited] = [interpreterNs.likely, nativeNs.likely, waitNs.likely];
  const all = held + native + waited;
  const [low, high] = [interpreterNs.low + nativeNs.low + waitNs.low, interpreterNs.high + nativeNs.high + waitNs.high];
  if (all === 0 || isTooWide({ low, likely: all, high })) return "Nothing is known of the time that a round takes.";
  const share = Math.round((100 * held) / all);
  return `A round takes ${duration(all)}, ${share === 0 ? "next to nothing" : `${share} %`} of it with the GIL.`;
}

/** The Markdown table of all strategies, with what it assumes; `said` puts its words into another language. */
export function predictionTable(prediction: Prediction, said: (text: string) => string = (text) => text): string {
  if (prediction.course === "until stopped") return said(courseText(prediction));
  const rows = prediction.strategies.map((each) => {
    const name = said(each.strategy);
    const title = each.strategy === prediction.recommended ? `**${name}**` : name;
    if (!each.applicable) return `| ${title} | – | – | ${said(each.reason)} |`;
    // A range of times stays on one line, or narrow hovers double the height of every row: no break at spaces, none after the dash.
    return `| ${title} | ${durationText(each.makespanNs).replaceAll(" ", "\u00a0").replaceAll("–", "\u2060–\u2060")} | ${each.strategy === "serial" ? "1×" : speedupText(each.speedup)} | ${said(remark(each, prediction))} |`;
  });
  const lines = [`| ${["strategy", "time", "speedup"].map(said).join(" | ")} | |`, "|---|---|---|---|", ...rows];
  if (prediction.course === "awaited") lines.push("", said(courseText(prediction)));
  const assumed = prediction.assumptions.slice(0, 4).map((assumption) => `${assumption.what} = ${assumption.value}`);
  lines.push("", said(`Assumes: ${assumed.join("; ")}. Speedups are p10–p90.`));
  return lines.join("\n");
}

function remark(each: StrategyPrediction, prediction: Prediction): string {
  const target = parseTarget(each.runtime);
  const { work } = prediction;
  switch (each.strategy) {
    case "threads":
      if (prediction.kind === "asyncio") return "a thread each, if calls that block take the place of `await`";
      if (target?.freeThreaded) return "no GIL";
      if (prediction.basis === "unknown calls") return "";
      return work.interpreterNs.likely > work.nativeNs.likely + work.waitNs.likely
        ? "take turns every 5 ms"
        : "run while others wait or compute with the GIL released";
    case "processes":
      return `start ${each.workers} workers, pickle arguments and results`;
    case "free-threaded":
      return target ? targetTitle(target) : each.runtime;
    case "subinterpreters":
      return "one GIL each";
    case "asyncio":
      if (prediction.kind === "asyncio") return each.bottleneck === "" ? "as it is" : each.bottleneck;
      return "if the waiting is done by `await`";
    default:
      return "";
  }
}

/** A duration for people: `55 ns`, `3.1 ms`, `2 s`. */
export function duration(ns: number): string {
  const units: readonly [number, string][] = [
    [86_400e9, "d"],
    [3_600e9, "h"],
    [1e9, "s"],
    [1e6, "ms"],
    [1e3, "µs"],
  ];
  // Nobody can tell such lengths apart, and their digits say more than is known.
  if (ns >= longestTold) return `${significant(longestTold / 86_400e9)}+ d`;
  for (const [size, name] of units) if (ns >= size) return `${significant(ns / size)} ${name}`;
  return `${Math.round(ns)} ns`;
}

/** A hundred years, ns. */
const longestTold = 36_500 * 86_400e9;

function significant(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
