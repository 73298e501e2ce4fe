import type { Interval } from "../../../../server/src/base/interval.js";
import { duration, speedupText } from "../../../../server/src/estimate/prediction/text.js";
import type { TimelineSite } from "../../../../server/src/lsp/protocol.js";
import type { Question, Slider } from "./controls.js";
import { filled, type TimelineTexts } from "./texts.js";

/** `3.3×` */
export function factorText(value: number): string {
  return `${value >= 10 ? Math.round(value) : value.toFixed(1)}×`;
}

/** `3.0–3.6×`; empty where it would say what the likely number says. */
export function rangeText(speedup: Interval): string {
  const range = speedupText(speedup);
  return range === factorText(speedup.likely) ? "" : range;
}

/** `12 tasks, 4 workers`, or `4 threads` where each is started for itself. */
export function amountText({ demand }: TimelineSite, texts: TimelineTexts): string {
  const { low, likely, high } = demand.tasks;
  const tasks = low === high ? String(Math.round(likely)) : `${Math.round(low)}–${Math.round(high)}`;
  if (demand.eventLoop && demand.width !== "pool") return filled(texts.coroutines, tasks);
  return demand.width === "pool" ? filled(texts.tasksOnWorkers, tasks, demand.workers) : filled(texts.threadsOnly, tasks);
}

/** How long one task takes alone, likely and at its ends. */
function taskTime({ demand }: Question): Interval {
  const { interpreterNs, heldNs, nativeNs, waitNs } = demand;
  const at = (end: keyof Interval): number => interpreterNs[end] + heldNs[end] + nativeNs[end] + waitNs[end];
  return { low: at("low"), likely: at("likely"), high: at("high") };
}

/** What a slider is set to, and what the program has where that is something else. */
export function sliderText(slider: Slider, question: Question, texts: TimelineTexts): { readonly value: string; readonly own: string } {
  const value = slider.stops[slider.at] as number;
  const own = slider.stops[slider.own] as number;
  const isOwn = slider.at === slider.own;
  switch (slider.name) {
    case "workers":
    case "cores":
      return { value: String(value), own: isOwn ? "" : filled(texts.programHas, own) };
    case "taskFactor":
      return { value: duration(taskTime(question).likely), own: isOwn ? "" : filled(texts.timesProgram, String(value)) };
    case "switchIntervalNs":
      return {
        value: slider.enabled ? duration(value) : "–",
        own: slider.enabled ? (isOwn ? "" : filled(texts.programHas, duration(own))) : texts.noSwitching,
      };
  }
}

/** For tables: the share of a whole. */
export function shareText(part: number, whole: number): string {
  const share = whole > 0 ? (part / whole) * 100 : 0;
  if (part > 0 && share < 1) return "< 1 %";
  return `${Math.round(share)} %`;
}
