import type { StrategyPrediction } from "../estimate/prediction.js";
import { isMostlyUnknown, type SiteEstimate } from "../estimate/sites.js";
import { applicable, duration, speedupText } from "../estimate/text.js";
import type { Lens } from "./answers.js";

/** The line above a place that starts concurrent work: what each strategy would gain. */
export function lensOf({ prediction, work, processesPayAboveNs }: SiteEstimate): Lens | undefined {
  if (isMostlyUnknown(work)) return undefined;
  const parts: string[] = [];
  for (const strategy of ["threads", "processes", "free-threaded"] as const) {
    const predicted = applicable(prediction, strategy);
    if (!predicted) continue;
    if (strategy === "processes" && processesPayAboveNs !== undefined)
      parts.push(`processes help above ${duration(processesPayAboveNs)} a task`);
    else parts.push(`${strategy} ${shortSpeedup(predicted)}`);
  }
  const cores = prediction.strategies[0]?.cores ?? 1;
  return { range: prediction.range, title: `${parts.join(" · ")}  (${cores} ${cores === 1 ? "core" : "cores"})` };
}

/** One number where the range is narrow, else the range. */
function shortSpeedup({ speedup, strategy }: StrategyPrediction): string {
  if (strategy === "threads" && speedup.high < 1.3)
    return speedup.low < 0.7 ? `≤ ${speedup.high.toFixed(1)}×` : `${speedup.likely.toFixed(1)}×`;
  return speedup.high <= speedup.low * 1.6
    ? `${speedup.likely >= 10 ? Math.round(speedup.likely) : speedup.likely.toFixed(1)}×`
    : speedupText(speedup);
}
