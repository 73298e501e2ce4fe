import { onDemand } from "../estimate/prediction/on-demand.js";
import type { StrategyPrediction } from "../estimate/prediction/prediction.js";
import type { SiteEstimate } from "../estimate/prediction/site.js";
import { applicable, duration, speedupText } from "../estimate/prediction/text.js";
import { isMostlyUnknown } from "../estimate/tasks/unknown-work.js";
import type { Lens } from "./answers.js";

/** The line above a place that starts concurrent work: what each strategy would gain; simulated when it is read. */
export function lensOf(site: SiteEstimate): Lens | undefined {
  const { prediction, work } = site;
  if (isMostlyUnknown(work) || prediction.course === "until stopped") return undefined;
  if (prediction.kind === "asyncio" && prediction.basis === "unknown calls") return undefined;
  return onDemand<Pick<Lens, "range">, Pick<Lens, "title">>({ range: prediction.range }, { title: () => titleOf(site) });
}

function titleOf(site: SiteEstimate): string {
  const { prediction } = site;
  const parts: string[] = [];
  const isLoop = prediction.kind === "asyncio";
  for (const strategy of [...(isLoop ? (["asyncio"] as const) : []), "threads", "processes", "free-threaded"] as const) {
    const predicted = applicable(prediction, strategy);
    if (!predicted) continue;
    const processesPayAboveNs = strategy === "processes" ? site.processesPayAboveNs : undefined;
    if (processesPayAboveNs !== undefined) parts.push(`processes help above ${duration(processesPayAboveNs)} a task`);
    else if (strategy === "asyncio" && prediction.recommended === strategy && predicted.speedup.low > 1)
      parts.push(`asyncio ${shortSpeedup(predicted)}, right as it is`);
    else parts.push(`${strategy} ${shortSpeedup(predicted)}`);
  }
  const cores = prediction.strategies[0]?.cores ?? 1;
  return `${parts.join(" · ")}  (${cores} ${cores === 1 ? "core" : "cores"})`;
}

/** One number where the range is narrow, else the range. */
function shortSpeedup({ speedup, strategy }: StrategyPrediction): string {
  if (strategy === "threads" && speedup.high < 1.3)
    return speedup.low < 0.7 ? `≤ ${speedup.high.toFixed(1)}×` : `${speedup.likely.toFixed(1)}×`;
  return speedup.high <= speedup.low * 1.6
    ? `${speedup.likely >= 10 ? Math.round(speedup.likely) : speedup.likely.toFixed(1)}×`
    : speedupText(speedup);
}
